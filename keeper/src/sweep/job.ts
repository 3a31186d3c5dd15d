import type { Book } from "../model/book.js";
import { createCascade, type CascadeRules } from "../model/cascade.js";
import type { ScenarioSet } from "../model/scenarios/scenario-set.js";
import { LANES } from "../model/screen-kernel.js";
import { createScreen } from "../model/screen.js";
import { sweepInto, type SweepOutcome } from "../model/sweep.js";

/** One thread's part in a sweep; its arrays lie in shared memory. */
export interface SweepJob {
  readonly book: Book;
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
export function workOn({ book, set, rules, outcome, next }: SweepJob): void {
  const task = { set, rules, run: createCascade(book, rules.latencyRounds), screen: createScreen(book) };
  const batch = batchOf(set.count);
  for (let from = Atomics.add(next, 0, batch); from < set.count; from = Atomics.add(next, 0, batch)) {
    sweepInto(outcome, book, task, { from, to: Math.min(from + batch, set.count) });
  }
}
