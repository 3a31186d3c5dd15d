import type { SystemState } from "../graph/system-state.js";
import { collateralRows, debtRows, rowSums, type BookRows, type CollateralRows } from "./book-rows.js";

/**
 * A system state with what every cascade over it shares: who is a candidate first, who is past saving.
 *
 * **Shapes.** n accounts, of which M are debtors. `order[m]`: the debtors, ascending by health factor at t0, ties by
 * index; `orderHf[m]` beside it; m is the debtor's rank.
 */
export interface Book {
  readonly state: SystemState;
  readonly order: Int32Array;
  readonly orderHf: Float64Array;
  /** `Int32Array[n]`: where an account stands in `order`; -1 without debt. */
  readonly rank: Int32Array;
  /** `Int32Array[M]`: index into the state's venues, by rank. */
  readonly venue: Int32Array;
  /** Positions by rank. */
  readonly held: CollateralRows;
  readonly owed: BookRows;
  /** `Float64Array[n]`: at t0. +Infinity without debt. */
  readonly healthFactor: Float64Array;
  /** `Float64Array[n]` USD at t0. */
  readonly collateralUsd: Float64Array;
  readonly debtUsd: Float64Array;
  /** `Uint8Array[n]`: 1 where debt exceeds collateral at t0. */
  readonly insolvent: Uint8Array;
  /** `Float64Array[R]` USD: collateral of solvent accounts, the W of MODEL 6.1 before look-through (a loss on a derived
   * asset is the loss on what is behind it, plus its discount). */
  readonly solventUsd: Float64Array;
  /** `Uint8Array[K]`: 1 where a liquidator can sell the asset at all. */
  readonly sellable: Uint8Array;
  /** From this health factor on, collateral covers debt at the same prices: the largest liquidation threshold, at least 1. */
  readonly coveredHf: number;
}

/** Value every account at t0 and sort the debtors by health factor. */
export function openBook(state: SystemState): Book {
  const n = state.accountVenue.length;
  const healthFactor = new Float64Array(n);
  const collateralUsd = rowSums(state.collateral.start, state.collateral.usd);
  const weighted = rowSums(state.collateral.start, state.collateral.usd, state.collateralLt);
  const debtUsd = rowSums(state.debt.start, state.debt.usd);
  const insolvent = new Uint8Array(n);
  const debtors: number[] = [];
  for (let i = 0; i < n; i++) {
    const owes = debtUsd[i]! > 0;
    healthFactor[i] = owes ? weighted[i]! / debtUsd[i]! : Infinity;
    insolvent[i] = collateralUsd[i]! < debtUsd[i]! ? 1 : 0;
    if (owes) debtors.push(i);
  }
  const order = Int32Array.from(debtors.sort((a, b) => healthFactor[a]! - healthFactor[b]! || a - b));
  const rank = new Int32Array(n).fill(-1);
  for (let m = 0; m < order.length; m++) rank[order[m]!] = m;
  const owed = debtRows(state, order);
  return {
    state,
    order,
    orderHf: Float64Array.from(order, (i) => healthFactor[i]!),
    rank,
    venue: Int32Array.from(order, (i) => state.accountVenue[i]!),
    held: collateralRows(state, order, owed.totalUsd),
    owed,
    healthFactor,
    collateralUsd,
    debtUsd,
    insolvent,
    solventUsd: solventCollateral(state, insolvent),
    sellable: Uint8Array.from(state.assets, (asset) => (asset.curve.kind === "none" ? 0 : 1)),
    coveredHf: state.collateralLt.reduce((most, lt) => Math.max(most, lt), 1),
  };
}

/** What `byRank[M]` holds of each debtor, by account; `rest` for whoever owes nothing. `Float64Array[n]`. */
export function byAccount(book: Book, byRank: Float64Array, rest: number): Float64Array {
  return Float64Array.from(book.rank, (rank) => (rank < 0 ? rest : byRank[rank]!));
}

function solventCollateral({ collateral, reserves }: SystemState, insolvent: Uint8Array): Float64Array {
  const sums = new Float64Array(reserves.length);
  const { start, reserve, usd } = collateral;
  for (let i = 0; i < insolvent.length; i++) {
    if (insolvent[i] === 1) continue;
    for (let e = start[i]!; e < start[i + 1]!; e++) sums[reserve[e]!] = sums[reserve[e]!]! + usd[e]!;
  }
  return sums;
}
