import type { SystemState } from "../graph/system-state.js";
import type { Calibration } from "./calibration.js";
import { depthUsdAt } from "./impact.js";
import { sumAt, type Scope } from "./scope.js";

const HOUR_SEC = 3_600;

/** What is about to be sold, and what still presses from before. */
export interface SalePressure {
  /** `Float64Array[R]`: projected sales of each reserve, USD. */
  readonly soldUsd: Float64Array;
  /** `Float64Array[K]`: projected net sales of each asset with what they pass on, and the pressing rest of past ones. */
  readonly onAssetUsd: Float64Array;
}

/**
 * USD of sales of asset `k` that move no market on its way to a stable by more than `drop`: its own depth, and what it
 * is sold on into by share. Infinity where nothing limits it.
 */
export function capacityUsd(state: SystemState, k: number, drop: number): number {
  return tightest(state, k, (asset) => depthUsdAt(state.assets[asset]!.curve, drop));
}

/** The bonus of a reserve that is left to a liquidator after pool fees and costs: what impact may eat. */
function netBonus(state: SystemState, reserve: number, calibration: Calibration): number {
  const { bonusFrac, asset } = state.reserves[reserve]!;
  return Math.max(0, bonusFrac - state.assets[asset]!.poolFeeFrac - calibration.liquidatorCost.value);
}

/**
 * True where the projected liquidation rate of one of the scope's reserves exceeds `q* = b_net delta / tau_r` (MODEL 7.3):
 * both sides times tau_r, sales due within it against the depth inside the net bonus. Reserves that make up less than
 * `materialShare` of what the scope sells do not speak for it.
 */
export function exceedsThrottle(
  state: SystemState,
  scope: Scope,
  pressure: SalePressure,
  calibration: Calibration,
): boolean {
  const total = sumAt(pressure.soldUsd, scope.reserves);
  return scope.reserves.some((r) => {
    const sold = pressure.soldUsd[r]!;
    if (!(sold > 0) || sold < calibration.thresholds.materialShare.value * total) return false;
    const drop = netBonus(state, r, calibration);
    const spare = (asset: number) => depthUsdAt(state.assets[asset]!.curve, drop) - pressure.onAssetUsd[asset]!;
    return tightest(state, state.reserves[r]!.asset, spare) < 0;
  });
}

/**
 * q* of a scope in USD of seized collateral an hour: the largest rate at which its mix of collateral keeps every market
 * within the net bonus. The mix is what it is about to sell, or what it holds where it sells nothing. 0 where no market
 * limits it.
 */
export function throttleUsdPerHour(
  state: SystemState,
  scope: Scope,
  { pressure, heldUsd, calibration }: { pressure: SalePressure; heldUsd: Float64Array; calibration: Calibration },
): number {
  const mixUsd = sumAt(pressure.soldUsd, scope.reserves) > 0 ? pressure.soldUsd : heldUsd;
  const total = sumAt(mixUsd, scope.reserves);
  let rate = Infinity;
  for (const r of scope.reserves) {
    const { asset } = state.reserves[r]!;
    const inScope = mixUsd[r]!;
    if (!(inScope > 0) || state.assets[asset]!.curve.kind === "none") continue;
    if (inScope < calibration.thresholds.materialShare.value * total) continue;
    const everywhere = sumAt(
      mixUsd,
      state.reserves.map((_, other) => other).filter((other) => state.reserves[other]!.asset === asset),
    );
    const perSec = capacityUsd(state, asset, netBonus(state, r, calibration)) / calibration.recoverySec.value;
    const ofAsset = sumAt(
      mixUsd,
      scope.reserves.filter((other) => state.reserves[other]!.asset === asset),
    );
    rate = Math.min(rate, (perSec * (ofAsset / everywhere) * total) / ofAsset);
  }
  return Number.isFinite(rate) ? rate * HOUR_SEC : 0;
}

/** Smallest `roomOf` along an asset's way to a stable, each scaled up by the share of the sale that goes that way. */
function tightest(state: SystemState, k: number, roomOf: (asset: number) => number): number {
  const share = new Float64Array(state.assets.length);
  share[k] = 1;
  let room = Infinity;
  for (const j of state.saleOrder) {
    if (share[j] === 0) continue;
    room = Math.min(room, roomOf(j) / share[j]!);
    const { start, asset, weight } = state.passOn;
    for (let e = start[j]!; e < start[j + 1]!; e++) share[asset[e]!] = share[asset[e]!]! + share[j]! * weight[e]!;
  }
  return room;
}
