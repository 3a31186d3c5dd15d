import { z } from "zod";
import { address, wholeFrom } from "./values.js";

const wad = z
  .string()
  .regex(/^[0-9]{1,78}$/, { error: "expected a whole number of 1e-18 as a decimal string" })
  .transform((text) => BigInt(text));

/** What is read at every block: venues, pools, feeds, and what wrapped assets are a claim on. */
export const sourcesSchema = z.strictObject({
  venues: z
    .array(
      z.strictObject({
        kind: z.literal("aave-v3"),
        pool: address,
        fromBlock: wholeFrom(0).describe("block of the pool's first event"),
        baseUsdFeed: address.exactOptional().describe("feed of the base currency in USD; none where it is USD"),
      }),
    )
    .min(1),
  pools: z.array(z.strictObject({ kind: z.literal("uniswap-v3"), pool: address })).default([]),
  feeds: z.array(address).default([]),
  lookThrough: z
    .array(z.strictObject({ asset: address, of: address, unitsWad: wad }))
    .default([])
    .describe("one whole unit of `asset` is a claim on unitsWad * 1e-18 whole units of `of`"),
});
