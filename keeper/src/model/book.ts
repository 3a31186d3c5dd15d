import type { Positions, SystemState } from "../graph/system-state.js";

/**
 * A system state with what every cascade over it shares: who is a candidate first, who is past saving.
 *
 * **Shapes.** `order[m]`: accounts with debt, ascending by health factor at t0, ties by index; `orderHf[m]` beside it.
 */
export interface Book {
  readonly state: SystemState;
  readonly order: Int32Array;
  readonly orderHf: Float64Array;
  /** `Float64Array[n]`: at t0. +Infinity without debt. */
  readonly healthFactor: Float64Array;
  /** `Float64Array[n]` USD at t0. */
  readonly collateralUsd: Float64Array;
  readonly debtUsd: Float64Array;
  /** `Uint8Array[n]`: 1 where debt exceeds collateral at t0. */
  readonly insolvent: Uint8Array;
  /** `Uint8Array[K]`: 1 where a liquidator can sell the asset at all. */
  readonly sellable: Uint8Array;
}

/** Value every account at t0 and sort the debtors by health factor. */
export function openBook(state: SystemState): Book {
  const n = state.accountVenue.length;
  const healthFactor = new Float64Array(n);
  const collateralUsd = rowSums(state.collateral, null);
  const weighted = rowSums(state.collateral, state.collateralLt);
  const debtUsd = rowSums(state.debt, null);
  const insolvent = new Uint8Array(n);
  const debtors: number[] = [];
  for (let i = 0; i < n; i++) {
    const owes = debtUsd[i]! > 0;
    healthFactor[i] = owes ? weighted[i]! / debtUsd[i]! : Infinity;
    insolvent[i] = collateralUsd[i]! < debtUsd[i]! ? 1 : 0;
    if (owes) debtors.push(i);
  }
  const order = Int32Array.from(debtors.sort((a, b) => healthFactor[a]! - healthFactor[b]! || a - b));
  return {
    state,
    order,
    orderHf: Float64Array.from(order, (i) => healthFactor[i]!),
    healthFactor,
    collateralUsd,
    debtUsd,
    insolvent,
    sellable: Uint8Array.from(state.assets, (asset) => (asset.curve.kind === "none" ? 0 : 1)),
  };
}

function rowSums(positions: Positions, factor: Float64Array | null): Float64Array {
  const sums = new Float64Array(positions.start.length - 1);
  for (let i = 0; i < sums.length; i++) {
    let sum = 0;
    for (let e = positions.start[i]!; e < positions.start[i + 1]!; e++) {
      sum += positions.usd[e]! * (factor === null ? 1 : factor[e]!);
    }
    sums[i] = sum;
  }
  return sums;
}
