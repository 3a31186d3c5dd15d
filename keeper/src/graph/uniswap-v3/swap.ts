import type { UniswapV3Pool, UniswapV4Pool } from "../../snapshot/pool-state.js";
import { intToBig } from "../../units.js";
import { swapFee } from "../uniswap-v4/swap-fee.js";
import { computeSwapStepV4 } from "../uniswap-v4/swap-math.js";
import { SwapReverted } from "./errors.js";
import { computeSwapStep } from "./swap-math.js";
import {
  getSqrtRatioAtTick,
  getTickAtSqrtRatio,
  MAX_SQRT_RATIO,
  MAX_TICK,
  MIN_SQRT_RATIO,
  MIN_TICK,
} from "./tick-math.js";

const Q128 = 1n << 128n;
const I256_MAX = (1n << 255n) - 1n;
/** Ticks of one word of the pool's bitmap, in units of the tick spacing: a walk stops at each word's end, and rounds. */
const WORD = 256;

/** What the pool's `swap` is called with. */
export interface SwapOrder {
  /** Raw units; positive: exactly this goes in, fee included; negative: exactly this comes out. Not 0. */
  readonly amountSpecified: bigint;
  /** Where the swap ends at the latest; default: anywhere. */
  readonly sqrtPriceLimitX96?: bigint;
}

/** What a swap did, as the pool's `Swap` event tells it. */
export interface SwapOutcome {
  /** Raw units, from the pool's side: positive came in, negative went out. */
  readonly amount0: bigint;
  readonly amount1: bigint;
  readonly sqrtPriceX96: bigint;
  readonly liquidity: bigint;
  readonly tick: number;
  /** By how much the fee growth of the token that came in rose, Q128; in v3 the protocol's own share of the fee off. */
  readonly feeGrowthGlobalX128: bigint;
}

/**
 * The way through a pool in one direction, from its present state. Whole stretches between stops cost the same in every
 * swap, so their sums are kept: a swap searches them and computes one step. Grows as far as swaps went.
 */
export interface SwapPath {
  readonly pool: UniswapV3Pool | UniswapV4Pool;
  readonly zeroForOne: boolean;
  readonly feePips: bigint;
  /** How this version steps. */
  readonly step: typeof computeSwapStep;
  /** Initialised ticks ahead, the nearest first. */
  readonly ahead: readonly (readonly [tick: number, liquidityNet: bigint])[];
  /** The start, then each stop that was reached. */
  readonly marks: Mark[];
}

/** One stop on the way, everything up to it spent. */
interface Mark {
  readonly sqrtPriceX96: bigint;
  /** The pool's tick after it: what lies ahead starts there. */
  readonly tick: number;
  /** Beyond it. */
  readonly liquidity: bigint;
  /** Sums since the start, raw units; `paid` with fees. */
  readonly paid: bigint;
  readonly received: bigint;
  readonly feeGrowthX128: bigint;
  /** Initialised ticks crossed. */
  readonly crossed: number;
}

/** Open a pool for swaps of token0 for token1 (`zeroForOne`) or the other way round. */
export function openSwapPath(pool: UniswapV3Pool | UniswapV4Pool, zeroForOne: boolean): SwapPath {
  const { sqrtPriceX96, tick, liquidity } = pool;
  return {
    pool,
    zeroForOne,
    feePips: intToBig(swapFee(pool, zeroForOne)),
    step: pool.kind === "uniswap-v4" ? computeSwapStepV4 : computeSwapStep,
    ahead: zeroForOne ? pool.ticks.filter(([t]) => t <= tick).reverse() : pool.ticks.filter(([t]) => t > tick),
    marks: [{ sqrtPriceX96, tick, liquidity, paid: 0n, received: 0n, feeGrowthX128: 0n, crossed: 0 }],
  };
}

/**
 * Swap through the pool that `path` was opened on, exactly as the pool would; the path stays at its start.
 *
 * A step goes to its stop if and only if what is left covers input and fee: `floor(x (1-f)) >= in` means
 * `x >= in + ceil(in f / (1-f))`. So the stop that a swap ends before is the first whose sum covers the amount.
 *
 * **Throws** `SwapReverted` with the pool's own codes: `AS` for amount 0, `SPL` for a limit on the wrong side.
 * **Source.** Uniswap/v3-core `UniswapV3Pool.swap`, with the protocol's fee switched off.
 */
export function swapAlong(path: SwapPath, { amountSpecified, sqrtPriceLimitX96 }: SwapOrder): SwapOutcome {
  const { zeroForOne, marks, feePips } = path;
  const limit = sqrtPriceLimitX96 ?? (zeroForOne ? MIN_SQRT_RATIO + 1n : MAX_SQRT_RATIO - 1n);
  requireOrder(path, amountSpecified, limit);
  const exactIn = amountSpecified > 0n;
  const isPast = (price: bigint) => (zeroForOne ? price <= limit : price >= limit);
  const isFinal = (mark: Mark) =>
    (exactIn ? mark.paid >= amountSpecified : mark.received >= -amountSpecified) || isPast(mark.sqrtPriceX96);
  while (!isFinal(marks.at(-1)!)) marks.push(nextMark(path, marks.at(-1)!));
  const index = firstIndex(marks, isFinal);
  const from = marks[index - 1]!;
  const stop = marks[index]!;

  const step = path.step(from.sqrtPriceX96, isPast(stop.sqrtPriceX96) ? limit : stop.sqrtPriceX96, {
    liquidity: from.liquidity,
    amountRemaining: exactIn ? amountSpecified - from.paid : amountSpecified + from.received,
    feePips,
  });
  const end = after(from, step);
  const atStop = end.sqrtPriceX96 === stop.sqrtPriceX96;
  return {
    amount0: zeroForOne ? end.paid : -end.received,
    amount1: zeroForOne ? -end.received : end.paid,
    sqrtPriceX96: end.sqrtPriceX96,
    liquidity: (atStop ? stop : from).liquidity,
    tick: atStop ? stop.tick : tickOf(path, from, end.sqrtPriceX96),
    feeGrowthGlobalX128: end.feeGrowthX128,
  };
}

/** One swap through a pool; {@link openSwapPath} first where there are several. */
export function swap(pool: UniswapV3Pool | UniswapV4Pool, zeroForOne: boolean, order: SwapOrder): SwapOutcome {
  return swapAlong(openSwapPath(pool, zeroForOne), order);
}

function requireOrder({ pool, zeroForOne }: SwapPath, amountSpecified: bigint, limit: bigint): void {
  if (amountSpecified === 0n || amountSpecified > I256_MAX || amountSpecified < -I256_MAX) {
    throw new SwapReverted("AS", `saw amountSpecified ${amountSpecified}, expected an int256 that is not 0`);
  }
  const { sqrtPriceX96: price } = pool;
  const ahead = zeroForOne ? limit < price && limit > MIN_SQRT_RATIO : limit > price && limit < MAX_SQRT_RATIO;
  if (!ahead) {
    const side = zeroForOne ? "below" : "above";
    throw new SwapReverted("SPL", `saw price limit ${limit}, expected one ${side} ${price} and within the ticks`);
  }
}

/** Walk from one stop to the next. */
function nextMark(path: SwapPath, from: Mark): Mark {
  const { zeroForOne, feePips, ahead } = path;
  const boundary = wordBoundary(path, from);
  const [tick, liquidityNet] = ahead[from.crossed] ?? [boundary, 0n];
  const initialised = from.crossed < ahead.length && (zeroForOne ? tick >= boundary : tick <= boundary);
  const stop = initialised ? tick : boundary;
  const { liquidity } = from;
  const step = path.step(from.sqrtPriceX96, getSqrtRatioAtTick(stop), {
    liquidity,
    amountRemaining: I256_MAX,
    feePips,
  });
  const net = initialised ? liquidityNet : 0n;
  return {
    ...after(from, step),
    tick: zeroForOne ? stop - 1 : stop,
    liquidity: zeroForOne ? liquidity - net : liquidity + net,
    crossed: from.crossed + (initialised ? 1 : 0),
  };
}

/** Where the bitmap's word ends; the last tick where there is no liquidity, because empty words cost and change nothing. */
function wordBoundary({ pool, zeroForOne }: SwapPath, { tick, liquidity }: Mark): number {
  if (liquidity === 0n) return zeroForOne ? MIN_TICK : MAX_TICK;
  const word = WORD * pool.tickSpacing;
  const start = word * Math.floor(zeroForOne ? tick / word : (tick + pool.tickSpacing) / word);
  return zeroForOne ? Math.max(MIN_TICK, start) : Math.min(MAX_TICK, start + word - pool.tickSpacing);
}

/** The sums after a step. */
function after(from: Mark, { sqrtRatioNextX96, amountIn, amountOut, feeAmount }: ReturnType<typeof computeSwapStep>) {
  return {
    sqrtPriceX96: sqrtRatioNextX96,
    paid: from.paid + amountIn + feeAmount,
    received: from.received + amountOut,
    feeGrowthX128: from.feeGrowthX128 + (from.liquidity > 0n ? (feeAmount * Q128) / from.liquidity : 0n),
  };
}

/** The tick at a price short of the next stop. On the boundary of an empty word that was passed over, it is crossed. */
function tickOf({ pool, zeroForOne }: SwapPath, from: Mark, sqrtPriceX96: bigint): number {
  if (sqrtPriceX96 === from.sqrtPriceX96) return from.tick;
  const tick = getTickAtSqrtRatio(sqrtPriceX96);
  const onBoundary = tick % (WORD * pool.tickSpacing) === 0 && getSqrtRatioAtTick(tick) === sqrtPriceX96;
  return zeroForOne && onBoundary ? tick - 1 : tick;
}

/** The first mark for which `holds`; it holds for all after it, and for the last. */
function firstIndex(marks: readonly Mark[], holds: (mark: Mark) => boolean): number {
  let low = 0;
  let high = marks.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(marks[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
