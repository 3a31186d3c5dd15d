import type { SystemState } from "../../graph/system-state.js";
import type { Book } from "../book.js";
import { depthUsdAt } from "../impact.js";
import { leadingEigenpair, type Leading } from "./spectral.js";
import { withPassedOn } from "./systemicness.js";

/** The drop over which a market's depth is read. */
const DEPTH_WINDOW = 0.01;

/**
 * Indirect contagion index: the leading eigenvector of the liquidity-weighted overlap `Omega = X diag(1/depth) X'`, where
 * row i of X is what `groupOf(account) = i` holds, USD at the market's price, with what sales of it go on as. It sums to
 * 1: the share of each in hurting all by selling. `radius` is the drop, per USD sold along it, times USD held.
 *
 * Omega is never formed: each step is one pass over the positions. **Source.** MODEL 6.4; Cont and Schaanning 2019,
 * indirect contagion index.
 */
export function contagionIndex(book: Book, groups: number, groupOf: (account: number) => number): Leading {
  const { state, sellable } = book;
  const { start, asset, saleUsd } = state.collateral;
  const accounts = state.accountVenue.length;
  const dropPerUsd = Float64Array.from(state.assets, ({ curve }, k) =>
    sellable[k] === 1 ? DEPTH_WINDOW / depthUsdAt(curve, DEPTH_WINDOW) : 0,
  );
  const atStart = new Float64Array(state.assets.length).fill(1);
  return leadingEigenpair((vector) => {
    const sold = new Float64Array(state.assets.length);
    each((i, k, usd) => (sold[k] = sold[k]! + usd * vector[groupOf(i)]!));
    passForward(state, sold);
    const perUsd = withPassedOn(
      state,
      sold.map((usd, k) => usd * dropPerUsd[k]!),
      atStart,
    );
    const image = new Float64Array(groups);
    each((i, k, usd) => (image[groupOf(i)] = image[groupOf(i)]! + usd * perUsd[k]!));
    return image;
  }, groups);

  function each(visit: (account: number, asset: number, usd: number) => void): void {
    for (let i = 0; i < accounts; i++) {
      for (let e = start[i]!; e < start[i + 1]!; e++) {
        if (sellable[asset[e]!] === 1) visit(i, asset[e]!, saleUsd[e]!);
      }
    }
  }
}

/** Add to the sales of each asset what sales of others go on as, at the prices of t0. */
function passForward({ saleOrder, passOn }: SystemState, soldUsd: Float64Array): void {
  for (let m = 0; m < saleOrder.length; m++) {
    const j = saleOrder[m]!;
    for (let e = passOn.start[j]!; e < passOn.start[j + 1]!; e++) {
      const k = passOn.asset[e]!;
      soldUsd[k] = soldUsd[k]! + soldUsd[j]! * passOn.weight[e]!;
    }
  }
}
