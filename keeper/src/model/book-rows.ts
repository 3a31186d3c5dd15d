import type { Positions, SystemState } from "../graph/system-state.js";
import type { Book } from "./book.js";

/**
 * One side of the debtors' positions in the order of a book, so that a round reads memory from left to right, and who
 * holds what.
 *
 * **Shapes.** M debtors: the debtor at rank m has entries `start[m] <= e < start[m+1]`, in the order of the state. Asset k
 * is held at the ranks `holder[h]`, `holderStart[k] <= h < holderStart[k+1]`, ascending, whose health factors at t0 are
 * `holderHf[h]`.
 */
export interface BookRows {
  readonly start: Int32Array;
  readonly asset: Int32Array;
  readonly usd: Float64Array;
  readonly saleUsd: Float64Array;
  /** `Float64Array[M]` USD: sum of each row. */
  readonly totalUsd: Float64Array;
  readonly holderStart: Int32Array;
  readonly holder: Int32Array;
  readonly holderHf: Float64Array;
}

/** Collateral rows: with reserve, threshold and bonus per entry, and `hfShare`, its part in the health factor at t0. */
export interface CollateralRows extends BookRows {
  readonly reserve: Int32Array;
  readonly lt: Float64Array;
  readonly bonus: Float64Array;
  readonly hfShare: Float64Array;
}

/** Accounts with debt, ascending by health factor: `orderHf[m]` is that of `order[m]`. */
export type Debtors = Pick<Book, "order" | "orderHf">;

/** Lay out the collateral of `debtors`, who owe `owedUsd[M]`. */
export function collateralRows(state: SystemState, debtors: Debtors, owedUsd: Float64Array): CollateralRows {
  const source = entriesOf(state.collateral, debtors.order);
  const rows = rowsOf(state, state.collateral, debtors, source);
  const lt = pick(new Float64Array(source.length), state.collateralLt, source);
  return {
    ...rows,
    reserve: pick(new Int32Array(source.length), state.collateral.reserve, source),
    lt,
    bonus: pick(new Float64Array(source.length), state.collateralBonus, source),
    hfShare: hfShares(rows, lt, owedUsd),
  };
}

function hfShares({ start, usd }: BookRows, lt: Float64Array, owedUsd: Float64Array): Float64Array {
  const shares = new Float64Array(usd.length);
  for (let m = 0; m < owedUsd.length; m++) {
    for (let e = start[m]!; e < start[m + 1]!; e++) shares[e] = (usd[e]! * lt[e]!) / owedUsd[m]!;
  }
  return shares;
}

/** Lay out the debt of `debtors`. */
export function debtRows(state: SystemState, debtors: Debtors): BookRows {
  return rowsOf(state, state.debt, debtors, entriesOf(state.debt, debtors.order));
}

function rowsOf(state: SystemState, positions: Positions, debtors: Debtors, source: Int32Array): BookRows {
  const { order, orderHf } = debtors;
  const start = new Int32Array(order.length + 1);
  for (let m = 0; m < order.length; m++) {
    start[m + 1] = start[m]! + positions.start[order[m]! + 1]! - positions.start[order[m]!]!;
  }
  const asset = pick(new Int32Array(source.length), positions.asset, source);
  const usd = pick(new Float64Array(source.length), positions.usd, source);
  return {
    start,
    asset,
    usd,
    saleUsd: pick(new Float64Array(source.length), positions.saleUsd, source),
    totalUsd: rowSums(start, usd),
    ...holdersOf({ start, asset }, orderHf, state.assets.length),
  };
}

/** Indices of the entries of the accounts in `order`, one after the other. */
function entriesOf({ start }: Positions, order: Int32Array): Int32Array {
  let count = 0;
  for (const i of order) count += start[i + 1]! - start[i]!;
  const entries = new Int32Array(count);
  let next = 0;
  for (const i of order) for (let e = start[i]!; e < start[i + 1]!; e++) entries[next++] = e;
  return entries;
}

/** Fill `picked` with `values` at `source`. */
function pick<T extends Float64Array | Int32Array>(picked: T, values: T, source: Int32Array): T {
  for (let e = 0; e < source.length; e++) picked[e] = values[source[e]!]!;
  return picked;
}

function rowSums(start: Int32Array, values: Float64Array): Float64Array {
  const sums = new Float64Array(start.length - 1);
  for (let m = 0; m < sums.length; m++) {
    for (let e = start[m]!; e < start[m + 1]!; e++) sums[m] = sums[m]! + values[e]!;
  }
  return sums;
}

/** The rows turned round: ranks by asset. */
function holdersOf(
  { start, asset }: Pick<BookRows, "start" | "asset">,
  orderHf: Float64Array,
  assets: number,
): Pick<BookRows, "holderStart" | "holder" | "holderHf"> {
  const holderStart = new Int32Array(assets + 1);
  for (const k of asset) holderStart[k + 1] = holderStart[k + 1]! + 1;
  for (let k = 0; k < assets; k++) holderStart[k + 1] = holderStart[k + 1]! + holderStart[k]!;
  const next = holderStart.slice();
  const holder = new Int32Array(asset.length);
  const holderHf = new Float64Array(asset.length);
  for (let m = 0; m < orderHf.length; m++) {
    for (let e = start[m]!; e < start[m + 1]!; e++) {
      const at = next[asset[e]!]!;
      next[asset[e]!] = at + 1;
      holder[at] = m;
      holderHf[at] = orderHf[m]!;
    }
  }
  return { holderStart, holder, holderHf };
}
