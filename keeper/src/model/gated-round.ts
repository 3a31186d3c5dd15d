import type { Book } from "./book.js";
import { liquidateRound, type Cascade, type CascadeRules } from "./cascade.js";
import { takeOffers, type Offer, type Participation } from "./participation.js";
import type { Shock } from "./price-state.js";

/**
 * One round in which liquidators take what pays: the rules make the offers, {@link takeOffers} chooses, and what was
 * chosen is liquidated. Returns how many repaid something; `strandedUsd[M]` becomes what was left of the offers.
 *
 * **Source.** MODEL 5.5.
 */
export function liquidateWhatPays(
  book: Book,
  { shock, rules, terms }: { readonly shock: Shock; readonly rules: CascadeRules; readonly terms: Participation },
  run: Cascade,
  strandedUsd: Float64Array,
): number {
  const offers: Offer[] = [];
  liquidateRound(book, { ...rules, gate: collect }, run);
  const pendingUsd = new Float64Array(run.soldUsd.length);
  const taken = takeOffers(offers, { state: book.state, prices: run.prices, shock, pendingUsd }, terms);
  const repaidUsd = new Map(offers.map(({ account }, m) => [account, taken[m]!.repaidUsd] as const));
  strandedUsd.fill(0);
  offers.forEach(({ account, repaidUsd: usd }, m) => (strandedUsd[account] = usd - taken[m]!.repaidUsd));
  return liquidateRound(book, { ...rules, gate: (rank) => repaidUsd.get(rank) ?? 0 }, run);

  function collect(rank: number, usd: number, soldFrac: number, boughtFrac: number): number {
    const legs = legsOf(book, rank, soldFrac, rules.buyBack ? boughtFrac : 0);
    offers.push({ account: rank, venue: book.venue[rank]!, repaidUsd: usd, legs, cashUsd: rules.buyBack ? 0 : 1 });
    return 0;
  }
}

/** What changes hands per USD repaid, in USD at t0's market price. */
function legsOf({ held, owed, sellable }: Book, rank: number, soldFrac: number, boughtFrac: number): Offer["legs"] {
  const legs: [number, number][] = [];
  for (let e = held.start[rank]!; e < held.start[rank + 1]!; e++) {
    if (sellable[held.asset[e]!] === 1) legs.push([held.asset[e]!, held.saleUsd[e]! * soldFrac]);
  }
  if (boughtFrac === 0) return legs;
  for (let e = owed.start[rank]!; e < owed.start[rank + 1]!; e++) {
    legs.push([owed.asset[e]!, -owed.saleUsd[e]! * boughtFrac]);
  }
  return legs;
}
