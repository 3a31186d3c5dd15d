import { getAmount0Delta, getAmount1Delta } from "../../keeper/src/graph/uniswap-v3/sqrt-price-math.js";
import { getSqrtRatioAtTick, getTickAtSqrtRatio } from "../../keeper/src/graph/uniswap-v3/tick-math.js";
import type { UniswapV3Pool } from "../../keeper/src/snapshot/pool-state.js";

/** A pool as its providers opened it. */
export interface PoolPlan {
  readonly fee: number;
  readonly tickSpacing: number;
  readonly startingSqrtPriceX96: bigint;
  readonly positions: readonly { readonly tickLower: number; readonly tickUpper: number; readonly liquidity: bigint }[];
}

/** A pool's state with what its providers paid in, raw units. */
export interface FundedPool {
  readonly state: UniswapV3Pool;
  readonly balance0: bigint;
  readonly balance1: bigint;
}

/** Open a pool at its starting price and add every position. */
export function poolOfPositions({ fee, tickSpacing, startingSqrtPriceX96: price, positions }: PoolPlan): FundedPool {
  const tick = getTickAtSqrtRatio(price);
  const nets = new Map<number, bigint>();
  let [liquidity, balance0, balance1] = [0n, 0n, 0n];
  for (const { tickLower, tickUpper, liquidity: added } of positions) {
    nets.set(tickLower, (nets.get(tickLower) ?? 0n) + added);
    nets.set(tickUpper, (nets.get(tickUpper) ?? 0n) - added);
    if (tickLower <= tick && tick < tickUpper) liquidity += added;
    const [lower, upper] = [getSqrtRatioAtTick(tickLower), getSqrtRatioAtTick(tickUpper)];
    if (price < upper) balance0 += getAmount0Delta(price > lower ? price : lower, upper, added, true);
    if (price > lower) balance1 += getAmount1Delta(lower, price < upper ? price : upper, added, true);
  }
  const state: UniswapV3Pool = {
    pool: "0x0000000000000000000000000000000000000001",
    kind: "uniswap-v3",
    token0: "0x0000000000000000000000000000000000000002",
    token1: "0x0000000000000000000000000000000000000003",
    fee,
    tickSpacing,
    sqrtPriceX96: price,
    tick,
    liquidity,
    ticks: [...nets].sort(([a], [b]) => a - b),
  };
  return { state, balance0, balance1 };
}
