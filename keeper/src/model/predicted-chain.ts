import type { Address } from "../units.js";
import type { Book } from "./book.js";
import { takeOffers, type Offer, type Participation, type SaleMarket } from "./participation.js";
import { createPriceState, shockPrices } from "./price-state.js";
import type { SweepOutcome } from "./sweep.js";

/** One account on the predicted chain of liquidations. USD at today's prices. */
export interface ChainLink {
  readonly account: number;
  readonly owner: Address;
  readonly venue: Address;
  /** Today. */
  readonly healthFactor: number;
  /** Round in which it is first liquidated: the mean over the scenarios that hit it, to nearest. */
  readonly round: number;
  /** Share of scenarios in which it is liquidated before the horizon. */
  readonly probability: number;
  /** Debt that its venue lets a liquidator repay when it crosses its limit. */
  readonly dueUsd: number;
  /** What is repaid after those before it on the chain have sold, and earned so, after gas; both 0 where it does not pay. */
  readonly repaidUsd: number;
  readonly profitUsd: number;
  /** What is due and not worth repaying: latent bad debt in the making. */
  readonly strandedUsd: number;
}

/** How liquidators work, and how far to look. */
export interface ChainTerms extends Participation {
  /** The chain is made of this many accounts: those with the largest expected debt, hits times what they owe. */
  readonly limit: number;
}

/**
 * Who is liquidated next, how surely, and how much of it pays: accounts that scenarios hit, by round, then by what
 * liquidators earn on them.
 *
 * Round after round sells into the depth that those before have left, `depthFactor[K]` of what was read; nothing recovers
 * in between, and what is stranded stays so.
 *
 * **Source.** MODEL 5.5: {@link takeOffers}.
 */
export function predictedChain(
  book: Book,
  sweep: Pick<SweepOutcome, "hits" | "triggerRounds" | "repaidUsd">,
  depthFactor: Float64Array,
  terms: ChainTerms,
): ChainLink[] {
  const { state } = book;
  const market = marketToday(book, depthFactor);
  const roundOf = (i: number) => Math.round(sweep.triggerRounds[i]! / sweep.hits[i]!);
  const expected = (i: number) => sweep.hits[i]! * book.debtUsd[i]!;
  const hit = book.order.filter((i) => sweep.hits[i]! > 0).sort((a, b) => expected(b) - expected(a) || a - b);
  const byRound = Map.groupBy(hit.subarray(0, terms.limit), roundOf);
  const rounds = [...byRound.keys()].sort((a, b) => a - b);
  return rounds.flatMap((round) => {
    const offers = byRound.get(round)!.map((i) => offerOf(book, i));
    const taken = takeOffers(offers, market, terms);
    const links = offers.map(({ account: i, venue, repaidUsd: dueUsd }, m): ChainLink => ({
      account: i,
      owner: state.owners[state.accountOwner[i]!]!,
      venue: state.venues[venue]!.address,
      healthFactor: book.healthFactor[i]!,
      round,
      probability: sweep.hits[i]! / sweep.repaidUsd.length,
      dueUsd,
      ...taken[m]!,
      strandedUsd: dueUsd - taken[m]!.repaidUsd,
    }));
    return links.sort((a, b) => b.profitUsd - a.profitUsd || a.account - b.account);
  });
}

function marketToday({ state }: Book, depthFactor: Float64Array): SaleMarket {
  const size = state.assets.length;
  const shock = { dropFrac: new Float64Array(size), depthFactor };
  const prices = createPriceState(size);
  shockPrices(prices, state, shock);
  return { state, prices, shock, pendingUsd: new Float64Array(size) };
}

/**
 * What a liquidator is offered when account `i` crosses its limit: seizure is pro rata over what can be sold, and the
 * debt is bought back in the same proportion. Without anything to sell, all of the debt and no legs but the debt's.
 */
function offerOf(book: Book, i: number): Offer {
  const { collateral, collateralBonus, debt, accountVenue, venues } = book.state;
  const venue = accountVenue[i]!;
  const { closeFactorFrac, fullCloseHf, dustUsd } = venues[venue]!;
  const owed = book.debtUsd[i]!;
  const sellable = entriesOf(collateral.start, i).filter((e) => book.sellable[collateral.asset[e]!] === 1);
  const held = sellable.reduce((sum, e) => sum + collateral.usd[e]!, 0);
  const bonus = sellable.reduce((sum, e) => sum + collateralBonus[e]! * collateral.usd[e]!, 0);
  const premium = held > 0 ? 1 + bonus / held : 1;
  const smallest = Math.min(owed, book.collateralUsd[i]!);
  const closesAll = Math.min(1, book.healthFactor[i]!) <= fullCloseHf || smallest <= dustUsd;
  const due = (closesAll ? 1 : closeFactorFrac) * owed;
  return {
    account: i,
    venue,
    repaidUsd: held > 0 ? Math.min(due, held / premium) : due,
    legs: [
      ...sellable.map((e) => [collateral.asset[e]!, (premium * collateral.saleUsd[e]!) / held] as const),
      ...entriesOf(debt.start, i).map((e) => [debt.asset[e]!, -debt.saleUsd[e]! / owed] as const),
    ],
    cashUsd: 0,
  };
}

function entriesOf(start: Int32Array, i: number): number[] {
  return Array.from({ length: start[i + 1]! - start[i]! }, (_, m) => start[i]! + m);
}
