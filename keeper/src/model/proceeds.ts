import type { SystemState } from "../graph/system-state.js";
import { averageFactor } from "./impact.js";

/**
 * What sales of `soldUsd[K]` fetch in USD, all the way to a stable: each at the average price of its own market, its
 * proceeds sold on into the pool's quote, or into what it is redeemed for. `depthFactor[K]` thins each market.
 *
 * **Units.** Sales valued at the price before them. **Source.** MODEL 5.4: average price for proceeds.
 */
function proceedsUsd(state: SystemState, soldUsd: Float64Array, depthFactor: Float64Array): number {
  const usd = Float64Array.from(soldUsd);
  const { start, asset, weight } = state.passOn;
  let proceeds = 0;
  for (const j of state.saleOrder) {
    if (usd[j] === 0) continue;
    const fetched = usd[j]! * averageFactor(state.assets[j]!.curve, usd[j]! / depthFactor[j]!);
    let kept = 1;
    for (let e = start[j]!; e < start[j + 1]!; e++) {
      usd[asset[e]!] = usd[asset[e]!]! + fetched * weight[e]!;
      kept -= weight[e]!;
    }
    proceeds += fetched * Math.max(0, kept);
  }
  return proceeds;
}

/** Average-price penalty `lambda >= 1` of a sale of one asset: USD sold over USD fetched; Infinity where nobody buys. */
export function salePenalty(state: SystemState, asset: number, soldUsd: number, depthFactor: Float64Array): number {
  if (soldUsd === 0) return 1;
  const sold = new Float64Array(state.assets.length);
  sold[asset] = soldUsd;
  return soldUsd / proceedsUsd(state, sold, depthFactor);
}
