import type { z } from "zod";
import { SwapReverted } from "../../keeper/src/graph/uniswap-v3/errors.js";
import { swap } from "../../keeper/src/graph/uniswap-v3/swap.js";
import { fromUnits } from "../../keeper/src/units.js";
import type { Case } from "./format.js";
import { poolOfPositions, type FundedPool } from "./pool-of-positions.js";
import { agrees, priceOf, titleOf, type Values } from "./uniswap-v3-fields.js";
import type { SwapRow, swapsFile } from "./uniswap-v3-file.js";

/** What a swap up to its price limit is called with. */
const ALL = (1n << 255n) - 1n;

/** Every swap of the file, through the pool that its positions make. */
export function poolSwapCases({ pools, poolSwaps }: z.infer<typeof swapsFile>): Case[] {
  const open = new Map(pools.map((row) => [row.description, poolOfPositions(row)] as const));
  return poolSwaps.map((row) => {
    const pool = open.get(row.pool);
    if (pool === undefined) throw new Error(`saw a swap in "${row.pool}", expected one of the file's pools`);
    const actual = { ...before(pool), ...outcome(row, pool) };
    const { sqrtPriceX96After_bigint_check: sqrtPriceX96After } = row;
    const expected: Record<string, unknown> = { ...row.expected, ...(sqrtPriceX96After && { sqrtPriceX96After }) };
    const wrong = Object.keys(expected).filter((field) => !agrees(field, actual, expected[field]));
    const name = `${row.pool}: ${titleOf(row)}${wrong.length > 0 ? `: ${wrong.join(", ")}` : ""}`;
    return { name, error: wrong.length > 0 ? 1 : 0, tolerance: 0 };
  });
}

function before({ state, balance0, balance1 }: FundedPool): Values {
  const [a, b] = [balance0.toString(), balance1.toString()];
  const balances = { amount0Before: a, amount1Before: b, poolBalance0: a, poolBalance1: b };
  return { ...balances, poolPriceBefore: priceOf(state.sqrtPriceX96), tickBefore: state.tick };
}

function outcome(
  { case: { zeroForOne, amount, exactOut, sqrtPriceLimitX96 } }: SwapRow,
  { state }: FundedPool,
): Values {
  const amountSpecified = (amount ?? ALL) * (exactOut === true ? -1n : 1n);
  try {
    const order = sqrtPriceLimitX96 === null ? { amountSpecified } : { amountSpecified, sqrtPriceLimitX96 };
    const out = swap(state, zeroForOne, order);
    const [growth0, growth1] = zeroForOne ? [out.feeGrowthGlobalX128, 0n] : [0n, out.feeGrowthGlobalX128];
    return {
      amount0Delta: out.amount0.toString(),
      amount1Delta: out.amount1.toString(),
      executionPrice: -fromUnits(out.amount1, 0) / fromUnits(out.amount0, 0),
      feeGrowthGlobal0X128Delta: growth0.toString(),
      feeGrowthGlobal1X128Delta: growth1.toString(),
      poolPriceAfter: priceOf(out.sqrtPriceX96),
      sqrtPriceX96After: out.sqrtPriceX96.toString(),
      tickAfter: out.tick,
    };
  } catch (error) {
    if (error instanceof SwapReverted) return { swapError: error.code };
    throw error;
  }
}
