import type { PoolState } from "../../../keeper/src/snapshot/snapshot.js";

/** A swap of exactly `amountIn` through a pool as the snapshot has it, by the formulas of the Uniswap v3 whitepaper. */
export interface Quote {
  readonly amountOut: bigint;
  readonly sqrtPriceX96: bigint;
  /** Initialised ticks crossed. */
  readonly crossed: number;
}

const Q96 = 1n << 96n;
const FEE_UNIT = 1_000_000n;
const PRECISION = 400n;
const RATIO_BITS = 128n;
const TICK_BITS = 20;

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

function isqrt(value: bigint): bigint {
  let x = 1n << BigInt((value.toString(2).length >> 1) + 1);
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

const up = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** Walk the snapshot's ticks. */
export function swapExactIn(pool: PoolState, sellToken0: boolean, amountIn: bigint): Quote {
  const ahead = stops(pool, sellToken0);
  const fee = BigInt(pool.fee);
  let { sqrtPriceX96: price, liquidity } = pool;
  let [left, amountOut, crossed] = [amountIn, 0n, 0];
  for (const [tick, net] of ahead) {
    const target = sqrtPriceAt(tick);
    const toTarget = inputTo(price, target, liquidity, sellToken0);
    const usable = (left * (FEE_UNIT - fee)) / FEE_UNIT;
    if (usable < toTarget) break;
    amountOut += outputTo(price, target, liquidity, sellToken0);
    left -= toTarget + up(toTarget * fee, FEE_UNIT - fee);
    price = target;
    liquidity += sellToken0 ? -net : net;
    crossed += net === 0n ? 0 : 1;
    if (left === 0n) return { amountOut, sqrtPriceX96: price, crossed };
  }
  const usable = (left * (FEE_UNIT - fee)) / FEE_UNIT;
  const end = priceAfter(price, liquidity, usable, sellToken0);
  return { amountOut: amountOut + outputTo(price, end, liquidity, sellToken0), sqrtPriceX96: end, crossed };
}

const WORD = 256;
const MAX_TICK = 887_272;

/**
 * Initialised ticks on the way, and the ends of the words of the tick bitmap: the pool stops at those, too, and rounds.
 */
function stops({ ticks, tick: at, tickSpacing }: PoolState, sellToken0: boolean): [number, bigint][] {
  const nets = new Map(ticks);
  const step = WORD * tickSpacing;
  const end = sellToken0 ? 0 : WORD - 1;
  for (let word = Math.ceil(-MAX_TICK / step); word * step <= MAX_TICK; word++) {
    const tick = word * step + end * tickSpacing;
    if (Math.abs(tick) <= MAX_TICK && !nets.has(tick)) nets.set(tick, 0n);
  }
  const ahead = [...nets].filter(([tick]) => (sellToken0 ? tick <= at : tick > at));
  return ahead.sort(([a], [b]) => (sellToken0 ? b - a : a - b));
}

/** Token 0 paid: L (1/sqrt(b) - 1/sqrt(a)); token 1 paid: L (sqrt(b) - sqrt(a)); rounded up. */
function inputTo(from: bigint, to: bigint, liquidity: bigint, sellToken0: boolean): bigint {
  return sellToken0 ? up(up(liquidity * Q96 * (from - to), from), to) : up(liquidity * (to - from), Q96);
}

function outputTo(from: bigint, to: bigint, liquidity: bigint, sellToken0: boolean): bigint {
  return sellToken0 ? (liquidity * (from - to)) / Q96 : (liquidity * Q96 * (to - from)) / to / from;
}

function priceAfter(price: bigint, liquidity: bigint, amount: bigint, sellToken0: boolean): bigint {
  if (liquidity === 0n) return price;
  return sellToken0
    ? up(liquidity * Q96 * price, liquidity * Q96 + amount * price)
    : price + (amount * Q96) / liquidity;
}
