import type { ReserveView, SystemState } from "../graph/system-state.js";
import type { Calibration } from "./calibration.js";
import { solvencyLt, tailMoves } from "./margin/rules.js";

/**
 * Opening LTV of a market by the solvency rule alone, which needs no engine: the largest liquidation threshold that
 * survives the tail gap without bad debt, less the larger of that gap and a tail one-hour move. Never above the host's
 * own LTV; 0 where the host opens no loans against the asset or none can be recommended.
 *
 * **Source.** MODEL 7.1 rule 2 and the published `borrowLtv`.
 */
export function borrowLtvFrac(state: SystemState, reserve: ReserveView, calibration: Calibration): number {
  if (!reserve.open || reserve.ltvFrac === 0) return 0;
  const { gapFrac, hourFrac } = tailMoves(state, reserve, calibration);
  const threshold = solvencyLt(reserve.bonusFrac, gapFrac, calibration.oracleLag.value);
  return Math.min(reserve.ltvFrac, Math.max(0, threshold - Math.max(gapFrac, hourFrac)));
}
