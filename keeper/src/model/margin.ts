import type { ReserveView, SystemState } from "../graph/system-state.js";
import { valueFor, type Calibration } from "./calibration.js";

const DAY_SEC = 86_400;
const HOUR_SEC = 3_600;

/**
 * Recommended opening LTV of a market: the largest liquidation threshold that survives the tail gap without bad debt,
 * `(1-g)(1-lag)/(1+b)`, less the larger of that gap and a tail one-hour move. Never above the host's own LTV; 0 where the
 * host opens no loans against the asset or none can be recommended.
 *
 * **Source.** MODEL 7.1 rule 2 and the published `borrowLtv`.
 */
export function borrowLtvFrac(state: SystemState, reserve: ReserveView, calibration: Calibration): number {
  if (!reserve.open || reserve.ltvFrac === 0) return 0;
  const sigmaDaily = valueFor(calibration.sigmaDaily, state.assets[reserve.asset]!.symbol);
  const move = (sec: number) => calibration.tailQuantile.value * sigmaDaily * Math.sqrt(sec / DAY_SEC);
  const gap = move(calibration.gapSec.value);
  const threshold = ((1 - gap) * (1 - calibration.oracleLag.value)) / (1 + reserve.bonusFrac);
  return Math.min(reserve.ltvFrac, Math.max(0, threshold - Math.max(gap, move(HOUR_SEC))));
}
