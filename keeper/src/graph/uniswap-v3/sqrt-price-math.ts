import { SwapReverted } from "./errors.js";

/*
 * One stretch of constant liquidity L in raw units, prices as square roots in Q64.96. Virtual reserves are L/sqrt(P) of
 * token0 and L sqrt(P) of token1 (whitepaper 6.2), so that amounts are differences of those. What the pool takes is
 * rounded up, what it gives is rounded down, and prices are rounded so that the pool never gives for free.
 */

const Q96 = 1n << 96n;
const U160_MAX = (1n << 160n) - 1n;
const U256_MAX = (1n << 256n) - 1n;

/** Quotient of non-negative integers, rounded up. */
export function divRoundingUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/**
 * Raw token0 between two square-root prices: `L (1/sqrt(a) - 1/sqrt(b))`.
 *
 * **Throws** `SwapReverted` at price 0. **Source.** Whitepaper 6.29; Uniswap/v3-core `SqrtPriceMath.getAmount0Delta`.
 */
export function getAmount0Delta(sqrtAX96: bigint, sqrtBX96: bigint, liquidity: bigint, roundUp: boolean): bigint {
  const [low, high] = sqrtAX96 < sqrtBX96 ? [sqrtAX96, sqrtBX96] : [sqrtBX96, sqrtAX96];
  requireThat(low > 0n, "sqrtRatioAX96 > 0", `saw ${low}`);
  const numerator = liquidity * Q96 * (high - low);
  return roundUp ? divRoundingUp(numerator, high * low) : numerator / (high * low);
}

/**
 * Raw token1 between two square-root prices: `L (sqrt(b) - sqrt(a))`.
 *
 * **Source.** Whitepaper 6.30; Uniswap/v3-core `SqrtPriceMath.getAmount1Delta`.
 */
export function getAmount1Delta(sqrtAX96: bigint, sqrtBX96: bigint, liquidity: bigint, roundUp: boolean): bigint {
  const numerator = liquidity * (sqrtAX96 < sqrtBX96 ? sqrtBX96 - sqrtAX96 : sqrtAX96 - sqrtBX96);
  return roundUp ? divRoundingUp(numerator, Q96) : numerator / Q96;
}

/**
 * The square-root price after `amountIn` raw units (without fee) went into the pool.
 *
 * **Throws** `SwapReverted` where the price or the liquidity is 0, or the price leaves 160 bits.
 * **Source.** Uniswap/v3-core `SqrtPriceMath.getNextSqrtPriceFromInput`.
 */
export function getNextSqrtPriceFromInput(
  sqrtPX96: bigint,
  liquidity: bigint,
  amountIn: bigint,
  zeroForOne: boolean,
): bigint {
  requireStarted(sqrtPX96, liquidity);
  return zeroForOne ? afterToken0In(sqrtPX96, liquidity, amountIn) : toUint160(sqrtPX96 + (amountIn * Q96) / liquidity);
}

/**
 * The square-root price after `amountOut` raw units came out of the pool.
 *
 * **Throws** `SwapReverted` where the price or the liquidity is 0, or the virtual reserves do not cover the amount.
 * **Source.** Uniswap/v3-core `SqrtPriceMath.getNextSqrtPriceFromOutput`.
 */
export function getNextSqrtPriceFromOutput(
  sqrtPX96: bigint,
  liquidity: bigint,
  amountOut: bigint,
  zeroForOne: boolean,
): bigint {
  requireStarted(sqrtPX96, liquidity);
  return zeroForOne ? afterToken1Out(sqrtPX96, liquidity, amountOut) : afterToken0Out(sqrtPX96, liquidity, amountOut);
}

/** `L sqrt(P) / (L + x sqrt(P))`, rounded up; beyond 256 bits the pool falls back to the coarser `L / (L / sqrt(P) + x)`. */
function afterToken0In(sqrtPX96: bigint, liquidity: bigint, amount: bigint): bigint {
  if (amount === 0n) return sqrtPX96;
  const reserve = liquidity * Q96;
  const product = amount * sqrtPX96;
  const fits = product + reserve <= U256_MAX;
  return fits
    ? divRoundingUp(reserve * sqrtPX96, reserve + product)
    : divRoundingUp(reserve, reserve / sqrtPX96 + amount);
}

/** `L sqrt(P) / (L - x sqrt(P))`, rounded up. */
function afterToken0Out(sqrtPX96: bigint, liquidity: bigint, amount: bigint): bigint {
  if (amount === 0n) return sqrtPX96;
  const reserve = liquidity * Q96;
  const product = amount * sqrtPX96;
  requireThat(product <= U256_MAX && reserve > product, "numerator1 > product", `saw ${amount} of token0 asked for`);
  return toUint160(divRoundingUp(reserve * sqrtPX96, reserve - product));
}

/** `sqrt(P) - y / L`, rounded down. */
function afterToken1Out(sqrtPX96: bigint, liquidity: bigint, amount: bigint): bigint {
  const quotient = divRoundingUp(amount * Q96, liquidity);
  requireThat(sqrtPX96 > quotient, "sqrtPX96 > quotient", `saw ${amount} of token1 asked for`);
  return sqrtPX96 - quotient;
}

function requireStarted(sqrtPX96: bigint, liquidity: bigint): void {
  requireThat(sqrtPX96 > 0n, "sqrtPX96 > 0", `saw ${sqrtPX96}`);
  requireThat(liquidity > 0n, "liquidity > 0", `saw ${liquidity}`);
}

function toUint160(sqrtPX96: bigint): bigint {
  requireThat(sqrtPX96 <= U160_MAX, "uint160", `saw a square-root price of ${sqrtPX96}`);
  return sqrtPX96;
}

function requireThat(holds: boolean, code: string, seen: string): void {
  if (!holds) throw new SwapReverted(code, `${seen}; the pool reverts here, ask for less`);
}
