import { createHash } from "node:crypto";
import { openBook } from "../../../keeper/src/model/book.js";
import { LADDER_RULES } from "../../../keeper/src/model/leverage.js";
import { drawScenarios } from "../../../keeper/src/model/scenarios/draw-scenarios.js";
import type { ScenarioSet } from "../../../keeper/src/model/scenarios/scenario-set.js";
import { sweep, type SweepOutcome } from "../../../keeper/src/model/sweep.js";
import type { SystemState } from "../../../keeper/src/graph/system-state.js";
import { startThreads } from "../../../keeper/src/sweep/threads.js";
import { shippedCalibration } from "../model/calibration-file.js";
import { halfNormalSet, syntheticState, type SyntheticSize } from "../model/synthetic-book.js";

const EXPONENTIAL: SyntheticSize = { accounts: 2_000, assets: 64, held: 5, owed: 3, seed: 9, mixed: false };
const MIXED: SyntheticSize = { accounts: 1_500, assets: 24, held: 4, owed: 2, seed: 10, mixed: true };
const COUNT = 120;

/** A book and a scenario set. */
interface BitsCase {
  readonly size: SyntheticSize;
  readonly setOf: (state: SystemState) => ScenarioSet;
}

/** Made-up shocks on the plainest and on the most varied book, and the sets that the calibrations publish. */
export const BITS_CASES: Readonly<Record<string, BitsCase>> = {
  "half-normal, exponential": { size: EXPONENTIAL, setOf: () => halfNormalSet(EXPONENTIAL, COUNT) },
  "half-normal, mixed": { size: MIXED, setOf: () => halfNormalSet(MIXED, COUNT) },
  "mainnet-1, mixed": { size: MIXED, setOf: (state) => drawScenarios(state, shippedCalibration("mainnet-1")) },
  "lab-1, exponential": { size: EXPONENTIAL, setOf: (state) => drawScenarios(state, shippedCalibration("lab-1")) },
};

/**
 * SHA-256 over every bit of what the sweep of a case leaves, not rounded to anything. `threads` 0: a plain loop in this
 * one.
 */
export async function digestOf(name: string, threads: number): Promise<string> {
  const { size, setOf } = BITS_CASES[name]!;
  const book = openBook(syntheticState(size));
  const set = setOf(book.state);
  if (threads === 0) return hashOf(sweep(book, set, LADDER_RULES));
  const pool = startThreads(threads);
  try {
    return hashOf(await pool.sweep(book, set, LADDER_RULES));
  } finally {
    await pool.close();
  }
}

function hashOf(outcome: SweepOutcome): string {
  const hash = createHash("sha256");
  for (const key of Object.keys(outcome).sort() as (keyof SweepOutcome)[]) {
    const { buffer, byteOffset, byteLength } = outcome[key];
    hash.update(new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)));
  }
  return hash.digest("hex");
}
