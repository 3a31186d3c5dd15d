import type { Book } from "./book.js";
import { askedHf, runScreened, type Cascade, type CascadeRules } from "./cascade.js";
import { latentBadDebtUsd, visitUncovered } from "./latent.js";
import { heldByAsset, lossUsd } from "./loss.js";
import { exogenousPrices, type Shock } from "./price-state.js";
import { LANES } from "./screen-kernel.js";
import { createScreen, screenLanes, type Screen } from "./screen.js";
import type { ScenarioSet } from "./scenarios/scenario-set.js";

/**
 * What a set of scenarios does to a book, one row a scenario. Rows are whole: no sum of floats runs over scenarios, so
 * rows that were made apart join to the same bits.
 *
 * **Shapes.** S scenarios, n accounts, R reserves, V venues. Row s of `repaidByReserve` holds entries
 * `s*R <= e < (s+1)*R`, of `badDebtByVenue` `s*V <= e < (s+1)*V`.
 */
export interface SweepOutcome {
  /** `Float64Array[S]` USD: debt that liquidators repaid. */
  readonly repaidUsd: Float64Array;
  /** `Float64Array[S]` USD: bad debt, realised and latent. */
  readonly badDebtUsd: Float64Array;
  /** `Float64Array[S]` USD: L1 and Linf over the collateral of accounts that are solvent at t0. */
  readonly firstLossUsd: Float64Array;
  readonly fullLossUsd: Float64Array;
  readonly rounds: Uint32Array;
  /** `Uint8Array[S]`: 0 where the rounds ran out. */
  readonly converged: Uint8Array;
  /** `Float64Array[S*R]` USD: repaid, by the reserves of the accounts' collateral. */
  readonly repaidByReserve: Float64Array;
  /** `Float64Array[S*V]` USD. */
  readonly badDebtByVenue: Float64Array;
  /** `Uint32Array[n]`: scenarios in which the account is liquidated or written off, and the sum of the rounds of it. */
  readonly hits: Uint32Array;
  readonly triggerRounds: Uint32Array;
}

type Counts = Pick<SweepOutcome, "hits" | "triggerRounds">;

/** Which scenarios: `from <= s < to`. */
export interface ScenarioRange {
  readonly from: number;
  readonly to: number;
}

/** Rows for `scenarios` over `book`, empty, in memory that `allocate` gives. */
export function createOutcome(
  { state }: Book,
  scenarios: number,
  allocate: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes),
): SweepOutcome {
  const numbers = (length: number): Float64Array => new Float64Array(allocate(8 * length));
  const counts = (length: number): Uint32Array => new Uint32Array(allocate(4 * length));
  return {
    repaidUsd: numbers(scenarios),
    badDebtUsd: numbers(scenarios),
    firstLossUsd: numbers(scenarios),
    fullLossUsd: numbers(scenarios),
    rounds: counts(scenarios),
    converged: new Uint8Array(allocate(scenarios)),
    repaidByReserve: numbers(scenarios * state.reserves.length),
    badDebtByVenue: numbers(scenarios * state.venues.length),
    hits: counts(state.accountVenue.length),
    triggerRounds: counts(state.accountVenue.length),
  };
}

/** Run every scenario of `set` over `book`, one after the other. `run` is scratch. **Source.** MODEL 5.8, 6.5. */
export function sweep(book: Book, set: ScenarioSet, rules: CascadeRules, run: Cascade): SweepOutcome {
  const outcome = createOutcome(book, set.count);
  sweepInto(outcome, book, { set, rules, run }, { from: 0, to: set.count });
  return outcome;
}

/** What a sweep works with. `run` and `screen`, of the same book, are scratch. */
export interface SweepTask {
  readonly set: ScenarioSet;
  readonly rules: CascadeRules;
  readonly run: Cascade;
  /** Made for the range where it is absent. */
  readonly screen?: Screen;
}

/** Run the scenarios of a range and fill their rows of `outcome`; its counts per account go up. */
export function sweepInto(
  outcome: SweepOutcome,
  book: Book,
  { set, rules, run, screen = createScreen(book) }: SweepTask,
  { from, to }: ScenarioRange,
): void {
  const held = heldByAsset(book);
  const counts: Counts = {
    hits: new Uint32Array(book.order.length),
    triggerRounds: new Uint32Array(book.order.length),
  };
  const exogenous = Array.from({ length: LANES }, () => new Float64Array(held.length));
  for (let first = from; first < to; first += LANES) {
    const prices = exogenous.slice(0, to - first);
    prices.forEach((price, lane) => exogenousPrices(book.state, shockOf(set, first + lane), price));
    screenLanes(screen, book, prices, askedHf(rules));
    prices.forEach((price, lane) => {
      const s = first + lane;
      runScreened(book, { shock: shockOf(set, s), screen, lane }, rules, run);
      outcome.firstLossUsd[s] = lossUsd(held, price);
      fillRow(outcome, s, { book, held, run });
      countTriggers(counts, run);
    });
  }
  addByAccount(outcome, book, counts);
}

/** What `run` ended with, in row `s`. */
function fillRow(
  outcome: SweepOutcome,
  s: number,
  { book, held, run }: { readonly book: Book; readonly held: Float64Array; readonly run: Cascade },
): void {
  outcome.fullLossUsd[s] = lossUsd(held, run.prices.price);
  outcome.rounds[s] = run.rounds;
  outcome.converged[s] = run.converged ? 1 : 0;
  addRepaid(outcome, s, book, run);
  addBadDebt(outcome, s, book, run);
}

/** Count by rank: whoever is hit stands close to the others, where their accounts are all over memory. */
function countTriggers({ hits, triggerRounds }: Counts, { touched, touchedCount, triggerRound }: Cascade): void {
  for (let t = 0; t < touchedCount; t++) {
    const rank = touched[t]!;
    hits[rank] = hits[rank]! + 1;
    triggerRounds[rank] = triggerRounds[rank]! + triggerRound[rank]!;
  }
}

function addByAccount(outcome: Counts, { order }: Book, { hits, triggerRounds }: Counts): void {
  for (let rank = 0; rank < order.length; rank++) {
    if (hits[rank] === 0) continue;
    const i = order[rank]!;
    outcome.hits[i] = outcome.hits[i]! + hits[rank]!;
    outcome.triggerRounds[i] = outcome.triggerRounds[i]! + triggerRounds[rank]!;
  }
}

/** Scenario `s` as a shock: a view of its row. */
export function shockOf({ dropFrac, depthFactor, count }: ScenarioSet, s: number): Shock {
  const size = dropFrac.length / count;
  return {
    dropFrac: dropFrac.subarray(s * size, (s + 1) * size),
    depthFactor: depthFactor.subarray(s * size, (s + 1) * size),
  };
}

function addRepaid(outcome: SweepOutcome, s: number, { state, held }: Book, run: Cascade): void {
  const { start, reserve, usd, totalUsd } = held;
  const { touched, touchedCount, repaidUsd } = run;
  const { repaidByReserve } = outcome;
  const row = s * state.reserves.length;
  let sum = 0;
  for (let t = 0; t < touchedCount; t++) {
    const rank = touched[t]!;
    const repaid = repaidUsd[rank]!;
    if (repaid === 0) continue;
    sum += repaid;
    const perUsd = repaid / totalUsd[rank]!;
    for (let e = start[rank]!, end = start[rank + 1]!; e < end; e++) {
      const at = row + reserve[e]!;
      repaidByReserve[at] = repaidByReserve[at]! + usd[e]! * perUsd;
    }
  }
  outcome.repaidUsd[s] = sum;
}

function addBadDebt(outcome: SweepOutcome, s: number, book: Book, run: Cascade): void {
  const { badDebtByVenue } = outcome;
  const venues = book.state.venues.length;
  const add = (rank: number, usd: number): void => {
    const at = s * venues + book.venue[rank]!;
    badDebtByVenue[at] = badDebtByVenue[at]! + usd;
  };
  for (const rank of writtenOffByTouch(run)) add(rank, run.badDebtUsd[rank]!);
  visitUncovered(book, run, (rank) => add(rank, latentBadDebtUsd(book, run, rank)));
  let sum = 0;
  for (let v = 0; v < venues; v++) sum += badDebtByVenue[s * venues + v]!;
  outcome.badDebtUsd[s] = sum;
}

/** Those written off in the order in which they were first touched: by round and, within one, by rank. */
function writtenOffByTouch({ writtenOff, writtenOffCount, triggerRound }: Cascade): Int32Array {
  return writtenOff.slice(0, writtenOffCount).sort((a, b) => triggerRound[a]! - triggerRound[b]! || a - b);
}
