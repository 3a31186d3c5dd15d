import type { Book } from "../model/book.js";
import type { CascadeRules } from "../model/cascade.js";
import { LANES } from "../model/lanes/lane-memory.js";
import { createLockstep, type Lockstep } from "../model/lanes/lockstep.js";
import type { ScenarioSet } from "../model/scenarios/scenario-set.js";
import { addCounts, createCounts, sweepInto, type SweepOutcome } from "../model/sweep.js";

/** One thread's part in a sweep; its arrays lie in shared memory. */
export interface SweepJob {
  readonly book: Book;
  /** The same number means the same book: it is another object in every message. */
  readonly bookId: number;
  readonly set: ScenarioSet;
  readonly rules: CascadeRules;
  /** Rows are common to all threads; the counts per account are this thread's own. */
  readonly outcome: SweepOutcome;
  /** `Int32Array[1]`: the first scenario that no thread has taken. */
  readonly next: Int32Array;
}

/** Scenarios that a thread takes at a time: at most this many, and a sixteenth of a small set, by whole lanes. */
const MOST = 128;
const PARTS = 16;

function batchOf(scenarios: number): number {
  return Math.min(MOST, LANES * Math.ceil(scenarios / PARTS / LANES));
}

/** Take scenarios until none is left. Which thread takes which changes no bit: a scenario is a row of its own. */
export function workOn({ book, bookId, set, rules, outcome, next }: SweepJob): void {
  const task = { set, rules, step: stepFor(book, bookId, rules), counts: createCounts(book) };
  const batch = batchOf(set.count);
  for (let from = Atomics.add(next, 0, batch); from < set.count; from = Atomics.add(next, 0, batch)) {
    sweepInto(outcome, task, { from, to: Math.min(from + batch, set.count) });
  }
  addCounts(outcome, book, task.counts);
}

let last: { readonly bookId: number; readonly latencyRounds: number; readonly step: Lockstep } | undefined;

/** Scratch: that of the sweep before, where it fits. */
function stepFor(book: Book, bookId: number, { latencyRounds }: CascadeRules): Lockstep {
  if (last?.bookId !== bookId || last.latencyRounds !== latencyRounds) {
    last = { bookId, latencyRounds, step: createLockstep(book, latencyRounds) };
  }
  return last.step;
}
