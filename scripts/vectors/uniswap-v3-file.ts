import { z } from "zod";

/** A decimal integer, as a string. */
export const big = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);

const position = z.object({ tickLower: z.number(), tickUpper: z.number(), liquidity: big });

const pool = z.object({
  description: z.string(),
  fee: z.number(),
  tickSpacing: z.number(),
  startingSqrtPriceX96: big,
  positions: z.array(position),
});

/** `amount` null: as much as the price limit lets through. */
const order = z.object({
  zeroForOne: z.boolean(),
  exactOut: z.boolean().nullable(),
  amount: big.nullable(),
  sqrtPriceLimitX96: big.nullable(),
});

const poolSwap = z.object({
  pool: z.string(),
  case: order,
  expected: z.union([
    z.looseObject({ swapError: z.string() }),
    z.looseObject({ amount0Delta: z.string(), amount1Delta: z.string(), tickAfter: z.number() }),
  ]),
  sqrtPriceX96After_bigint_check: z.string().nullable().optional(),
});
export type SwapRow = z.infer<typeof poolSwap>;

export const swapsFile = z.object({
  pools: z.array(pool).default([]),
  poolSwaps: z.array(poolSwap).default([]),
});
