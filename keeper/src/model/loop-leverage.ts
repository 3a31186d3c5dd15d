import type { Positions, SystemState } from "../graph/system-state.js";

/**
 * Collateral that debt in the same base asset stands against, looked through on both sides: what borrowing and supplying
 * again made of it (stETH held, WETH owed). `Float64Array[n]` USD at t0.
 */
export function loopedUsd(state: SystemState): Float64Array {
  const size = state.assets.length;
  const [held, owed] = [new Float64Array(size), new Float64Array(size)];
  return Float64Array.from(state.accountVenue, (_, i) => {
    lookThroughInto(held, state, state.collateral, i);
    lookThroughInto(owed, state, state.debt, i);
    let looped = 0;
    for (let k = 0; k < size; k++) looped += Math.min(held[k]!, owed[k]!);
    return looped;
  });
}

/**
 * Leverage of loops, `1/(1-LTV)` counting only debt that loops: collateral over what is left of it without them. 1
 * without collateral; Infinity where nothing is left.
 *
 * **Source.** MODEL 0, 13; T6.
 */
export function loopLeverageX(collateralUsd: number, looped: number): number {
  return looped > 0 ? collateralUsd / (collateralUsd - looped) : 1;
}

/** USD of base assets behind account i's `positions`, into `base[K]`. */
function lookThroughInto(base: Float64Array, state: SystemState, positions: Positions, i: number): void {
  const { start, asset, weight } = state.backing;
  base.fill(0);
  for (let e = positions.start[i]!; e < positions.start[i + 1]!; e++) {
    const j = positions.asset[e]!;
    const usd = positions.usd[e]!;
    if (start[j] === start[j + 1]) base[j] = base[j]! + usd;
    for (let m = start[j]!; m < start[j + 1]!; m++) base[asset[m]!] = base[asset[m]!]! + usd * weight[m]!;
  }
}
