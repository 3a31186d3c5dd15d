import type { UniswapV3Pool } from "../../keeper/src/snapshot/pool-state.js";
import { sqrtPriceAt } from "../../test/keeper/graph/uniswap-v3/slow-swap.js";
import { seeded } from "../../test/keeper/model/seeded.js";

const POSITIONS = 300;
const SPACING = 10;

/** A pool at price 1 with 300 ranges around it. */
export function drawPool(): UniswapV3Pool {
  const draw = seeded(3);
  const nets = new Map<number, bigint>();
  const add = (tick: number, net: bigint) => nets.set(tick, (nets.get(tick) ?? 0n) + net);
  let liquidity = 0n;
  for (let p = 0; p < POSITIONS; p++) {
    const [low, high] = [SPACING * (draw.below(3_000) - 2_500), SPACING * (draw.below(500) + 501)];
    const amount = BigInt(1 + draw.below(1_000_000)) * 10n ** 15n;
    add(low, amount);
    add(high, -amount);
    if (low <= 0) liquidity += amount;
  }
  const token = (n: number) => `0x${n.toString(16).padStart(40, "0")}` as const;
  const ticks = [...nets].filter(([, net]) => net !== 0n).sort(([a], [b]) => a - b);
  const place = { sqrtPriceX96: sqrtPriceAt(0), tick: 0, liquidity, ticks };
  return {
    pool: token(1),
    kind: "uniswap-v3",
    token0: token(2),
    token1: token(3),
    fee: 500,
    tickSpacing: SPACING,
    ...place,
  };
}
