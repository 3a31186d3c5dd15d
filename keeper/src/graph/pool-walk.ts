import { nameOfPool } from "../snapshot/pool-state.js";
import type { UniswapV3Pool, UniswapV4Pool } from "../snapshot/pool-state.js";
import { fromUnits } from "../units.js";
import { getSqrtRatioAtTick, sqrtFromX96 } from "./uniswap-v3/tick-math.js";
import type { PairCurve } from "./pair-curve.js";
import { swapFee } from "./uniswap-v4/swap-fee.js";

const FEE_DENOMINATOR = 1_000_000;

/**
 * One Uniswap v3 or v4 pool seen from its base asset: segments of constant liquidity in the base's own square-root price
 * `s = sqrt(raw quote per raw base)`, so that selling the base lowers `s` whichever side of the pool it is on.
 *
 * **Shapes.** `lower[m]`, `upper[m]` ascending and disjoint, `liquidity[m]` > 0 raw; `start` is the current `s`.
 */
export interface PoolWalk {
  readonly start: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly liquidity: Float64Array;
  /** Share of the input that the pool keeps. */
  readonly feeFrac: number;
}

/**
 * Read a pool's ticks into segments for the base asset `token0` (`baseIsToken0`) or `token1`.
 *
 * Liquidity between ticks is summed as integers, each sum rounded to float64 once. Segments without liquidity are left
 * out: a price walks through them for free.
 *
 * **Throws** `RangeError` where the price is 0 or the running sum of liquidity goes below zero (not a pool state).
 */
export function walkOfPool(pool: UniswapV3Pool | UniswapV4Pool, baseIsToken0: boolean): PoolWalk {
  if (pool.sqrtPriceX96 <= 0n)
    throw new RangeError(`pool ${nameOfPool(pool)}: saw sqrtPriceX96 0, expected a started pool`);
  const price = sqrtFromX96(pool.sqrtPriceX96);
  const segments = segmentsOf(pool);
  if (!baseIsToken0) {
    for (const s of segments) [s.lower, s.upper] = [1 / s.upper, 1 / s.lower];
    segments.reverse();
  }
  return {
    start: baseIsToken0 ? price : 1 / price,
    lower: Float64Array.from(segments, (s) => s.lower),
    upper: Float64Array.from(segments, (s) => s.upper),
    liquidity: Float64Array.from(segments, (s) => s.liquidity),
    feeFrac: swapFee(pool, baseIsToken0) / FEE_DENOMINATOR,
  };
}

/**
 * Raw base units that a seller puts in (fee included) to move the walk from its start to square-root price `target`;
 * negative: raw base units that a buyer takes out on the way up.
 */
export function baseSoldTo(walk: PoolWalk, target: number): number {
  const falling = target < walk.start;
  const from = falling ? target : walk.start;
  const to = falling ? walk.start : target;
  let moved = 0;
  for (let m = 0; m < walk.liquidity.length; m++) {
    const lower = Math.max(walk.lower[m]!, from);
    const upper = Math.min(walk.upper[m]!, to);
    if (upper > lower) moved += (walk.liquidity[m]! * (upper - lower)) / (lower * upper);
  }
  return falling ? moved / (1 - walk.feeFrac) : -moved;
}

/** The pool as a market of one of its sides. Undefined where it is not started. */
export function concentratedCurve(pool: UniswapV3Pool | UniswapV4Pool, baseIsToken0: boolean): PairCurve | undefined {
  if (pool.sqrtPriceX96 <= 0n) return undefined;
  const walk = walkOfPool(pool, baseIsToken0);
  return {
    price: walk.start * walk.start,
    feeFrac: walk.feeFrac,
    soldTo: (ratio) => baseSoldTo(walk, walk.start * Math.sqrt(ratio)),
  };
}

interface Segment {
  lower: number;
  upper: number;
  readonly liquidity: number;
}

/** Segments between neighbouring initialised ticks in units of token0's square-root price, ascending. */
function segmentsOf(pool: UniswapV3Pool | UniswapV4Pool): Segment[] {
  const segments: Segment[] = [];
  let liquidity = 0n;
  for (let t = 0; t + 1 < pool.ticks.length; t++) {
    const [tick, liquidityNet] = pool.ticks[t]!;
    liquidity += liquidityNet;
    if (liquidity < 0n) throw new RangeError(`pool ${nameOfPool(pool)}: liquidity below zero at tick ${tick}`);
    if (liquidity === 0n) continue;
    segments.push({
      lower: sqrtFromX96(getSqrtRatioAtTick(tick)),
      upper: sqrtFromX96(getSqrtRatioAtTick(pool.ticks[t + 1]![0])),
      liquidity: fromUnits(liquidity, 0),
    });
  }
  return segments;
}
