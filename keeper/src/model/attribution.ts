import type { SystemState } from "../graph/system-state.js";
import type { Book } from "./book.js";
import type { Cascade } from "./cascade.js";
import { latentBadDebtUsd, visitUncovered } from "./latent.js";

/**
 * A quantity of accounts, by reserve and by venue. Reserves get an account's quantity in proportion to what it holds of
 * them as collateral at t0; an account without collateral appears in its venue only.
 *
 * **Shapes.** `reserve[R]`, `venue[V]`.
 */
export interface Attribution {
  readonly reserve: Float64Array;
  readonly venue: Float64Array;
}

/** Attribute `amountOf(i)` of every account. */
export function attribute(book: Book, amountOf: (i: number) => number): Attribution {
  const sum = nothing(book.state);
  for (let i = 0; i < book.rank.length; i++) attributeTo(sum, book, i, amountOf(i));
  return sum;
}

/** Add `amount` of account `i` to `sum` in place. */
function attributeTo(sum: Attribution, { state, collateralUsd }: Book, i: number, amount: number): void {
  if (amount === 0) return;
  const { reserve, venue } = sum;
  const { start, reserve: reserveOf, usd } = state.collateral;
  const v = state.accountVenue[i]!;
  venue[v] = venue[v]! + amount;
  const perUsd = amount / collateralUsd[i]!;
  for (let e = start[i]!; e < start[i + 1]!; e++) {
    reserve[reserveOf[e]!] = reserve[reserveOf[e]!]! + usd[e]! * perUsd;
  }
}

/** What was seized and sold of every reserve, USD at t0's market price. `Float64Array[R]`. */
export function soldByReserve({ state, order, sellable }: Book, run: Cascade): Float64Array {
  const sold = new Float64Array(state.reserves.length);
  const { start, asset, reserve, saleUsd } = state.collateral;
  for (let t = 0; t < run.touchedCount; t++) {
    const i = order[run.touched[t]!]!;
    const share = 1 - run.collateralLeft[run.touched[t]!]!;
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      if (sellable[asset[e]!] === 1) sold[reserve[e]!] = sold[reserve[e]!]! + saleUsd[e]! * share;
    }
  }
  return sold;
}

/** Bad debt after a cascade, realised and latent, times `weight`. */
export function badDebtOf(book: Book, run: Cascade, weight: number): Attribution {
  const sum = nothing(book.state);
  const add = (rank: number, usd: number) => attributeTo(sum, book, book.order[rank]!, weight * usd);
  for (let t = 0; t < run.touchedCount; t++) add(run.touched[t]!, run.badDebtUsd[run.touched[t]!]!);
  visitUncovered(book, run, (rank) => add(rank, latentBadDebtUsd(book, run, rank)));
  return sum;
}

/** Add `other` to `sum` in place. */
export function addTo(sum: Attribution, other: Attribution): void {
  for (let r = 0; r < sum.reserve.length; r++) sum.reserve[r] = sum.reserve[r]! + other.reserve[r]!;
  for (let v = 0; v < sum.venue.length; v++) sum.venue[v] = sum.venue[v]! + other.venue[v]!;
}

/** Nothing, for every reserve and venue. */
export function nothing(state: SystemState): Attribution {
  return { reserve: new Float64Array(state.reserves.length), venue: new Float64Array(state.venues.length) };
}
