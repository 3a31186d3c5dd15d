import type { UniswapV3Pool } from "../../../../keeper/src/snapshot/pool-state.js";

/**
 * The pool's swap as a loop from stop to stop, written from the formulas of the whitepaper (section 6) with nothing kept
 * from one swap to the next. Independent of keeper/src/graph/uniswap-v3, and what its speed is measured against.
 */
export interface SlowOutcome {
  readonly amount0: bigint;
  readonly amount1: bigint;
  readonly sqrtPriceX96: bigint;
  readonly liquidity: bigint;
  readonly tick: number;
  readonly feeGrowthGlobalX128: bigint;
}

export const LOWEST_TICK = -887_272;
export const HIGHEST_TICK = 887_272;
const Q96 = 1n << 96n;
const FEE_UNIT = 1_000_000n;
const PRECISION = 400n;
const RATIO_BITS = 128n;
const TICK_BITS = 20;
const WORD = 256;

/** sqrt(1.0001) ** -(2 ** i) for every bit i of a tick, to the nearest 2 ** -128, out of 400 fractional bits. */
const FACTORS = Array.from({ length: TICK_BITS }).reduce<{ power: bigint; factors: bigint[] }>(
  ({ power, factors }) => {
    const half = 1n << (PRECISION - RATIO_BITS - 1n);
    factors.push((power + half) >> (PRECISION - RATIO_BITS));
    return { power: (power * power) >> PRECISION, factors };
  },
  { power: isqrt(((1n << (2n * PRECISION)) * 10_000n) / 10_001n), factors: [] },
).factors;

/**
 * sqrt(1.0001 ** tick) as Q64.96 the way the pool has it: cut off at 2 ** -128 after every factor, inverted for ticks above
 * 0, rounded up. Far from 0 that is some hundred units away from the true root, and swaps end there.
 */
export function sqrtPriceAt(tick: number): bigint {
  const bits = FACTORS.filter((_, i) => (Math.abs(tick) >> i) & 1);
  const below = bits.reduce((ratio, factor) => (ratio * factor) >> RATIO_BITS, 1n << RATIO_BITS);
  const ratio = tick > 0 ? ((1n << (2n * RATIO_BITS)) - 1n) / below : below;
  return up(ratio, 1n << (RATIO_BITS - 96n));
}

/** The greatest tick at or below a price, by bisection. */
export function tickAt(sqrtPriceX96: bigint): number {
  let [low, high] = [LOWEST_TICK, HIGHEST_TICK];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (sqrtPriceAt(middle) <= sqrtPriceX96) low = middle;
    else high = middle;
  }
  return low;
}

/** Swap `amount` raw units, positive in, negative out, not beyond `limit`. */
export function slowSwap(pool: UniswapV3Pool, sellToken0: boolean, amount: bigint, limit: bigint): SlowOutcome {
  const ahead = pool.ticks.filter(([t]) => (sellToken0 ? t <= pool.tick : t > pool.tick));
  if (sellToken0) ahead.reverse();
  const fee = BigInt(pool.fee);
  const exactIn = amount > 0n;
  let { sqrtPriceX96: price, liquidity, tick } = pool;
  let [left, paid, received, growth] = [exactIn ? amount : -amount, 0n, 0n, 0n];
  while (left > 0n && price !== limit) {
    const boundary = wordEnd(tick, pool.tickSpacing, sellToken0);
    const [nearest = boundary, net = 0n] = ahead[0] ?? [];
    const initialised = sellToken0 ? nearest >= boundary : nearest <= boundary;
    const stop = initialised ? nearest : boundary;
    const stopPrice = sqrtPriceAt(stop);
    const target = sellToken0 === stopPrice < limit ? limit : stopPrice;
    const usable = exactIn ? (left * (FEE_UNIT - fee)) / FEE_UNIT : left;
    const needed = (exactIn ? inputTo : outputTo)(price, target, liquidity, sellToken0);
    const end =
      usable >= needed ? target : (exactIn ? priceAfterInput : priceAfterOutput)(price, liquidity, usable, sellToken0);
    const taken = inputTo(price, end, liquidity, sellToken0);
    const given = min(outputTo(price, end, liquidity, sellToken0), exactIn ? 1n << 256n : left);
    const feePaid = exactIn && end !== target ? left - taken : up(taken * fee, FEE_UNIT - fee);
    left -= exactIn ? taken + feePaid : given;
    paid += taken + feePaid;
    received += given;
    if (liquidity > 0n) growth += (feePaid << 128n) / liquidity;
    if (end === stopPrice) {
      if (initialised) {
        liquidity += sellToken0 ? -net : net;
        ahead.shift();
      }
      tick = sellToken0 ? stop - 1 : stop;
    } else if (end !== price) tick = tickAt(end);
    price = end;
  }
  const [amount0, amount1] = sellToken0 ? [paid, -received] : [-received, paid];
  return { amount0, amount1, sqrtPriceX96: price, liquidity, tick, feeGrowthGlobalX128: growth };
}

/** The end of the word of the tick bitmap: the pool stops there, too, and rounds. */
function wordEnd(tick: number, spacing: number, sellToken0: boolean): number {
  const position = Math.floor(tick / spacing) + (sellToken0 ? 0 : 1);
  const word = Math.floor(position / WORD);
  return Math.max(LOWEST_TICK, Math.min(HIGHEST_TICK, (word * WORD + (sellToken0 ? 0 : WORD - 1)) * spacing));
}

/** Token 0: L (1/sqrt(b) - 1/sqrt(a)); token 1: L (sqrt(b) - sqrt(a)); exact fractions, what comes in rounded up. */
function inputTo(from: bigint, to: bigint, liquidity: bigint, sellToken0: boolean): bigint {
  return sellToken0 ? up(liquidity * Q96 * (from - to), from * to) : up(liquidity * (to - from), Q96);
}

function outputTo(from: bigint, to: bigint, liquidity: bigint, sellToken0: boolean): bigint {
  return sellToken0 ? (liquidity * (from - to)) / Q96 : (liquidity * Q96 * (to - from)) / (to * from);
}

function priceAfterInput(price: bigint, liquidity: bigint, amount: bigint, sellToken0: boolean): bigint {
  return sellToken0
    ? up(liquidity * Q96 * price, liquidity * Q96 + amount * price)
    : price + (amount * Q96) / liquidity;
}

function priceAfterOutput(price: bigint, liquidity: bigint, amount: bigint, sellToken0: boolean): bigint {
  return sellToken0
    ? price - up(amount * Q96, liquidity)
    : up(liquidity * Q96 * price, liquidity * Q96 - amount * price);
}

const up = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function isqrt(value: bigint): bigint {
  let x = 1n << BigInt((value.toString(2).length >> 1) + 1);
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}
