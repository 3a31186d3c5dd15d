import { isDerived } from "../graph/backing.js";
import { addTo, badDebtOf, nothing, type Attribution } from "./attribution.js";
import type { Book } from "./book.js";
import { valueFor, type Calibration } from "./calibration.js";
import { copyCascade, createCascade, resumeCascade, runCascade, type Cascade, type CascadeRules } from "./cascade.js";
import { exp } from "./elementary.js";
import { LADDER_RULES } from "./leverage.js";
import type { Shock } from "./price-state.js";
import { drawScenarios } from "./scenarios/draw-scenarios.js";

const DAY_SEC = 86_400;

/** Everybody liquidates at once and accounts under water are the point of the question. */
export const DECISION_RULES: CascadeRules = { ...LADDER_RULES, includeInsolvent: true };

/** No breaker holds a pause for longer, whatever the calibration says: 4 hours. MODEL 7.3. */
export const MAX_PAUSE_SEC = 14_400;
/** Pause lengths that are tried, in multiples of tau_r. */
const PAUSES = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6] as const;
/** Paths that prices may take during a pause; they come in antithetic pairs. */
const PATHS = 200;

/** Bad debt if liquidations wait `sec` seconds: expected, and on every path. */
export interface PauseOutcome {
  readonly sec: number;
  readonly badDebt: Attribution;
  /** Path m of one length and path m of another are driven by the same draws. Pairs stand together. */
  readonly paths: readonly Attribution[];
}

/**
 * Bad debt after pauses of several lengths. Accounts below the halt's floor are liquidated at once all the same; the
 * others wait, while prices recover towards `1 + rise[k]` with tau_r, the sales of the first recover with it, and the
 * published scenarios move prices and thin depth, drawn for the length of the pause and without their depegs: the shape
 * of one draw is the same for every length, which are the common random numbers of MODEL 7.3.
 *
 * Empty where nothing recovers: then the put only gains value with time, and a pause cannot help (MODEL 7.3, Result).
 */
export function pauseOutcomes(book: Book, rise: Float64Array, calibration: Calibration, run: Cascade): PauseOutcome[] {
  if (!Number.isFinite(calibration.recoverySec.value) || !rise.some((r) => r > 0)) return [];
  const exempt = createCascade(book, 0);
  const floor = { ...DECISION_RULES, belowHf: calibration.haltFloorHf.value };
  runCascade(book, standstill(rise.length), floor, exempt);
  return pauseLengths(calibration).map((sec) => {
    const left = exp(-sec / calibration.recoverySec.value);
    const keepFrac = 1 - (1 - calibration.permanentShare.value) * (1 - left);
    const outcomes = pathShocks(book, rise, calibration, sec).map((shock) => {
      copyCascade(exempt, run, keepFrac);
      resumeCascade(book, shock, DECISION_RULES, run);
      return badDebtOf(book, run, 1);
    });
    return { sec, badDebt: meanOf(book, outcomes), paths: outcomes };
  });
}

/** Ascending; the longest that is allowed is among them. */
function pauseLengths({ recoverySec, maxPauseSec }: Calibration): number[] {
  const cap = Math.min(maxPauseSec.value, MAX_PAUSE_SEC);
  const shorter = PAUSES.map((multiple) => multiple * recoverySec.value).filter((sec) => sec < cap);
  return shorter.length < PAUSES.length ? [...shorter, cap] : shorter;
}

/** Prices at the end of a pause: what they recover, times what the path moves them by. */
function pathShocks({ state }: Book, rise: Float64Array, calibration: Calibration, sec: number): Shock[] {
  const size = rise.length;
  const recovered = 1 - exp(-sec / calibration.recoverySec.value);
  const { dropFrac, depthFactor } = drawScenarios(state, calibration, { count: PATHS, horizonSec: sec, depegShare: 0 });
  return Array.from({ length: PATHS }, (_, m) => ({
    dropFrac: rise.map((r, k) => 1 - (1 + r * recovered) * (1 - dropFrac[m * size + k]!)),
    depthFactor: depthFactor.subarray(m * size, (m + 1) * size),
  }));
}

function meanOf({ state }: Book, outcomes: readonly Attribution[]): Attribution {
  const sum = nothing(state);
  for (const outcome of outcomes) addTo(sum, outcome);
  const mean = (values: Float64Array) => values.map((usd) => usd / outcomes.length);
  return { reserve: mean(sum.reserve), venue: mean(sum.venue) };
}

/** No outside move; depth as read. */
export function standstill(assets: number): Shock {
  return { dropFrac: new Float64Array(assets), depthFactor: new Float64Array(assets).fill(1) };
}

/** A one-sigma fall of everything over `sec` seconds. */
export function oneSigma(book: Book, calibration: Calibration, sec: number): Shock {
  const { assets, backing } = book.state;
  const spread = Math.sqrt(sec / DAY_SEC);
  const drop = (k: number) => {
    const still = assets[k]!.stable || isDerived(backing, k);
    return still ? 0 : 1 - exp(-valueFor(calibration.sigmaDaily, assets[k]!.symbol) * spread);
  };
  return { ...standstill(assets.length), dropFrac: Float64Array.from(assets, (_, k) => drop(k)) };
}
