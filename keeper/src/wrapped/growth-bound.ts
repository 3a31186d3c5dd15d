import { z } from "zod";
import { intToBig } from "../units.js";
import { wholeFrom } from "../values.js";

const YEAR_SEC = 31_536_000n;
const BPS = 10_000n;

/** How fast a rate may grow from a known one on. */
export const growthSchema = z.strictObject({
  anchorUnitsWad: z
    .string()
    .regex(/^[0-9]{1,78}$/, { error: "expected a whole number of 1e-18 as a decimal string" })
    .transform((text) => BigInt(text))
    .describe("a rate that was right, whole units in 1e-18"),
  anchorAt: wholeFrom(0).describe("when it was read, unix seconds"),
  maxYearlyBps: wholeFrom(0).describe("what it can grow by in a year of 365 days, in bps of the anchor"),
});

export type Growth = z.output<typeof growthSchema>;

/**
 * The most that a rate can be at a time: the anchor and its share of the yearly growth, simple and not compounded. A function of
 * the block and the configuration alone, so that every operator holds the same. Rounded down.
 *
 * **Source.** Aave's PriceCapAdapterBase: `snapshotRatio + maxRatioGrowthPerSecond * (block.timestamp - snapshotTimestamp)`.
 */
export function mostUnitsWad(growth: Growth, timestamp: number): bigint {
  const { anchorUnitsWad, anchorAt, maxYearlyBps } = growth;
  const elapsed = intToBig(Math.max(0, timestamp - anchorAt));
  return anchorUnitsWad + (anchorUnitsWad * intToBig(maxYearlyBps) * elapsed) / (BPS * YEAR_SEC);
}
