import type { AssetView } from "../graph/system-state.js";
import type { Book } from "./book.js";
import { createCascade, runCascade } from "./cascade.js";
import { averageFactor, depthUsdAt } from "./impact.js";
import { DECISION_RULES, standstill } from "./pause.js";

/** What pushing an asset's market down brings and costs. USD. */
export interface Push {
  readonly dropFrac: number;
  /** Bonus of the liquidations that the push sets off, beyond what is due anyway. */
  readonly bonusUsd: number;
  /** Gain of a short position. */
  readonly shortUsd: number;
  readonly costUsd: number;
  /** Above 0, manipulation pays. */
  readonly profitUsd: number;
}

/**
 * Adversarial index of an asset: the push, among `drops`, that pays an attacker most who is short `shortUsd` of it and
 * takes every liquidation himself, provided that oracles follow the market at once. The first of equals.
 *
 * **Source.** MODEL 5.5; Cohen et al. 2023: liquidations are attacked where the incentive exceeds the cost of
 * manipulation.
 */
export function bestPush(book: Book, asset: number, drops: readonly number[], shortUsd: number): Push {
  const size = book.state.assets.length;
  const run = createCascade(book, 0);
  const bonusAt = (dropFrac: number): number => {
    const shock = standstill(size);
    shock.dropFrac[asset] = dropFrac;
    runCascade(book, shock, DECISION_RULES, run);
    return run.bonusUsd;
  };
  const due = bonusAt(0);
  const pushes = drops.map((dropFrac): Push => {
    const gains = { bonusUsd: bonusAt(dropFrac) - due, shortUsd: shortUsd * dropFrac };
    const costUsd = pushCostUsd(book.state.assets[asset]!, dropFrac);
    return { dropFrac, ...gains, costUsd, profitUsd: gains.bonusUsd + gains.shortUsd - costUsd };
  });
  return pushes.reduce((best, push) => (push.profitUsd > best.profitUsd ? push : best));
}

/**
 * Cost of selling a market down by `dropFrac` and back: what is sold below its value, which arbitrage takes (LVR), and the
 * pool's fee on both legs. Infinity where no sale can do it.
 */
export function pushCostUsd({ curve, poolFeeFrac }: AssetView, dropFrac: number): number {
  const soldUsd = depthUsdAt(curve, dropFrac);
  if (curve.kind === "none" || soldUsd === Infinity) return Infinity;
  const average = averageFactor(curve, soldUsd);
  return soldUsd * (1 - average) + poolFeeFrac * soldUsd * (1 + average);
}
