import {
  divRoundingUp,
  getAmount0Delta,
  getAmount1Delta,
  getNextSqrtPriceFromInput,
  getNextSqrtPriceFromOutput,
} from "./sqrt-price-math.js";

/** Fees are in hundredths of a basis point: of this many parts. */
const FEE_UNIT = 1_000_000n;

/** What is left to swap, and through what. */
export interface StepInput {
  readonly liquidity: bigint;
  /** Raw units; positive: still to put in, fee included; negative: still to take out. */
  readonly amountRemaining: bigint;
  /** Hundredths of a basis point. */
  readonly feePips: bigint;
}

/** One step within constant liquidity, raw units. */
export interface SwapStep {
  readonly sqrtRatioNextX96: bigint;
  /** Without the fee. */
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  readonly feeAmount: bigint;
}

/**
 * Swap towards a target price until it is reached or the amount is used up. Token0 goes in where the target is not above.
 *
 * **Source.** Uniswap/v3-core `SwapMath.computeSwapStep`; whitepaper 6.2.3.
 */
export function computeSwapStep(
  sqrtRatioCurrentX96: bigint,
  sqrtRatioTargetX96: bigint,
  { liquidity, amountRemaining, feePips }: StepInput,
): SwapStep {
  const exactIn = amountRemaining >= 0n;
  const available = exactIn ? (amountRemaining * (FEE_UNIT - feePips)) / FEE_UNIT : -amountRemaining;
  const needed = exactIn
    ? inputBetween(sqrtRatioCurrentX96, sqrtRatioTargetX96, liquidity)
    : outputBetween(sqrtRatioCurrentX96, sqrtRatioTargetX96, liquidity);
  const nextPrice = exactIn ? getNextSqrtPriceFromInput : getNextSqrtPriceFromOutput;
  const sqrtRatioNextX96 =
    available >= needed
      ? sqrtRatioTargetX96
      : nextPrice(sqrtRatioCurrentX96, liquidity, available, sqrtRatioCurrentX96 >= sqrtRatioTargetX96);

  const reached = sqrtRatioNextX96 === sqrtRatioTargetX96;
  const amountIn = reached && exactIn ? needed : inputBetween(sqrtRatioCurrentX96, sqrtRatioNextX96, liquidity);
  const amountOut = reached && !exactIn ? needed : outputBetween(sqrtRatioCurrentX96, sqrtRatioNextX96, liquidity);
  return {
    sqrtRatioNextX96,
    amountIn,
    amountOut: !exactIn && amountOut > available ? available : amountOut,
    // What an exact input cannot move the price by is the fee's.
    feeAmount: exactIn && !reached ? amountRemaining - amountIn : divRoundingUp(amountIn * feePips, FEE_UNIT - feePips),
  };
}

/** What goes in from one price to another, raw units without the fee: token0 on the way down. */
export function inputBetween(from: bigint, to: bigint, liquidity: bigint): bigint {
  return from >= to ? getAmount0Delta(to, from, liquidity, true) : getAmount1Delta(from, to, liquidity, true);
}

/** What comes out: token1 on the way down. */
function outputBetween(from: bigint, to: bigint, liquidity: bigint): bigint {
  return from >= to ? getAmount1Delta(to, from, liquidity, false) : getAmount0Delta(from, to, liquidity, false);
}
