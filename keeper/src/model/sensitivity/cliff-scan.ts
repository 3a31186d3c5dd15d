import type { Book } from "../book.js";
import { valueFor, type Calibration } from "../calibration.js";
import type { Cascade } from "../cascade.js";
import { ladderStep, systemDirection, type LadderStep } from "../leverage.js";
import { sumAt, type Scope } from "../scope.js";
import { CLIFF_MULTIPLE, CLIFF_STEPS } from "./cliff.js";

/** Beyond this many daily standard deviations no row of the decision rule asks. MODEL 7.3. */
const REACH_SIGMAS = 3;

/**
 * Distance of every scope to its cliff, in daily standard deviations of the market along the system's direction: the
 * first step of 10 bp that adds more than 20 times its own loss to the scope's collateral. Infinity where there is none
 * within 3, NaN where a cascade on the way did not end. `run` is scratch.
 *
 * What every block can afford of `cliffDistance`: one cascade a step for all scopes together, the step's lower end for
 * the place within it, and no spectral radius, which would take a Jacobian at every step.
 *
 * **Shapes.** Returns `Float64Array[scopes]`. **Source.** MODEL 6.3, 7.3.
 */
export function cliffSigmas(
  book: Book,
  scopes: readonly Scope[],
  calibration: Calibration,
  run: Cascade,
): Float64Array {
  const sigmas = new Float64Array(scopes.length).fill(Infinity);
  const sigmaDaily = marketSigmaDaily(calibration);
  const direction = systemDirection(book, calibration);
  let before = ladderStep(book, direction, { stepFrac: 0, calibration, run });
  for (let step = 1; before.stepFrac <= REACH_SIGMAS * sigmaDaily && sigmas.includes(Infinity); step++) {
    const after = ladderStep(book, direction, { stepFrac: step / CLIFF_STEPS, calibration, run });
    scopes.forEach((scope, at) => {
      if (sigmas[at] !== Infinity) return;
      if (!after.converged) sigmas[at] = NaN;
      else if (falls(scope, before, after)) sigmas[at] = before.stepFrac / sigmaDaily;
    });
    before = after;
  }
  return sigmas;
}

function falls({ reserves }: Scope, before: LadderStep, after: LadderStep): boolean {
  const own = sumAt(after.first, reserves) - sumAt(before.first, reserves);
  return sumAt(after.full, reserves) - sumAt(before.full, reserves) > CLIFF_MULTIPLE * own;
}

/** Of the market, which is the first asset that the calibration correlates. */
function marketSigmaDaily({ sigmaDaily, scenarios }: Calibration): number {
  return valueFor(sigmaDaily, scenarios.correlation.symbols.value[0]!);
}
