import type { SystemState } from "../graph/system-state.js";
import { openBook, type Book } from "./book.js";
import { createCascade, liquidateRound, startRounds, undoCascade, type Cascade, type CascadeRules } from "./cascade.js";
import { clearClaims, supplierLosses, type ClaimsLayer, type ClearedClaims, type SupplierLosses } from "./claims.js";
import { liquidateWhatPays } from "./gated-round.js";
import { shockOfFeeds, splitFeeds, type FeedState } from "./oracle-feeds.js";
import {
  createOracles,
  moveOracles,
  PROMPT_ORACLE,
  resetOracles,
  type OracleRule,
  type Oracles,
} from "./oracle-rule.js";
import type { Participation } from "./participation.js";
import { createPerps, resetPerps, type PerpBook, type PerpRun } from "./perps/perp-book.js";
import { ownerSpot, unwindHedges, type OwnerSpot } from "./perps/hedges.js";
import { addPerpFlows, perpPrices } from "./perps/market-prices.js";
import { perpRound } from "./perps/waterfall.js";
import type { Shock } from "./price-state.js";
import { hasPrices, settleRound } from "./rounds.js";

/** Haircuts that differ by less than this are one. */
const SAME_HAIRCUT = 1e-12;

/** What a cascade has beside lending, markets and prompt oracles. Each part is absent where it is null. */
export interface Extensions {
  /** Reserves with an oracle of their own, and how oracles move: one rule per asset, then one per such reserve. */
  readonly oracles: { readonly reserves: readonly number[]; readonly rules: readonly OracleRule[] } | null;
  readonly participation: Participation | null;
  readonly claims: ClaimsLayer | null;
  /** `Float64Array[V]`: insurance I_v of lending venues. */
  readonly insuranceUsd: Float64Array | null;
  readonly perps: PerpBook | null;
  /** Share of a hedge lost to auto-deleveraging that its owner sells in the next round. */
  readonly unwindFrac: number;
}

/** Nothing: then {@link runFullCascade} is `runCascade`. */
export const NO_EXTENSIONS: Extensions = {
  oracles: null,
  participation: null,
  claims: null,
  insuranceUsd: null,
  perps: null,
  unwindFrac: 1,
};

/** A system with its extensions, prepared once. */
export interface FullSystem {
  readonly extensions: Extensions;
  readonly feeds: FeedState;
  /** Over `feeds.state`: ranks are those of a book without feeds. */
  readonly book: Book;
}

/** Scratch and result of a full cascade, reusable. */
export interface FullRun {
  readonly lending: Cascade;
  readonly oracles: Oracles;
  readonly perps: PerpRun | null;
  readonly owners: OwnerSpot;
  /** `Float64Array[M]`: debt that the rules allowed to be repaid in the last round, and nobody found worth it. */
  readonly strandedUsd: Float64Array;
  /** `Float64Array[issuers]`: haircuts of claims that collateral is marked with. They only rise. */
  readonly haircutFrac: Float64Array;
  /** `Float64Array[K]`: sales that come with the next round besides liquidations: lost hedges, and what the caller adds. */
  readonly comingUsd: Float64Array;
  /** All of them so far. */
  readonly besideUsd: Float64Array;
  /** `Float64Array[P]`: deleveraged sizes whose hedges are counted. */
  readonly adlCountedUsd: Float64Array;
  claims: ClearedClaims | null;
  /** Bad debt by reserve, and what insurance leaves of it. */
  losses: SupplierLosses | null;
  rounds: number;
  /** False where `maxRounds` ended it, a clearing did not settle, or purchases drove a price beyond all numbers. */
  converged: boolean;
}

/** Open a state with extensions. */
export function openFullSystem(state: SystemState, extensions: Extensions): FullSystem {
  const feeds = splitFeeds(state, extensions.oracles?.reserves ?? []);
  return { extensions, feeds, book: openBook(feeds.state) };
}

/** Allocate a run. `rules.latencyRounds` is the lag of oracles where the extensions have no rules for them. */
export function createFullRun({ extensions, feeds, book }: FullSystem, latencyRounds: number): FullRun {
  const size = feeds.origin.length;
  const prompt = { ...PROMPT_ORACLE, lagRounds: latencyRounds };
  const lending = createCascade(book, 0);
  return {
    lending,
    oracles: createOracles(feeds, extensions.oracles?.rules ?? Array.from(feeds.origin, () => prompt)),
    perps: extensions.perps === null ? null : createPerps(extensions.perps),
    owners: ownerSpot(book, lending),
    strandedUsd: new Float64Array(book.order.length),
    haircutFrac: new Float64Array(extensions.claims?.issuers.length ?? 0),
    comingUsd: new Float64Array(size),
    besideUsd: new Float64Array(size),
    adlCountedUsd: new Float64Array(extensions.perps?.market.length ?? 0),
    claims: null,
    losses: null,
    rounds: 0,
    converged: false,
  };
}

/**
 * Run a cascade with everything that `system` has: lending and perpetual venues in the same markets, oracles by their own
 * rules, liquidators who want to earn, and suppliers' losses that reach whoever borrows against their claims.
 *
 * Rounds run until nothing moves; then claims are cleared, collateral made of them is marked down, and rounds go on, until
 * no haircut rises. That ends: haircuts only rise, and rise only where somebody was written off since, or a price fell.
 * Results of `run.lending` are by rank, prices by asset and feed.
 *
 * **Source.** MODEL 5.3, dt = 0; 5.5, 5.6, 5.7.
 */
export function runFullCascade(system: FullSystem, shock: Shock, rules: CascadeRules, run: FullRun): void {
  resetFullRun(system, run);
  const exogenous = shockOfFeeds(system.feeds, shock);
  startRounds(system.book, exogenous, run.lending);
  resetOracles(run.oracles, run.lending.prices.price);
  do {
    const marked = withHaircuts(system, exogenous, run.haircutFrac);
    startRounds(system.book, marked, run.lending);
    run.converged = playUntilQuiet(system, marked, rules, run);
  } while (clearLosses(system, run) && run.converged);
  if (run.claims?.converged === false) run.converged = false;
}

/** Back to t0. */
export function resetFullRun({ extensions }: FullSystem, run: FullRun): void {
  undoCascade(run.lending);
  if (extensions.perps !== null && run.perps !== null) resetPerps(extensions.perps, run.perps);
  for (const sums of [run.strandedUsd, run.haircutFrac, run.comingUsd, run.besideUsd, run.adlCountedUsd]) sums.fill(0);
  run.claims = null;
  run.losses = null;
  run.rounds = 0;
  run.converged = false;
}

/** Rounds at one shock until nothing has moved for as long as the latest oracle lags. False where that gave no result. */
function playUntilQuiet(system: FullSystem, shock: Shock, rules: CascadeRules, run: FullRun): boolean {
  const patience = run.oracles.history.length;
  let idle = 0;
  let sound = hasPrices(run.lending);
  while (idle < patience && run.rounds < rules.maxRounds) {
    idle = playRound(system, { shock, nowSec: 0 }, rules, run) ? 0 : idle + 1;
    sound = sound && hasPrices(run.lending);
  }
  return idle >= patience && sound;
}

/** One round of everything, at one set of market prices. True where something moved. */
export function playRound(
  { extensions, book }: FullSystem,
  { shock, nowSec }: { readonly shock: Shock; readonly nowSec: number },
  rules: CascadeRules,
  run: FullRun,
): boolean {
  const { lending, oracles, perps } = run;
  lending.rounds = ++run.rounds;
  moveOracles(oracles, lending.prices.price, nowSec);
  lending.oracle = oracles.answer;
  let moved =
    extensions.participation === null
      ? liquidateRound(book, rules, lending)
      : liquidateWhatPays(book, { shock, rules, terms: extensions.participation }, lending, run.strandedUsd);
  moved += sellBeside(run);
  if (extensions.perps !== null && perps !== null) {
    const spot = { state: book.state, prices: lending.prices, shock };
    moved += perpRound(extensions.perps, perps, perpPrices(extensions.perps, perps, spot));
    addPerpFlows(extensions.perps, perps, rules, lending.soldUsd);
    const counted = { perps: extensions.perps, run: perps, adlBeforeUsd: run.adlCountedUsd };
    unwindHedges(run.owners, counted, extensions.unwindFrac, run.comingUsd);
    run.adlCountedUsd.set(perps.adlUsd);
  }
  settleRound(book, shock, rules, lending);
  return moved > 0;
}

/** Add the sales that were to come to those of the round. Returns in how many assets. */
function sellBeside({ comingUsd, besideUsd, lending: { soldUsd } }: FullRun): number {
  let assets = 0;
  for (let k = 0; k < comingUsd.length; k++) {
    if (comingUsd[k] === 0) continue;
    assets++;
    soldUsd[k] = soldUsd[k]! + comingUsd[k]!;
    besideUsd[k] = besideUsd[k]! + comingUsd[k]!;
    comingUsd[k] = 0;
  }
  return assets;
}

/** Work out suppliers' losses and clear claims. True where collateral made of them has to be marked down further. */
export function clearLosses({ extensions, feeds, book }: FullSystem, run: FullRun): boolean {
  const price = cleanPrices(feeds, run, extensions.claims);
  const insurance = extensions.insuranceUsd ?? new Float64Array(book.state.venues.length);
  run.losses = supplierLosses(book, run.lending.writtenOffFrac, price, insurance);
  if (extensions.claims === null) return false;
  const { lossUsd } = run.losses;
  const perIssuer = Float64Array.from(extensions.claims.issuers, ({ reserve }) =>
    reserve < 0 ? 0 : lossUsd[reserve]!,
  );
  run.claims = clearClaims(extensions.claims, price, perIssuer);
  let rises = false;
  run.claims.haircutFrac.forEach((cut, m) => {
    if (!(cut > run.haircutFrac[m]! + SAME_HAIRCUT)) return;
    run.haircutFrac[m] = cut;
    rises = rises || extensions.claims!.issuers[m]!.asset >= 0;
  });
  return rises;
}

/** Collateral that is a claim is worth what the claim pays. */
export function withHaircuts({ extensions }: FullSystem, shock: Shock, haircutFrac: Float64Array): Shock {
  if (extensions.claims === null || haircutFrac.every((cut) => cut === 0)) return shock;
  const dropFrac = Float64Array.from(shock.dropFrac);
  extensions.claims.issuers.forEach(({ asset }, m) => {
    if (asset >= 0) dropFrac[asset] = 1 - (1 - dropFrac[asset]!) * (1 - haircutFrac[m]!);
  });
  return { ...shock, dropFrac };
}

/** Prices without haircuts and discounts: what is behind an asset, before anybody fails to pay. */
function cleanPrices({ state }: FeedState, run: FullRun, claims: ClaimsLayer | null): Float64Array {
  const price = Float64Array.from(run.lending.prices.price);
  claims?.issuers.forEach(({ asset }, m) => {
    if (asset >= 0 && run.haircutFrac[m]! < 1) price[asset] = price[asset]! / (1 - run.haircutFrac[m]!);
  });
  const { start, asset, weight } = state.backing;
  for (let j = 0; j < price.length; j++) {
    if (start[j] === start[j + 1]) continue;
    price[j] = 0;
    for (let e = start[j]!; e < start[j + 1]!; e++) price[j] = price[j]! + weight[e]! * price[asset[e]!]!;
  }
  return price;
}
