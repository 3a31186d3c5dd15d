import { z } from "zod";
import { poolSourceSchema } from "../liquidity/pool-kinds.js";
import { perpSourceSchema } from "../perps/perp-kinds.js";
import { address, wholeFrom } from "../values.js";
import { venueSourceSchema } from "../venues/venue-kinds.js";
import { wrappedSourceSchema } from "../wrapped/wrapped-kinds.js";

const wad = z
  .string()
  .regex(/^[0-9]{1,78}$/, { error: "expected a whole number of 1e-18 as a decimal string" })
  .transform((text) => BigInt(text));

const feed = z.strictObject({
  feed: address,
  maxAgeSec: wholeFrom(1).describe("an older answer is excluded: the feed's heartbeat and some margin"),
});

/** What is read at every block: venues, pools, feeds, and what wrapped assets are a claim on. */
export const sourcesSchema = z
  .strictObject({
    venues: z.array(venueSourceSchema).min(1),
    pools: z.array(poolSourceSchema).default([]),
    perps: z.array(perpSourceSchema).default([]),
    feeds: z.array(z.union([address, feed])).default([]),
    lookThrough: z
      .array(z.strictObject({ asset: address, of: address, unitsWad: wad }))
      .default([])
      .describe("one whole unit of `asset` is a claim on unitsWad * 1e-18 whole units of `of`"),
    wrapped: z.array(wrappedSourceSchema).default([]).describe("tokens whose claims are read at every block"),
  })
  .superRefine(({ lookThrough, wrapped }, context) => {
    const names = [...new Set(lookThrough.map(({ asset }) => asset)), ...wrapped.map(({ token }) => token)];
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice === undefined) return;
    const message = `saw ${twice} twice among wrapped and lookThrough, expected each token once`;
    context.addIssue({ code: "custom", path: ["wrapped"], message });
  });
