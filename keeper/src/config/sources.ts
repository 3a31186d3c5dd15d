import { z } from "zod";
import { poolSourceSchema } from "../liquidity/pool-kinds.js";
import { address } from "../values.js";
import { venueSourceSchema } from "../venues/venue-kinds.js";

const wad = z
  .string()
  .regex(/^[0-9]{1,78}$/, { error: "expected a whole number of 1e-18 as a decimal string" })
  .transform((text) => BigInt(text));

/** What is read at every block: venues, pools, feeds, and what wrapped assets are a claim on. */
export const sourcesSchema = z.strictObject({
  venues: z.array(venueSourceSchema).min(1),
  pools: z.array(poolSourceSchema).default([]),
  feeds: z.array(address).default([]),
  lookThrough: z
    .array(z.strictObject({ asset: address, of: address, unitsWad: wad }))
    .default([])
    .describe("one whole unit of `asset` is a claim on unitsWad * 1e-18 whole units of `of`"),
});
