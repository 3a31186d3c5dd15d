import { openBook, updateBook } from "../../keeper/src/model/book.js";
import { createCascade } from "../../keeper/src/model/cascade.js";
import { alongDirection, LADDER_RULES, runLadder, type LadderStep } from "../../keeper/src/model/leverage.js";
import { shippedCalibration } from "../../test/keeper/model/calibration-file.js";
import { FULL_SIZE, syntheticState } from "../../test/keeper/model/synthetic-book.js";
import { relativeDifference, type BenchCase, type Prepared } from "./case.js";
import { directionOf, plainFullLoss, repaying } from "./changed-block.js";
import { describeBook } from "./sweep.js";

/** Every hundredth account has changed. */
const EVERY = 100;
const LADDERS = 3;

/** The book after a block that touched 1 % of accounts, the system's ladder, and each asset's. */
export const rescore: BenchCase = {
  name: "re-score, 1 % of accounts changed",
  unit: "book and 65 ladders",
  barMs: 250,
  prepare: (quick) => prepareRescore(quick ? { ...FULL_SIZE, accounts: 2_000 } : FULL_SIZE),
};

function prepareRescore(size: typeof FULL_SIZE): Prepared {
  const before = openBook(syntheticState(size));
  const changed = Int32Array.from({ length: size.accounts / EVERY }, (_, c) => c * EVERY);
  const state = repaying(before.state, changed);
  const calibration = shippedCalibration("mainnet-1");
  const run = createCascade(before, LADDER_RULES.latencyRounds);
  const directions = Array.from({ length: size.assets + 1 }, (_, d) => directionOf(state, d - 1));
  const steps = calibration.ladder.value.length;
  let ladders: LadderStep[][] = [];
  let full: number[] = [];
  return {
    input: `${describeBook(before, size)}; ${directions.length} ladders of ${steps} steps`,
    ours: {
      run: () => {
        const book = updateBook(before, state, changed);
        ladders = directions.map((direction) => runLadder(book, direction, calibration, run));
      },
      parts: 1,
      of: 1,
    },
    straightforward: {
      run: () => {
        const book = openBook(state);
        const lossAt = (d: Float64Array, s: number) => plainFullLoss(book, alongDirection(d, s, calibration));
        full = directions.slice(0, LADDERS).flatMap((d) => calibration.ladder.value.map((s) => lossAt(d, s)));
      },
      parts: LADDERS,
      of: directions.length,
    },
    difference: () =>
      relativeDifference(
        ladders.slice(0, LADDERS).flatMap((steps) => steps.map((s) => s.full.reduce((a, b) => a + b))),
        full,
      ),
  };
}
