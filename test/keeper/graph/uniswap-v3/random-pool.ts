import fc from "fast-check";
import type { UniswapV3Pool } from "../../../../keeper/src/snapshot/pool-state.js";
import { sqrtPriceAt, tickAt } from "./slow-swap.js";

/** One provider's range, in multiples of the tick spacing around the price. */
interface Band {
  readonly low: number;
  readonly width: number;
  readonly liquidity: bigint;
}

const FEES = [
  { fee: 100, tickSpacing: 1 },
  { fee: 500, tickSpacing: 10 },
  { fee: 3_000, tickSpacing: 60 },
  { fee: 10_000, tickSpacing: 200 },
] as const;

/**
 * Pools of a handful of ranges, with gaps, at any price within `reach` ticks of 1. `liquidityBits` bounds the depth of a
 * range: from 1 unit (rounding is everything) to the deepest that a pool takes.
 */
export function randomPool({ reach, liquidityBits }: { reach: number; liquidityBits: readonly [number, number] }) {
  const band = fc.record({
    low: fc.integer({ min: -400, max: 400 }),
    width: fc.integer({ min: 1, max: 500 }),
    liquidity: fc.bigInt({ min: 1n << BigInt(liquidityBits[0]), max: 1n << BigInt(liquidityBits[1]) }),
  });
  return fc
    .record({
      kind: fc.constantFrom(...FEES),
      tick: fc.integer({ min: -reach, max: reach }),
      /** Where within the tick the price stands. */
      offset: fc.constantFrom(0n, 1n, 7n),
      bands: fc.array(band, { minLength: 1, maxLength: 6 }),
    })
    .map(({ kind, tick, offset, bands }) => poolOf(kind, sqrtPriceAt(tick) + offset, bands));
}

function poolOf(kind: (typeof FEES)[number], sqrtPriceX96: bigint, bands: readonly Band[]): UniswapV3Pool {
  const { tickSpacing } = kind;
  const tick = tickAt(sqrtPriceX96);
  const nets = new Map<number, bigint>();
  const add = (at: number, net: bigint) => nets.set(at, (nets.get(at) ?? 0n) + net);
  let inRange = 0n;
  for (const { low, width, liquidity } of bands) {
    const lower = (Math.floor(tick / tickSpacing) + low) * tickSpacing;
    const upper = lower + width * tickSpacing;
    add(lower, liquidity);
    add(upper, -liquidity);
    if (lower <= tick && tick < upper) inRange += liquidity;
  }
  return {
    pool: "0x0000000000000000000000000000000000000001",
    kind: "uniswap-v3",
    token0: "0x0000000000000000000000000000000000000002",
    token1: "0x0000000000000000000000000000000000000003",
    ...kind,
    sqrtPriceX96,
    tick,
    liquidity: inRange,
    ticks: [...nets].sort(([a], [b]) => a - b),
  };
}
