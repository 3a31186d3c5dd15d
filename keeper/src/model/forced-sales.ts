import type { SystemState } from "../graph/system-state.js";
import type { AssetState, ForcedSale } from "../snapshot/snapshot.js";
import { fromUnits } from "../units.js";
import type { Calibration } from "./calibration.js";
import { exp } from "./elementary.js";
import { tableDrop } from "./impact.js";
import { passOnSales } from "./pass-on-sales.js";

/**
 * Temporary part of recent liquidations that still presses on prices: USD of net collateral sales by asset, each decayed
 * with tau_r since its block. `Float64Array[K]`, at today's market price.
 */
export function pressingSalesUsd(
  state: SystemState,
  assets: readonly AssetState[],
  sales: readonly ForcedSale[],
  { now, calibration }: { readonly now: number; readonly calibration: Calibration },
): Float64Array {
  const pressing = new Float64Array(state.assets.length);
  const index = new Map(assets.map((a, k) => [a.asset, k] as const));
  const temporary = 1 - calibration.permanentShare.value;
  const add = (asset: ForcedSale["collateralAsset"], units: bigint, weight: number) => {
    const k = index.get(asset);
    if (k === undefined || !(state.assets[k]!.marketUsd > 0)) return;
    pressing[k] = pressing[k]! + fromUnits(units, assets[k]!.decimals) * state.assets[k]!.marketUsd * weight;
  };
  for (const sale of sales) {
    const weight = temporary * exp(-Math.max(0, now - sale.timestamp) / calibration.recoverySec.value);
    add(sale.collateralAsset, sale.collateralUnits, weight);
    add(sale.debtAsset, sale.debtUnits, -weight);
  }
  passOnSales(state, new Float64Array(pressing.length).fill(1), pressing);
  return pressing.map((usd) => Math.max(0, usd));
}

/** Rise of each asset's own market that undoes `pressingUsd`: `p_f = p (1 + rise)`. `Float64Array[K]`, 0 without pools. */
export function impactRise(state: SystemState, pressingUsd: Float64Array): Float64Array {
  return pressingUsd.map((usd, k) => {
    const { curve } = state.assets[k]!;
    return usd > 0 && curve.kind === "table" ? Math.max(0, -tableDrop(curve.drop, curve.usd, -usd)) : 0;
  });
}
