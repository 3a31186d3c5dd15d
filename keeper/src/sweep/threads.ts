import { Worker } from "node:worker_threads";
import type { SystemState } from "../graph/system-state.js";
import type { Book } from "../model/book.js";
import type { CascadeRules } from "../model/cascade.js";
import type { ScenarioSet } from "../model/scenarios/scenario-set.js";
import { createOutcome, type SweepOutcome } from "../model/sweep.js";
import type { SweepJob } from "./job.js";
import { share } from "./share.js";

const ENTRY = new URL("worker.mjs", import.meta.url);

/** Threads that wait for sweeps: starting one takes longer than a sweep of a few hundred scenarios. */
export interface SweepThreads {
  /**
   * Run every scenario of `set` over `book`, the same bits as `sweep` in the model gives. One sweep after the other: whoever
   * asks while one is running waits for it.
   *
   * **Throws** what a thread threw, then and ever after; `RangeError` for rules with a gate, which is a function and stays
   * in its thread.
   */
  sweep(book: Book, set: ScenarioSet, rules: CascadeRules): Promise<SweepOutcome>;
  close(): Promise<void>;
}

/** Start `count` threads. **Throws** `RangeError` for less than one. */
export function startThreads(count: number): SweepThreads {
  if (!(Number.isInteger(count) && count >= 1)) throw new RangeError(`${count} threads: expected 1 or more`);
  const workers = Array.from({ length: count }, () => new Worker(ENTRY, { execArgv: [] }));
  const rowsFor = reusedOutcome();
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  const sweepNext = async (book: Book, set: ScenarioSet, rules: CascadeRules): Promise<SweepOutcome> => {
    await last;
    if (closed) throw new Error("the sweep threads are closed: start new ones");
    return sweepWith({ workers, outcome: rowsFor(book, set.count) }, book, set, rules);
  };
  return {
    async sweep(book, set, rules) {
      if (rules.gate !== undefined) throw new RangeError("a gate cannot go to another thread: sweep in this one");
      const outcome = sweepNext(book, set, rules);
      last = outcome;
      return outcome;
    },
    async close() {
      closed = true;
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** {@link SweepThreads.sweep} on `count` threads that are started for it and stopped after it. */
export async function sweepOnThreads(
  book: Book,
  set: ScenarioSet,
  rules: CascadeRules,
  count: number,
): Promise<SweepOutcome> {
  const threads = startThreads(count);
  try {
    return await threads.sweep(book, set, rules);
  } finally {
    await threads.close();
  }
}

async function sweepWith(
  { workers, outcome }: { readonly workers: readonly Worker[]; readonly outcome: SweepOutcome },
  book: Book,
  set: ScenarioSet,
  rules: CascadeRules,
): Promise<SweepOutcome> {
  const common = { ...sharedBook(book), set: sharedSet(set), rules };
  const next = share(new Int32Array(1));
  const jobs = workers.map((): SweepJob => {
    const { hits, triggerRounds } = outcome;
    return { ...common, next, outcome: { ...outcome, hits: share(hits), triggerRounds: share(triggerRounds) } };
  });
  await Promise.all(jobs.map((job, t) => ask(workers[t]!, job)));
  for (const job of jobs) {
    addCounts(outcome.hits, job.outcome.hits);
    addCounts(outcome.triggerRounds, job.outcome.triggerRounds);
  }
  return copyOutcome(outcome);
}

/** Empty rows in shared memory: the same again for a sweep of the same size, as threads hold on to what they were sent. */
function reusedOutcome(): (book: Book, scenarios: number) => SweepOutcome {
  let last: { readonly book: Book; readonly outcome: SweepOutcome } | undefined;
  return (book, scenarios) => {
    if (last?.book === book && last.outcome.rounds.length === scenarios) {
      for (const values of Object.values(last.outcome)) values.fill(0);
    } else {
      last = { book, outcome: createOutcome(book, scenarios, (bytes) => new SharedArrayBuffer(bytes)) };
    }
    return last.outcome;
  };
}

/** In memory that no thread knows. */
function copyOutcome(outcome: SweepOutcome): SweepOutcome {
  return {
    repaidUsd: outcome.repaidUsd.slice(),
    badDebtUsd: outcome.badDebtUsd.slice(),
    firstLossUsd: outcome.firstLossUsd.slice(),
    fullLossUsd: outcome.fullLossUsd.slice(),
    rounds: outcome.rounds.slice(),
    converged: outcome.converged.slice(),
    repaidByReserve: outcome.repaidByReserve.slice(),
    badDebtByVenue: outcome.badDebtByVenue.slice(),
    hits: outcome.hits.slice(),
    triggerRounds: outcome.triggerRounds.slice(),
  };
}

/**
 * Sweep after sweep of one book, or one set, neither of which changes: a copy for each would pile up in threads that see no
 * reason to collect garbage.
 */
const sharedBooks = new WeakMap<Book, Pick<SweepJob, "book" | "bookId">>();
let books = 0;
const sharedSets = new WeakMap<ScenarioSet, ScenarioSet>();

function sharedBook(book: Book): Pick<SweepJob, "book" | "bookId"> {
  const copy = sharedBooks.get(book) ?? {
    book: share({ ...book, state: withoutAccounts(book.state) }),
    bookId: ++books,
  };
  sharedBooks.set(book, copy);
  return copy;
}

/** No kernel reads accounts: the book has rows of its own, by rank. Names of owners threads could not share, either. */
function withoutAccounts(state: SystemState): SystemState {
  const [none, nothing] = [new Int32Array(), new Float64Array()];
  const positions = { start: none, asset: none, reserve: none, usd: nothing, saleUsd: nothing };
  const accounts = { owners: [], accountOwner: none, accountVenue: none };
  return {
    ...state,
    ...accounts,
    collateral: positions,
    debt: positions,
    collateralLt: nothing,
    collateralBonus: nothing,
  };
}

function sharedSet(set: ScenarioSet): ScenarioSet {
  const copy = sharedSets.get(set) ?? share(set);
  sharedSets.set(set, copy);
  return copy;
}

function ask(worker: Worker, job: SweepJob): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (): void => finish(resolve);
    const onError = (error: unknown): void => finish(() => reject(asError(error)));
    const onExit = (code: number): void => finish(() => reject(new Error(`a sweep thread ended with ${code}`)));
    const finish = (settle: () => void): void => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      settle();
    };
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(job);
  });
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`a sweep thread threw ${String(thrown)}`);
}

function addCounts(sum: Uint32Array, counts: Uint32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + counts[i]!;
}
