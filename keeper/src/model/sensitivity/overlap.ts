import type { Book } from "../book.js";
import { depthUsdAt } from "../impact.js";
import { passOnSales } from "../pass-on-sales.js";
import { leadingEigenpair, type Leading } from "./spectral.js";
import { withPassedOn } from "./systemicness.js";

/** The drop over which a market's depth is read. */
const DEPTH_WINDOW = 0.01;

/**
 * Indirect contagion index: the leading eigenvector of the liquidity-weighted overlap `Omega = X diag(1/depth) X'`, where
 * row i of X is what accounts with `groupOf(account) = i` hold, USD at the market's price, with what sales of it go on
 * as. It sums to 1: the share of each in hurting all by selling. `radius` is in USD lost by the holders of the vector
 * per unit of it sold.
 *
 * Omega has a row for every group, so it is never formed: `X y` is its eigenvector where y is that of
 * `diag(1/depth) X'X`, which has one for every asset. **Source.** MODEL 6.4; Cont and Schaanning 2019, indirect
 * contagion index.
 */
export function contagionIndex(book: Book, groups: number, groupOf: (account: number) => number): Leading {
  const { state } = book;
  const size = state.assets.length;
  const held = holdings(book, groups, groupOf);
  const shared = gram(held, groups, size);
  const atStart = new Float64Array(size).fill(1);
  const dropPerUsd = Float64Array.from(state.assets, ({ curve }, k) =>
    book.sellable[k] === 1 ? DEPTH_WINDOW / depthUsdAt(curve, DEPTH_WINDOW) : 0,
  );
  const { radius, vector, converged } = leadingEigenpair((perUsd) => {
    const sold = product(shared, perUsd);
    passOnSales(state, atStart, sold);
    return withPassedOn(
      state,
      sold.map((usd, k) => usd * dropPerUsd[k]!),
      atStart,
    );
  }, size);
  return { radius, vector: toShares(product(held, vector)), converged };
}

/** `X[groups*K]`: what can be sold of what each group holds. */
function holdings({ state, sellable }: Book, groups: number, groupOf: (account: number) => number): Float64Array {
  const size = state.assets.length;
  const held = new Float64Array(groups * size);
  const { start, asset, saleUsd } = state.collateral;
  for (let i = 0; i + 1 < start.length; i++) {
    const row = groupOf(i) * size;
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      const k = asset[e]!;
      if (sellable[k] === 1) held[row + k] = held[row + k]! + saleUsd[e]!;
    }
  }
  return held;
}

/** `X'X`. */
function gram(held: Float64Array, groups: number, size: number): Float64Array {
  const sums = new Float64Array(size * size);
  for (let row = 0; row < groups * size; row += size) {
    for (let k = 0; k < size; k++) {
      const own = held[row + k]!;
      if (own === 0) continue;
      for (let l = 0; l < size; l++) sums[k * size + l] = sums[k * size + l]! + own * held[row + l]!;
    }
  }
  return sums;
}

/** `matrix vector` for a matrix of any number of rows. */
function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  const result = new Float64Array(matrix.length / size);
  for (let row = 0; row < result.length; row++) {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += matrix[row * size + k]! * vector[k]!;
    result[row] = sum;
  }
  return result;
}

function toShares(values: Float64Array): Float64Array {
  let total = 0;
  for (const value of values) total += value;
  return total > 0 ? values.map((value) => value / total) : values;
}
