import { openBook, type Book } from "../book.js";
import type { Calibration } from "../calibration.js";
import { LADDER_RULES } from "../leverage.js";
import type { ScenarioSet } from "../scenarios/scenario-set.js";
import { sweep, type SweepOutcome } from "../sweep.js";
import { withHealthKept } from "./changed-thresholds.js";
import { backstopLimits, engineLimits, keepsBackstops } from "./engine-limits.js";
import { marginEvidence } from "./margin-evidence.js";
import { least, localLimits, recommend, type MarginPolicy } from "./opening-ltv.js";
import { commonLts } from "./systemic.js";

/** What the scores of the block have measured already, of the book as it is. */
export interface Measured {
  readonly scenarios: ScenarioSet;
  readonly outcome: SweepOutcome;
  readonly leverageX: number;
}

/** The calibration's policy. MODEL 7.1. */
export function marginPolicy({ margin }: Calibration): MarginPolicy {
  return {
    smartConfidence: margin.smartConfidence.value,
    maxChangeFrac: margin.maxChange.value,
    stepFrac: margin.step.value,
  };
}

/**
 * Opening LTV of every market as a block publishes it; 0 where none is given. `Float64Array[R]`.
 *
 * {@link openingLtvs} at the cost that a block allows: where the book as it is keeps within the system's limits, which is
 * known already, the systemic rule objects to nothing; where it does not, all thresholds come down by one factor, and no
 * market is raised again by itself. Never above the full recommendation.
 *
 * **Source.** MODEL 7.1.
 */
export function publishedLtvs(book: Book, measured: Measured, calibration: Calibration): Float64Array {
  const { state } = book;
  const policy = marginPolicy(calibration);
  const evidence = marginEvidence(state, measured.scenarios, measured.outcome);
  const local = state.reserves.map((_, r) => localLimits(book, r, { evidence, policy, calibration }));
  const ceiling = Float64Array.from(state.reserves, ({ liquidationThresholdFrac: own }, r) => {
    const allowed = least(local[r]!);
    return Number.isNaN(allowed) ? own : Math.min(own, allowed);
  });
  const systemic = systemicLimits(book, ceiling, measured, calibration);
  return Float64Array.from(
    state.reserves,
    (reserve, r) => recommend(book, reserve, { ...local[r]!, systemic: systemic[r]! }, calibration).borrowLtvFrac,
  );
}

/** Infinity where the rule has no objection, NaN where the system's leverage is not known. `Float64Array[R]`. */
function systemicLimits(
  { state }: Book,
  ceiling: Float64Array,
  { scenarios, outcome, leverageX }: Measured,
  calibration: Calibration,
): Float64Array {
  const backstopUsd = backstopLimits(state, calibration);
  const maxLeverageX = calibration.margin.maxLeverage.value;
  if (Number.isNaN(leverageX)) return new Float64Array(ceiling.length).fill(NaN);
  if (leverageX <= maxLeverageX && keepsBackstops(outcome, backstopUsd))
    return new Float64Array(ceiling.length).fill(Infinity);
  const within = engineLimits(
    (book) => sweep(book, scenarios, LADDER_RULES),
    { maxLeverageX, backstopUsd },
    calibration,
  );
  const holds = (ltFrac: Float64Array) => within(openBook(withHealthKept(state, ltFrac)));
  return commonLts(ceiling, calibration.margin.step.value, holds) ?? new Float64Array(ceiling.length);
}
