import { addTo, badDebtOf, nothing, type Attribution } from "./attribution.js";
import type { Book } from "./book.js";
import { valueFor, type Calibration } from "./calibration.js";
import { copyCascade, createCascade, resumeCascade, runCascade, type Cascade, type CascadeRules } from "./cascade.js";
import { exp } from "./elementary.js";
import { LADDER_RULES } from "./leverage.js";
import type { Shock } from "./price-state.js";

const DAY_SEC = 86_400;

/** Everybody liquidates at once and accounts under water are the point of the question. */
export const DECISION_RULES: CascadeRules = { ...LADDER_RULES, includeInsolvent: true };

/** Pause lengths that are tried, in multiples of tau_r. */
const PAUSES = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6] as const;

/** Gauss-Hermite, 7 points, for a standard normal: [node, probability]. **Source.** Abramowitz and Stegun, table 25.10. */
const NORMAL = [
  [-3.750439717725742, 0.0005482688559722179],
  [-2.366759410734541, 0.03075712396758651],
  [-1.154405394739968, 0.24012317860501271],
  [0, 0.4571428571428571],
  [1.154405394739968, 0.24012317860501271],
  [2.366759410734541, 0.03075712396758651],
  [3.750439717725742, 0.0005482688559722179],
] as const;

/** Expected bad debt if liquidations wait `sec` seconds. */
export interface PauseOutcome {
  readonly sec: number;
  readonly badDebt: Attribution;
}

/**
 * Expected bad debt after pauses of several lengths. Accounts below the halt's floor are liquidated at once all the same;
 * the others wait, while prices recover towards `1 + rise[k]` with tau_r, the sales of the first recover with it, and one
 * common normal factor moves base assets by their volatility, without drift. The same nodes for every length, which are
 * the common random numbers of MODEL 7.3.
 *
 * Empty where nothing recovers: then the put only gains value with time, and a pause cannot help (MODEL 7.3, Result).
 */
export function pauseOutcomes(book: Book, rise: Float64Array, calibration: Calibration, run: Cascade): PauseOutcome[] {
  const tau = calibration.recoverySec.value;
  if (!Number.isFinite(tau) || !rise.some((r) => r > 0)) return [];
  const exempt = createCascade(book, 0);
  const floor = { ...DECISION_RULES, belowHf: calibration.haltFloorHf.value };
  runCascade(book, standstill(rise.length), floor, exempt);
  const keepShare = 1 - calibration.permanentShare.value;
  const lengths = PAUSES.map((multiple) => multiple * tau).filter((sec) => sec <= calibration.maxPauseSec.value);
  return lengths.map((sec) => {
    const left = exp(-sec / tau);
    const badDebt = nothing(book.state);
    for (const [node, probability] of NORMAL) {
      copyCascade(exempt, run, 1 - keepShare * (1 - left));
      resumeCascade(book, pauseShock(book, rise, calibration, { sec, node }), DECISION_RULES, run);
      addTo(badDebt, badDebtOf(book, run, probability));
    }
    return { sec, badDebt };
  });
}

function pauseShock(
  book: Book,
  rise: Float64Array,
  calibration: Calibration,
  { sec, node }: { readonly sec: number; readonly node: number },
): Shock {
  const recovered = 1 - exp(-sec / calibration.recoverySec.value);
  const { assets } = book.state;
  const dropFrac = Float64Array.from(assets, (_, k) => {
    const spread = sigmaOf(book, calibration, k) * Math.sqrt(sec / DAY_SEC);
    return 1 - (1 + rise[k]! * recovered) * exp(spread * node - (spread * spread) / 2);
  });
  return { dropFrac, depthFactor: new Float64Array(assets.length).fill(1) };
}

/** Daily volatility of what the common factor moves: base assets that are no stables. */
function sigmaOf(book: Book, calibration: Calibration, k: number): number {
  const { assets, backing } = book.state;
  const derived = backing.start[k + 1]! > backing.start[k]!;
  return assets[k]!.stable || derived ? 0 : valueFor(calibration.sigmaDaily, assets[k]!.symbol);
}

/** No outside move; depth as read. */
export function standstill(assets: number): Shock {
  return { dropFrac: new Float64Array(assets), depthFactor: new Float64Array(assets).fill(1) };
}

/** A one-sigma fall of everything over `sec` seconds. */
export function oneSigma(book: Book, calibration: Calibration, sec: number): Shock {
  const size = book.state.assets.length;
  const spread = Math.sqrt(sec / DAY_SEC);
  return {
    dropFrac: Float64Array.from({ length: size }, (_, k) => 1 - exp(-sigmaOf(book, calibration, k) * spread)),
    depthFactor: new Float64Array(size).fill(1),
  };
}
