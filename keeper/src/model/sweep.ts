import type { Book } from "./book.js";
import type { CascadeRules } from "./cascade.js";
import { LANES } from "./lanes/lane-memory.js";
import { createLockstep, runInStep, type Lane, type Lockstep } from "./lanes/lockstep.js";
import { heldByAsset, lossUsd } from "./loss.js";
import { exogenousPrices, type Shock } from "./price-state.js";
import type { Rounds } from "./rounds.js";
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

/**
 * Run every scenario of `set` over `book`. `step` is scratch.
 *
 * **Throws** `RangeError` where it was made for another book or latency. **Source.** MODEL 5.8, 6.5.
 */
export function sweep(
  book: Book,
  set: ScenarioSet,
  rules: CascadeRules,
  step = createLockstep(book, rules.latencyRounds),
): SweepOutcome {
  if (step.book !== book) throw new RangeError("scratch is for another book: create it anew");
  const outcome = createOutcome(book, set.count);
  const task = { set, rules, step, counts: createCounts(book) };
  sweepInto(outcome, task, { from: 0, to: set.count });
  addCounts(outcome, book, task.counts);
  return outcome;
}

/** What a sweep works with: scenarios, and scratch of the book that they run over. */
export interface SweepTask {
  readonly set: ScenarioSet;
  readonly rules: CascadeRules;
  readonly step: Lockstep;
  /** By rank: whoever is hit stands close to the others, where their accounts are all over memory. */
  readonly counts: Counts;
}

export function createCounts({ order }: Book): Counts {
  return { hits: new Uint32Array(order.length), triggerRounds: new Uint32Array(order.length) };
}

/** Run the scenarios of a range and fill their rows of `outcome`; counts go up by rank, for {@link addCounts} at the end. */
export function sweepInto(
  outcome: SweepOutcome,
  { set, rules, step, counts }: SweepTask,
  { from, to }: ScenarioRange,
): void {
  const { book } = step;
  const held = heldByAsset(book);
  const exogenous = new Float64Array(held.length);
  for (let first = from; first < to; first += LANES) {
    const shocks = Array.from({ length: Math.min(LANES, to - first) }, (_, l) => shockOf(set, first + l));
    runInStep(step, shocks, rules);
    shocks.forEach((shock, l) => {
      const lane = step.lanes[l]!;
      exogenousPrices(book.state, shock, exogenous);
      outcome.firstLossUsd[first + l] = lossUsd(held, exogenous);
      fillRow(outcome, first + l, { book, held, lane });
      countTriggers(counts, lane.run);
    });
  }
}

/** Add counts by rank to those of `outcome`, which are by account. */
export function addCounts(outcome: Counts, { order }: Book, { hits, triggerRounds }: Counts): void {
  for (let rank = 0; rank < order.length; rank++) {
    if (hits[rank] === 0) continue;
    const i = order[rank]!;
    outcome.hits[i] = outcome.hits[i]! + hits[rank]!;
    outcome.triggerRounds[i] = outcome.triggerRounds[i]! + triggerRounds[rank]!;
  }
}

/** How a scenario ended. */
interface Ending {
  readonly book: Book;
  /** `Float64Array[K]` USD. */
  readonly held: Float64Array;
  readonly lane: Lane;
}

/** Fill row `s`. */
function fillRow(outcome: SweepOutcome, s: number, { book, held, lane }: Ending): void {
  const { run } = lane;
  outcome.fullLossUsd[s] = lossUsd(held, run.prices.price);
  outcome.rounds[s] = run.rounds;
  outcome.converged[s] = run.converged ? 1 : 0;
  addRepaid(outcome, s, book, run);
  addBadDebt(outcome, s, book, lane);
}

function countTriggers({ hits, triggerRounds }: Counts, { touched, touchedCount, triggerRound }: Rounds): void {
  for (let t = 0; t < touchedCount; t++) {
    const rank = touched[t]!;
    hits[rank] = hits[rank]! + 1;
    triggerRounds[rank] = triggerRounds[rank]! + triggerRound[t]!;
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

function addRepaid(outcome: SweepOutcome, s: number, { state, held }: Book, run: Rounds): void {
  const { start, reserve, usd, totalUsd } = held;
  const { touched, touchedCount, repaidUsd } = run;
  const { repaidByReserve } = outcome;
  const row = s * state.reserves.length;
  let sum = 0;
  for (let t = 0; t < touchedCount; t++) {
    const repaid = repaidUsd[t]!;
    if (repaid === 0) continue;
    const rank = touched[t]!;
    sum += repaid;
    const perUsd = repaid / totalUsd[rank]!;
    for (let e = start[rank]!, end = start[rank + 1]!; e < end; e++) {
      const at = row + reserve[e]!;
      repaidByReserve[at] = repaidByReserve[at]! + usd[e]! * perUsd;
    }
  }
  outcome.repaidUsd[s] = sum;
}

function addBadDebt(outcome: SweepOutcome, s: number, book: Book, { run, latent }: Lane): void {
  const { badDebtByVenue } = outcome;
  const venues = book.state.venues.length;
  const add = (rank: number, usd: number): void => {
    const at = s * venues + book.venue[rank]!;
    badDebtByVenue[at] = badDebtByVenue[at]! + usd;
  };
  // In the order of first touch, by round and then rank: the bits of a sum depend on it.
  for (const at of run.writtenOff.slice(0, run.writtenOffCount).sort()) add(run.touched[at]!, run.badDebtUsd[at]!);
  for (const { rank, usd } of latent) add(rank, usd);
  let sum = 0;
  for (let v = 0; v < venues; v++) sum += badDebtByVenue[s * venues + v]!;
  outcome.badDebtUsd[s] = sum;
}
