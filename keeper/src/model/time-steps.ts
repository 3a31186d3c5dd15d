import { startRounds, type CascadeRules } from "./cascade.js";
import { exp } from "./elementary.js";
import { clearLosses, playRound, resetFullRun, withHaircuts, type FullRun, type FullSystem } from "./full-cascade.js";
import { shockOfFeeds } from "./oracle-feeds.js";
import { resetOracles } from "./oracle-rule.js";
import type { Shock } from "./price-state.js";

/** What comes from outside in one step. */
export interface TimeStep {
  /** The path s(t): where prices would stand without this system's sales, as drops from t0. */
  readonly shock: Shock;
  /** `Float64Array[K]`: other forced sales of the step, USD at t0's market price. */
  readonly salesUsd: Float64Array | null;
}

/** How time passes. */
export interface Clock {
  /** A block: 12 s on Ethereum, 1-2 s on a rollup, below 1 s on a perpetual venue. */
  readonly stepSec: number;
  /** tau_r, in which temporary impact recovers; Infinity: never. */
  readonly recoverySec: number;
  /** How often an account can be liquidated in a block. */
  readonly roundsPerStep: number;
}

/** One step of a time series. Amounts are of that step alone. */
export interface StepResult {
  readonly nowSec: number;
  /** `Float64Array[K]`: market prices at its end. */
  readonly price: Float64Array;
  readonly repaidUsd: number;
  readonly badDebtUsd: number;
  /** Notional of liquidated perps, and what deleveraging cost winners. */
  readonly perpLiquidatedUsd: number;
  readonly adlHaircutUsd: number;
  /** Debt that stays liquidatable at its end, because nobody earns by it. */
  readonly strandedUsd: number;
}

/**
 * Let a path of shocks pass block by block: what one block sells presses on the next, less what recovers in between, and
 * oracles see time pass. `rules.keepFrac` and `rules.maxRounds` have no say: the clock has.
 *
 * Where {@link runFullCascade} lets everything happen before the next block (dt = 0), here each account is liquidated at
 * most `roundsPerStep` times in a block, within what liquidators can carry (`Participation.capacityUsd` a round). Claims are
 * cleared at the end of each block.
 *
 * **Source.** MODEL 5.3, time-stepped mode: `keep = exp(-dt/tau_r)`.
 */
export function runTimeSteps(
  system: FullSystem,
  path: readonly TimeStep[],
  { rules, clock }: { readonly rules: CascadeRules; readonly clock: Clock },
  run: FullRun,
): StepResult[] {
  checkClock(clock);
  resetFullRun(system, run);
  resetOracles(run.oracles, new Float64Array(system.feeds.origin.length).fill(1));
  const withinStep = { ...rules, keepFrac: 1 };
  const keepFrac = exp(-clock.stepSec / clock.recoverySec);
  let before = totalsOf(run);
  return path.map((step, m) => {
    const nowSec = m * clock.stepSec;
    const shock = withHaircuts(system, shockOfFeeds(system.feeds, step.shock), run.haircutFrac);
    recover(run, keepFrac);
    startRounds(system.book, shock, run.lending);
    step.salesUsd?.forEach((usd, k) => (run.comingUsd[k] = run.comingUsd[k]! + usd));
    for (let r = 0; r < clock.roundsPerStep; r++) playRound(system, { shock, nowSec }, withinStep, run);
    clearLosses(system, run);
    const after = totalsOf(run);
    const result: StepResult = {
      nowSec,
      price: run.lending.prices.price.slice(),
      repaidUsd: after.repaidUsd - before.repaidUsd,
      badDebtUsd: after.badDebtUsd - before.badDebtUsd,
      perpLiquidatedUsd: after.perpLiquidatedUsd - before.perpLiquidatedUsd,
      adlHaircutUsd: after.adlHaircutUsd - before.adlHaircutUsd,
      strandedUsd: sum(run.strandedUsd),
    };
    before = after;
    return result;
  });
}

/** Let `keepFrac` of the temporary impact stay. */
function recover({ lending, perps }: FullRun, keepFrac: number): void {
  const { temporaryUsd } = lending.prices;
  for (let k = 0; k < temporaryUsd.length; k++) temporaryUsd[k] = keepFrac * temporaryUsd[k]!;
  perps?.temporaryUsd.forEach((usd, c) => (perps.temporaryUsd[c] = keepFrac * usd));
}

function checkClock({ stepSec, recoverySec, roundsPerStep }: Clock): void {
  if (!(stepSec > 0 && Number.isFinite(stepSec)))
    throw new RangeError(`a step takes ${stepSec} s, expected more than 0`);
  if (!(recoverySec > 0))
    throw new RangeError(`impact recovers in ${recoverySec} s, expected more than 0, or Infinity`);
  if (!Number.isInteger(roundsPerStep) || roundsPerStep < 1) {
    throw new RangeError(`saw ${roundsPerStep} rounds per step, expected a whole number from 1`);
  }
}

function totalsOf({ lending, perps }: FullRun): Omit<StepResult, "nowSec" | "price" | "strandedUsd"> {
  return {
    repaidUsd: sum(lending.repaidUsd),
    badDebtUsd: sum(lending.badDebtUsd),
    perpLiquidatedUsd: perps === null ? 0 : sum(perps.liquidatedUsd),
    adlHaircutUsd: perps === null ? 0 : sum(perps.adlHaircutUsd),
  };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
