import type { ReserveView, SystemState } from "../../graph/system-state.js";
import { valueFor, type Calibration } from "../calibration.js";
import { salePenalty } from "../proceeds.js";
import { smartLtv } from "../smart-ltv.js";
import { capacityUsd } from "../throttle.js";

const DAY_SEC = 86_400;
const HOUR_SEC = 3_600;

/** Tail moves of a reserve's asset, as drops: while nobody can liquidate, and within an hour. */
export interface TailMoves {
  readonly gapFrac: number;
  readonly hourFrac: number;
}

export function tailMoves(state: SystemState, { asset }: ReserveView, calibration: Calibration): TailMoves {
  const sigmaDaily = valueFor(calibration.sigmaDaily, state.assets[asset]!.symbol);
  const move = (sec: number) => calibration.tailQuantile.value * sigmaDaily * Math.sqrt(sec / DAY_SEC);
  return { gapFrac: move(calibration.gapSec.value), hourFrac: move(HOUR_SEC) };
}

/**
 * Largest liquidation threshold at which the tail gap, on top of the oracle's lag, leaves no bad debt at health factor 1:
 * `(1-g)(1-lag)/(1+b)`. **Source.** MODEL 7.1 rule 2; Gatto 2026.
 */
export function solvencyLt(bonusFrac: number, gapFrac: number, lagFrac: number): number {
  return Math.max(0, ((1 - gapFrac) * (1 - lagFrac)) / (1 + bonusFrac));
}

/**
 * Largest threshold at which a liquidation of the market's tail volume `soldUsd`, sold at once, still repays the debt:
 * `1/((1+b) lambda)`; beyond it liquidating raises the LTV of what is left. 0 where nobody buys the collateral.
 *
 * **Source.** MODEL 7.1 rule 3; Warmuz et al. 2022.
 */
export function slippageLt(
  state: SystemState,
  { asset, bonusFrac }: ReserveView,
  soldUsd: number,
  depthFactor: Float64Array,
): number {
  if (state.assets[asset]!.curve.kind === "none") return 0;
  return 1 / ((1 + bonusFrac) * salePenalty(state, asset, soldUsd, depthFactor));
}

/**
 * SmartLTV of a market: sigma a day, l what can be sold with a slippage inside the bonus, d what is supplied, in place of
 * the cap that would allow more. 0 where nothing can be sold.
 *
 * **Source.** MODEL 7.1 rule 1.
 */
export function smartLt(
  state: SystemState,
  { asset, bonusFrac, suppliedUsd }: ReserveView,
  confidence: number,
  calibration: Calibration,
): number {
  const liquidityUsd = capacityUsd(state, asset, bonusFrac);
  if (!(liquidityUsd > 0)) return 0;
  const sigma = valueFor(calibration.sigmaDaily, state.assets[asset]!.symbol);
  return smartLtv({ clf: confidence, sigma, liquidityUsd, capUsd: suppliedUsd, bonusFrac });
}
