import { computeSwapStep, inputBetween } from "../uniswap-v3/swap-math.js";
import type { StepInput, SwapStep } from "../uniswap-v3/swap-math.js";

const FEE_UNIT = 1_000_000n;

/**
 * As v3's step, but an exact input that does not cover the way to the target is spent to the last unit, even where rounding
 * takes the price there.
 *
 * **Source.** Uniswap/v4-core `SwapMath.computeSwapStep`.
 */
export function computeSwapStepV4(sqrtRatioCurrentX96: bigint, sqrtRatioTargetX96: bigint, input: StepInput): SwapStep {
  const step = computeSwapStep(sqrtRatioCurrentX96, sqrtRatioTargetX96, input);
  const { amountRemaining, feePips, liquidity } = input;
  if (amountRemaining < 0n) return step;
  const available = (amountRemaining * (FEE_UNIT - feePips)) / FEE_UNIT;
  if (available >= inputBetween(sqrtRatioCurrentX96, sqrtRatioTargetX96, liquidity)) return step;
  return { ...step, amountIn: available, feeAmount: amountRemaining - available };
}
