import { openBook, type Book } from "../../keeper/src/model/book.js";
import { LADDER_RULES } from "../../keeper/src/model/leverage.js";
import { createLockstep } from "../../keeper/src/model/lanes/lockstep.js";
import type { ScenarioSet } from "../../keeper/src/model/scenarios/scenario-set.js";
import { shockOf, sweep, type SweepOutcome } from "../../keeper/src/model/sweep.js";
import { startThreads } from "../../keeper/src/sweep/threads.js";
import { plainCascade, plainRun } from "../../test/keeper/model/plain-cascade.js";
import {
  FULL_SIZE,
  halfNormalSet,
  syntheticState,
  type SyntheticSize,
} from "../../test/keeper/model/synthetic-book.js";
import { relativeDifference, type BenchCase, type Prepared } from "./case.js";

const SUBSET = 20;
const QUICK: SyntheticSize = { ...FULL_SIZE, accounts: 2_000 };

/** 10,000 scenarios over 100,000 accounts. */
export function sweepCase(threads: 1 | 2): BenchCase {
  const name = threads === 1 ? "sweep, one thread" : "sweep, two threads";
  const prepare = (quick: boolean) => prepareSweep(quick ? QUICK : FULL_SIZE, quick ? 100 : 10_000, threads);
  return { name, unit: "10,000 scenarios", barMs: threads === 1 ? 4_000 : 2_200, prepare };
}

/** A book and a scenario set of a size, and both ways through them. */
export function prepareSweep(size: SyntheticSize, scenarios: number, threads: number): Prepared {
  const book = openBook(syntheticState(size));
  const set = halfNormalSet(size, scenarios);
  const step = threads > 1 ? undefined : createLockstep(book, LADDER_RULES.latencyRounds);
  const pool = threads > 1 ? startThreads(threads) : null;
  let outcome: SweepOutcome;
  let repaid: number[] = [];
  return {
    input: `${describeBook(book, size)}; ${scenarios} scenarios, half-normal shocks of 10 %, ${threads} thread(s)`,
    ours: {
      run: async () =>
        void (outcome = await (pool?.sweep(book, set, LADDER_RULES) ?? sweep(book, set, LADDER_RULES, step))),
      parts: scenarios,
      of: scenarios,
    },
    straightforward: { run: () => void (repaid = plainRepaid(book, set)), parts: SUBSET, of: scenarios },
    difference: () => relativeDifference(outcome.repaidUsd.subarray(0, SUBSET), repaid),
    close: async () => pool?.close(),
  };
}

function plainRepaid(book: Book, set: ScenarioSet): number[] {
  return Array.from({ length: SUBSET }, (_, s) => {
    const run = plainRun(book);
    plainCascade(book, shockOf(set, s), LADDER_RULES, run);
    return run.repaidUsd.reduce((sum, usd) => sum + usd, 0);
  });
}

export function describeBook({ orderHf }: Book, { accounts, assets, held, owed }: SyntheticSize): string {
  const near = orderHf.filter((hf) => hf < 1.25).length / accounts;
  const share = `${(100 * near).toFixed(1)} % of accounts under HF 1.25`;
  return `${accounts} accounts x ${held + owed} positions x ${assets} assets, ${share}`;
}
