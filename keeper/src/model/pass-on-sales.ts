import type { SystemState } from "../graph/system-state.js";

/**
 * A sale into a pool leaves the seller with its quote, a redemption with what was behind the token: sell that too. Adds to
 * `soldUsd[K]`, in USD at t0's market price; `price[K]` are the market's.
 */
export function passOnSales({ saleOrder, passOn }: SystemState, price: Float64Array, soldUsd: Float64Array): void {
  for (let m = 0; m < saleOrder.length; m++) {
    const j = saleOrder[m]!;
    for (let e = passOn.start[j]!; e < passOn.start[j + 1]!; e++) {
      const k = passOn.asset[e]!;
      if (!(price[k]! > 0)) continue;
      soldUsd[k] = soldUsd[k]! + soldUsd[j]! * passOn.weight[e]! * (price[j]! / price[k]!);
    }
  }
}
