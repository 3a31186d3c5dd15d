import { z } from "zod";
import * as sqrtPriceMath from "../../keeper/src/graph/uniswap-v3/sqrt-price-math.js";
import { computeSwapStep } from "../../keeper/src/graph/uniswap-v3/swap-math.js";
import { getSqrtRatioAtTick, getTickAtSqrtRatio } from "../../keeper/src/graph/uniswap-v3/tick-math.js";
import type { Case } from "./format.js";
import { big } from "./uniswap-v3-file.js";

const tickRow = z.object({ tick: z.number(), sqrtRatioX96: big });

/** `amount` negative: exact output. */
const stepInput = z.object({ sqrtP: big, sqrtTarget: big, liquidity: big, amount: big, fee: big });
const stepOutput = { amountIn: big, feeAmount: big, amountOut: big, sqrtQ: big.nullable().optional() };
const step = stepInput.extend({ name: z.string(), ...stepOutput });
type StepRow = z.infer<typeof step>;

const next = z.object({ sqrtP: big, liquidity: big, amount: big, zeroForOne: z.boolean(), expected: big });
const delta = z.object({ sqrtA: big, sqrtB: big, liquidity: big, roundUp: z.boolean(), expected: big });
const math = z.union([
  next.extend({ fn: z.enum(["getNextSqrtPriceFromInput", "getNextSqrtPriceFromOutput"]) }),
  delta.extend({ fn: z.enum(["getAmount0Delta", "getAmount1Delta"]) }),
]);
type MathRow = z.infer<typeof math>;

/** The parts of the file that are about single functions; each may be absent. */
export const functionsFile = z.object({
  computeSwapStep: z.array(step).default([]),
  sqrtPriceMath: z.array(math).default([]),
  tickToSqrt: z.array(tickRow).default([]),
  sqrtToTick: z.array(tickRow).default([]),
});

function exact(name: string, holds: boolean): Case {
  return { name, error: holds ? 0 : 1, tolerance: 0 };
}

function stepCase(row: StepRow): Case {
  const { liquidity, amount: amountRemaining, fee: feePips } = row;
  const step = computeSwapStep(row.sqrtP, row.sqrtTarget, { liquidity, amountRemaining, feePips });
  const amounts = ["amountIn", "amountOut", "feeAmount"] as const;
  const price = row.sqrtQ ?? step.sqrtRatioNextX96;
  const same = amounts.every((field) => step[field] === row[field]) && step.sqrtRatioNextX96 === price;
  return exact(`computeSwapStep: ${row.name}`, same);
}

function mathCase(row: MathRow, r: number): Case {
  const actual =
    "sqrtP" in row
      ? sqrtPriceMath[row.fn](row.sqrtP, row.liquidity, row.amount, row.zeroForOne)
      : sqrtPriceMath[row.fn](row.sqrtA, row.sqrtB, row.liquidity, row.roundUp);
  return exact(`sqrtPriceMath ${r}: ${row.fn}`, actual === row.expected);
}

export function functionCases({ computeSwapStep: steps, ...rest }: z.infer<typeof functionsFile>): Case[] {
  return [
    ...steps.map(stepCase),
    ...rest.sqrtPriceMath.map(mathCase),
    ...rest.tickToSqrt.map((r) => exact(`tick ${r.tick}`, getSqrtRatioAtTick(r.tick) === r.sqrtRatioX96)),
    ...rest.sqrtToTick.map((r) => exact(`price ${r.sqrtRatioX96}`, getTickAtSqrtRatio(r.sqrtRatioX96) === r.tick)),
  ];
}
