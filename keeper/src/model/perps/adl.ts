import type { AdlRule } from "./perp-book.js";

/** Winners on the other side of bankrupt positions. One entry per winner in each column. */
export interface Winners {
  /** Unrealised profit at mark, above 0. */
  readonly pnlUsd: Float64Array;
  /** Largest size that may be closed, in USD at t0. */
  readonly capUsd: Float64Array;
  /** The queue's order: profit as a share of the cost, times leverage. Closed from the highest. */
  readonly rank: Float64Array;
}

/**
 * Share out `sizeUsd` of closings among winners; each gets at most its cap, all of it where the caps together do not
 * reach `sizeUsd`. `Float64Array[W]`.
 *
 * - `pro-rata`: in proportion to profit; where a cap binds, the others take more, in proportion (water-filling, one pass
 *   in the order in which caps bind).
 * - `queue`: from the highest rank down, ties in the order given.
 *
 * **Source.** MODEL 5.7, T12; the queue is the one that exchanges publish.
 */
export function shareOutAdl(rule: AdlRule, sizeUsd: number, winners: Winners): Float64Array {
  return rule === "queue" ? byQueue(sizeUsd, winners) : byProfit(sizeUsd, winners);
}

function byQueue(sizeUsd: number, { capUsd, rank }: Winners): Float64Array {
  const closed = new Float64Array(capUsd.length);
  let left = sizeUsd;
  for (const w of sortedBy(capUsd.length, (a, b) => rank[b]! - rank[a]!)) {
    closed[w] = Math.min(capUsd[w]!, left);
    left -= closed[w];
  }
  return closed;
}

function byProfit(sizeUsd: number, { pnlUsd, capUsd }: Winners): Float64Array {
  const closed = new Float64Array(capUsd.length);
  const order = sortedBy(capUsd.length, (a, b) => capUsd[a]! / pnlUsd[a]! - capUsd[b]! / pnlUsd[b]!);
  const profit = new Float64Array(order.length + 1);
  for (let m = order.length - 1; m >= 0; m--) profit[m] = profit[m + 1]! + pnlUsd[order[m]!]!;
  let left = sizeUsd;
  order.forEach((w, m) => {
    closed[w] = Math.min(capUsd[w]!, left * (pnlUsd[w]! / profit[m]!));
    left -= closed[w];
  });
  return closed;
}

function sortedBy(size: number, compare: (a: number, b: number) => number): number[] {
  return Array.from({ length: size }, (_, w) => w).sort((a, b) => compare(a, b) || a - b);
}
