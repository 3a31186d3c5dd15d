import { z } from "zod";
import { address, amount, count, hash, integer, positive } from "./scalars.js";

const pair = { pool: address, token0: address, token1: address, fee: count };

const concentrated = {
  ...pair,
  tickSpacing: z.int().min(1),
  sqrtPriceX96: positive,
  tick: z.int(),
  liquidity: amount,
  ticks: z.array(z.tuple([z.int(), integer]).readonly()),
};

const many = { pool: address, tokens: z.array(address).min(2), balances: z.array(amount) };

const kinds = z.discriminatedUnion("kind", [
  z.strictObject({ ...pair, kind: z.literal("uniswap-v2"), reserve0: amount, reserve1: amount }),
  z.strictObject({ ...concentrated, kind: z.literal("uniswap-v3") }),
  z.strictObject({
    ...concentrated,
    kind: z.literal("uniswap-v4"),
    id: hash,
    protocolFee: z.strictObject({ zeroForOne: count, oneForZero: count }),
  }),
  z.strictObject({
    ...many,
    kind: z.literal("curve-stable"),
    rates: z.array(positive),
    amp: positive,
    ampUnit: positive,
    fee: amount,
    rounding: z.strictObject({
      invariant: z.enum(["each", "each-plus-one", "once"]),
      fee: z.enum(["before-rate", "after-rate"]),
      keepsUnit: z.boolean(),
    }),
  }),
  z.strictObject({
    ...many,
    kind: z.literal("curve-crypto"),
    precisions: z.array(positive),
    priceScale: z.array(positive),
    amp: positive,
    gamma: positive,
    invariant: positive,
    midFee: amount,
    outFee: amount,
    feeGamma: positive,
  }),
  z.strictObject({
    ...many,
    kind: z.literal("balancer-weighted"),
    weights: z.array(positive),
    scaling: z.array(positive),
    fee: amount,
    shortPowers: z.boolean(),
  }),
  z.strictObject({
    ...many,
    kind: z.literal("balancer-stable"),
    scaling: z.array(positive),
    amp: positive,
    ampUnit: positive,
    fee: amount,
    invariantRounding: z.enum(["up", "down"]),
  }),
]);

/** A pool, in the canonical text's own terms: all its lists as long as its tokens. */
export const poolState = kinds.refine((pool) => {
  if (!("tokens" in pool)) return true;
  const lists = Object.values(pool).filter((value) => Array.isArray(value));
  return lists.every((list) => list.length === pool.tokens.length);
}, "expected one entry for each token");
