import type { Positions, SystemState } from "../graph/system-state.js";
import type { Book } from "./book.js";

/**
 * One side of the debtors' positions in the order of a book, so that a round reads memory from left to right.
 *
 * **Shapes.** M debtors: the debtor at rank m has entries `start[m] <= e < start[m+1]`, in the order of the state.
 */
export interface BookRows {
  readonly start: Int32Array;
  readonly asset: Int32Array;
  readonly usd: Float64Array;
  readonly saleUsd: Float64Array;
  /** `Float64Array[M]` USD: sum of each row. */
  readonly totalUsd: Float64Array;
}

/** Who holds what. Asset k is held at the ranks `holder[h]`, `holderStart[k] <= h < holderStart[k+1]`, ascending, whose
 * health factors at t0 are `holderHf[h]`. */
export interface Holders {
  readonly holderStart: Int32Array;
  readonly holder: Int32Array;
  readonly holderHf: Float64Array;
}

/** Collateral rows: with reserve, threshold and bonus per entry, and `hfShare`, its part in the health factor at t0 or a bit less. */
export interface CollateralRows extends BookRows, Holders {
  readonly reserve: Int32Array;
  readonly lt: Float64Array;
  readonly bonus: Float64Array;
  readonly hfShare: Float32Array;
}

/** What is multiplied by this is no more than it was when it is rounded to float32. */
const ROUND_DOWN = 1 - 1.2e-7;

/** Accounts with debt, ascending by health factor: `orderHf[m]` is that of `order[m]`. */
export type Debtors = Pick<Book, "order" | "orderHf">;

/** Lay out the collateral of `debtors`, who owe `owedUsd[M]`. */
export function collateralRows(state: SystemState, debtors: Debtors, owedUsd: Float64Array): CollateralRows {
  const { collateral, collateralLt, collateralBonus } = state;
  const rows = rowsOf(collateral, debtors.order);
  const size = rows.asset.length;
  const reserve = new Int32Array(size);
  const lt = new Float64Array(size);
  const bonus = new Float64Array(size);
  const hfShare = new Float32Array(size);
  let at = 0;
  for (let m = 0; m < debtors.order.length; m++) {
    const i = debtors.order[m]!;
    for (let e = collateral.start[i]!, end = collateral.start[i + 1]!; e < end; e++, at++) {
      reserve[at] = collateral.reserve[e]!;
      lt[at] = collateralLt[e]!;
      bonus[at] = collateralBonus[e]!;
      hfShare[at] = ((rows.usd[at]! * lt[at]!) / owedUsd[m]!) * ROUND_DOWN;
    }
  }
  return { ...rows, reserve, lt, bonus, hfShare, ...holdersOf(rows, debtors.orderHf, state.assets.length) };
}

/** Lay out the debt of `debtors`. */
export function debtRows(state: SystemState, { order }: Debtors): BookRows {
  return rowsOf(state.debt, order);
}

function rowsOf(positions: Positions, order: Int32Array): BookRows {
  const start = startsOf(positions, order);
  const asset = new Int32Array(start[order.length]!);
  const usd = new Float64Array(asset.length);
  const saleUsd = new Float64Array(asset.length);
  const totalUsd = new Float64Array(order.length);
  let at = 0;
  for (let m = 0; m < order.length; m++) {
    const i = order[m]!;
    let total = 0;
    for (let e = positions.start[i]!, end = positions.start[i + 1]!; e < end; e++, at++) {
      asset[at] = positions.asset[e]!;
      usd[at] = positions.usd[e]!;
      saleUsd[at] = positions.saleUsd[e]!;
      total += usd[at]!;
    }
    totalUsd[m] = total;
  }
  return { start, asset, usd, saleUsd, totalUsd };
}

function startsOf(positions: Positions, order: Int32Array): Int32Array {
  const start = new Int32Array(order.length + 1);
  for (let m = 0; m < order.length; m++) {
    start[m + 1] = start[m]! + positions.start[order[m]! + 1]! - positions.start[order[m]!]!;
  }
  return start;
}

/** The rows turned round: ranks by asset. */
function holdersOf({ start, asset }: BookRows, orderHf: Float64Array, assets: number): Holders {
  const holderStart = new Int32Array(assets + 1);
  for (let e = 0; e < asset.length; e++) holderStart[asset[e]! + 1] = holderStart[asset[e]! + 1]! + 1;
  for (let k = 0; k < assets; k++) holderStart[k + 1] = holderStart[k + 1]! + holderStart[k]!;
  const next = holderStart.slice();
  const holder = new Int32Array(asset.length);
  const holderHf = new Float64Array(asset.length);
  for (let m = 0; m < orderHf.length; m++) {
    for (let e = start[m]!, end = start[m + 1]!; e < end; e++) {
      const at = next[asset[e]!]!;
      next[asset[e]!] = at + 1;
      holder[at] = m;
      holderHf[at] = orderHf[m]!;
    }
  }
  return { holderStart, holder, holderHf };
}
