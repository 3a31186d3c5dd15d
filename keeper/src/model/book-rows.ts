import type { Positions, SystemState } from "../graph/system-state.js";

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

/** Who holds what: asset k is held at the ranks `holder[h]`, `holderStart[k] <= h < holderStart[k+1]`, ascending. */
export interface Holders {
  readonly holderStart: Int32Array;
  readonly holder: Int32Array;
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

/**
 * Debtors one after the other, from rank `at` on: their rows are those of an earlier book from its rank `from` on or, where
 * that is below 0, have to be laid out anew.
 */
export interface Stretch {
  readonly at: number;
  readonly count: number;
  readonly from: number;
}

/** What rows are made of: stretches that follow each other, and the rows of the earlier book, where there is one. */
export interface Sources<Rows> {
  readonly stretches: readonly Stretch[];
  readonly before: Rows | undefined;
}

/** Lay out the collateral of debtors in this order, who owe `owedUsd[M]`. */
export function collateralRows(
  state: SystemState,
  order: Int32Array,
  owedUsd: Float64Array,
  { stretches, before }: Sources<CollateralRows>,
): CollateralRows {
  const { collateral, collateralLt, collateralBonus } = state;
  const rows = rowsOf(collateral, order, { stretches, before });
  const size = rows.asset.length;
  const reserve = new Int32Array(size);
  const lt = new Float64Array(size);
  const bonus = new Float64Array(size);
  const hfShare = new Float32Array(size);
  for (const { at: first, count, from } of stretches) {
    let at = rows.start[first]!;
    if (before !== undefined && from >= 0) {
      const [start, end] = [before.start[from]!, before.start[from + count]!];
      reserve.set(before.reserve.subarray(start, end), at);
      lt.set(before.lt.subarray(start, end), at);
      bonus.set(before.bonus.subarray(start, end), at);
      hfShare.set(before.hfShare.subarray(start, end), at);
      continue;
    }
    for (let m = first; m < first + count; m++) {
      const i = order[m]!;
      for (let e = collateral.start[i]!, end = collateral.start[i + 1]!; e < end; e++, at++) {
        reserve[at] = collateral.reserve[e]!;
        lt[at] = collateralLt[e]!;
        bonus[at] = collateralBonus[e]!;
        hfShare[at] = ((rows.usd[at]! * lt[at]!) / owedUsd[m]!) * ROUND_DOWN;
      }
    }
  }
  return { ...rows, reserve, lt, bonus, hfShare, ...holdersOf(rows, state.assets.length) };
}

/** Lay out the debt of debtors in this order. */
export function debtRows(state: SystemState, order: Int32Array, sources: Sources<BookRows>): BookRows {
  return rowsOf(state.debt, order, sources);
}

function rowsOf(positions: Positions, order: Int32Array, { stretches, before }: Sources<BookRows>): BookRows {
  const start = startsOf(positions, order);
  const asset = new Int32Array(start[order.length]!);
  const usd = new Float64Array(asset.length);
  const saleUsd = new Float64Array(asset.length);
  const totalUsd = new Float64Array(order.length);
  for (const { at: first, count, from } of stretches) {
    let at = start[first]!;
    if (before !== undefined && from >= 0) {
      const [begin, end] = [before.start[from]!, before.start[from + count]!];
      asset.set(before.asset.subarray(begin, end), at);
      usd.set(before.usd.subarray(begin, end), at);
      saleUsd.set(before.saleUsd.subarray(begin, end), at);
      totalUsd.set(before.totalUsd.subarray(from, from + count), first);
      continue;
    }
    for (let m = first; m < first + count; m++) {
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
function holdersOf({ start, asset }: BookRows, assets: number): Holders {
  const holderStart = new Int32Array(assets + 1);
  for (let e = 0; e < asset.length; e++) holderStart[asset[e]! + 1] = holderStart[asset[e]! + 1]! + 1;
  for (let k = 0; k < assets; k++) holderStart[k + 1] = holderStart[k + 1]! + holderStart[k]!;
  const next = holderStart.slice();
  const holder = new Int32Array(asset.length);
  for (let m = 0; m + 1 < start.length; m++) {
    for (let e = start[m]!, end = start[m + 1]!; e < end; e++) {
      const at = next[asset[e]!]!;
      next[asset[e]!] = at + 1;
      holder[at] = m;
    }
  }
  return { holderStart, holder };
}
