import type { SystemState } from "../graph/system-state.js";
import { collateralRows, debtRows, type BookRows, type CollateralRows, type Stretch } from "./book-rows.js";

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
  /** `Uint8Array[M]`: 1 where debt exceeds collateral at t0, by rank. */
  readonly isInsolvent: Uint8Array;
  /** `Uint8Array[M]`: 1 where some collateral cannot be sold, by rank. */
  readonly hasStranded: Uint8Array;
  /** Positions by rank. */
  readonly held: CollateralRows;
  readonly owed: BookRows;
  /** `Uint8Array[K]`: 1 where anybody owes the asset. */
  readonly isOwed: Uint8Array;
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

type Values = Pick<Book, "healthFactor" | "collateralUsd" | "debtUsd" | "insolvent">;

/** Value every account at t0 and sort the debtors by health factor. */
export function openBook(state: SystemState): Book {
  const n = state.accountVenue.length;
  const values = emptyValues(n);
  for (let i = 0; i < n; i++) valueAccount(values, state, i);
  const everybody = Int32Array.from({ length: n }, (_, i) => i);
  const order = sortedDebtors(values, everybody);
  return assemble(state, values, order, { stretches: [{ at: 0, count: order.length, from: -1 }] });
}

/**
 * {@link openBook} of `state` where only the accounts `changed` (ascending; new ones at the end included) differ from those
 * of `book`, and prices do not: the same book, but nobody else is valued or sorted again.
 *
 * **Throws** `RangeError` where an account is new and not among the changed.
 */
export function updateBook(book: Book, state: SystemState, changed: Int32Array): Book {
  const before = book.rank.length;
  const n = state.accountVenue.length;
  const isChanged = new Uint8Array(Math.max(before, n));
  for (const i of changed) isChanged[i] = 1;
  for (let i = before; i < n; i++) {
    if (isChanged[i] === 0) throw new RangeError(`account ${i} is new: expected it among the changed ones`);
  }
  const values = emptyValues(n);
  for (const key of ["healthFactor", "collateralUsd", "debtUsd", "insolvent"] as const) {
    values[key].set(book[key].subarray(0, n));
  }
  const present = changed.filter((i) => i < n);
  for (const i of present) valueAccount(values, state, i);
  const kept = book.order.filter((i) => i < n && isChanged[i] === 0);
  const order = merge(values, kept, sortedDebtors(values, present));
  return assemble(state, values, order, { stretches: stretchesOf(order, book.rank, isChanged), before: book });
}

/** Those of `order` who have not changed keep their rows, many in a row at a time. */
function stretchesOf(order: Int32Array, rankBefore: Int32Array, isChanged: Uint8Array): Stretch[] {
  const stretches: Stretch[] = [];
  const fromOf = (m: number): number => (isChanged[order[m]!] === 1 ? -1 : rankBefore[order[m]!]!);
  for (let at = 0; at < order.length;) {
    const from = fromOf(at);
    let count = 1;
    while (from >= 0 && at + count < order.length && fromOf(at + count) === from + count) count++;
    stretches.push({ at, count, from });
    at += count;
  }
  return stretches;
}

function emptyValues(n: number): Values {
  return {
    healthFactor: new Float64Array(n),
    collateralUsd: new Float64Array(n),
    debtUsd: new Float64Array(n),
    insolvent: new Uint8Array(n),
  };
}

function valueAccount(values: Values, { collateral, collateralLt, debt }: SystemState, i: number): void {
  let held = 0;
  let limit = 0;
  for (let e = collateral.start[i]!; e < collateral.start[i + 1]!; e++) {
    held += collateral.usd[e]!;
    limit += collateral.usd[e]! * collateralLt[e]!;
  }
  let owed = 0;
  for (let e = debt.start[i]!; e < debt.start[i + 1]!; e++) owed += debt.usd[e]!;
  values.collateralUsd[i] = held;
  values.debtUsd[i] = owed;
  values.healthFactor[i] = owed > 0 ? limit / owed : Infinity;
  values.insolvent[i] = held < owed ? 1 : 0;
}

/** The debtors among `accounts`, ascending by health factor, ties by index. */
function sortedDebtors({ healthFactor, debtUsd }: Values, accounts: Int32Array): Int32Array {
  return accounts.filter((i) => debtUsd[i]! > 0).sort((a, b) => healthFactor[a]! - healthFactor[b]! || a - b);
}

/** Two sorted lists of debtors as one. */
function merge({ healthFactor }: Values, a: Int32Array, b: Int32Array): Int32Array {
  const merged = new Int32Array(a.length + b.length);
  let [x, y] = [0, 0];
  for (let m = 0; m < merged.length; m++) {
    const [i, j] = [a[x] ?? -1, b[y] ?? -1];
    const first = j < 0 || (i >= 0 && (healthFactor[i]! - healthFactor[j]! || i - j) < 0);
    merged[m] = first ? i : j;
    if (first) x++;
    else y++;
  }
  return merged;
}

/** A book of accounts that were valued and sorted. */
function assemble(
  state: SystemState,
  values: Values,
  order: Int32Array,
  { stretches, before }: { readonly stretches: readonly Stretch[]; readonly before?: Book },
): Book {
  const { healthFactor } = values;
  const rank = new Int32Array(values.insolvent.length).fill(-1);
  const orderHf = new Float64Array(order.length);
  const venue = new Int32Array(order.length);
  const isInsolvent = new Uint8Array(order.length);
  for (let m = 0; m < order.length; m++) {
    const i = order[m]!;
    rank[i] = m;
    orderHf[m] = healthFactor[i]!;
    venue[m] = state.accountVenue[i]!;
    isInsolvent[m] = values.insolvent[i]!;
  }
  const owed = debtRows(state, order, { stretches, before: before?.owed });
  const held = collateralRows(state, order, owed.totalUsd, { stretches, before: before?.held });
  const sellable = Uint8Array.from(state.assets, (asset) => (asset.curve.kind === "none" ? 0 : 1));
  return {
    state,
    order,
    orderHf,
    rank,
    venue,
    isInsolvent,
    hasStranded: strandedRows(held, sellable),
    held,
    owed,
    isOwed: whichOf(owed.asset, state.assets.length),
    ...values,
    solventUsd: solventCollateral(state, values.insolvent),
    sellable,
    coveredHf: largest(state.collateralLt, 1),
  };
}

/** 1 for each of `size` numbers that is among `numbers`. */
function whichOf(numbers: Int32Array, size: number): Uint8Array {
  const isThere = new Uint8Array(size);
  for (let e = 0; e < numbers.length; e++) isThere[numbers[e]!] = 1;
  return isThere;
}

function strandedRows({ start, asset }: BookRows, sellable: Uint8Array): Uint8Array {
  const hasStranded = new Uint8Array(start.length - 1);
  if (!sellable.includes(0)) return hasStranded;
  for (let m = 0; m < hasStranded.length; m++) {
    for (let e = start[m]!; e < start[m + 1]!; e++) if (sellable[asset[e]!] === 0) hasStranded[m] = 1;
  }
  return hasStranded;
}

function largest(values: Float64Array, least: number): number {
  let most = least;
  for (let e = 0; e < values.length; e++) most = Math.max(most, values[e]!);
  return most;
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
