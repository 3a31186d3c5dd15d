import { sqrtFromX96 } from "../../keeper/src/graph/uniswap-v3/tick-math.js";
import type { SwapRow } from "./uniswap-v3-file.js";

/** What rows expect, by their names. A swap that reverts has an error and no outcome, any other the other way round. */
export type Values = Record<string, string | number>;

/** As the file prints them: five digits. */
const PRINTED: readonly string[] = ["executionPrice", "poolPriceBefore", "poolPriceAfter"];

/** True where what we have of a field is what the row expects; a price of -0 is one of 0. */
export function agrees(field: string, actual: Values, expected: unknown): boolean {
  const value = actual[field];
  if (field === "swapError") return String(expected).split(" ").includes(String(value));
  return PRINTED.includes(field)
    ? Object.is(Number(Number(value).toPrecision(5)) + 0, Number(expected) + 0)
    : value === expected;
}

/** A swap in words. */
export function titleOf({ case: { zeroForOne, exactOut, amount, sqrtPriceLimitX96: limit } }: SwapRow): string {
  const size = amount === null ? "all" : `${amount} ${exactOut === true ? "out" : "in"}`;
  return `${zeroForOne ? "0 for 1" : "1 for 0"}, ${size}${limit === null ? "" : `, to ${limit}`}`;
}

/** Raw token1 per raw token0. */
export function priceOf(sqrtPriceX96: bigint): number {
  const root = sqrtFromX96(sqrtPriceX96);
  return root * root;
}
