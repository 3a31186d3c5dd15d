import { z } from "zod";
import { logReturns } from "../../keeper/src/model/scenarios/returns.js";
import { relative } from "./compare.js";
import type { VectorFormat } from "./format.js";
import { hasKeys } from "./shape.js";

const vector = z.array(z.number());
const file = z.object({
  t: vector,
  mid: vector,
  liq_long_eth: vector,
  summary: z.object({ rows: z.number(), worst_60min: z.number(), worst_1min: z.number() }).extend({
    long_liq_eth: z.number(),
    rv_per_min: z.number(),
  }),
});

/** The summary was made from prices with more digits than the rows have. */
const TOLERANCE = 1e-5;

const least = (values: readonly number[]) => values.reduce((low, value) => Math.min(low, value), Infinity);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Relative changes of the price over an hour, from every minute. */
const hourly = (mid: readonly number[]) => mid.slice(60).map((price, i) => price / mid[i]! - 1);

/** Realised volatility: the standard deviation of the logarithmic returns of a minute. */
function volatility(returns: readonly number[]): number {
  const mean = sum(returns) / returns.length;
  return Math.sqrt(sum(returns.map((r) => (r - mean) * (r - mean))) / (returns.length - 1));
}

export const priceMinutes: VectorFormat = {
  name: "eth_minutes",
  tolerance: "1e-5 relative; the summary from the rows, which calibrate the model and do not test it",
  matches: (data) => hasKeys(data, "mid", "summary"),
  check(data) {
    const { t, mid, liq_long_eth, summary } = file.parse(data);
    const { rows, worst_60min, worst_1min, long_liq_eth, rv_per_min } = summary;
    const [returns] = logReturns({ symbols: ["ETH"], usd: [Float64Array.from(mid)] }).change.map((one) => [...one]);
    const found = [
      ["rows", t.length === mid.length ? mid.length : NaN, rows],
      ["worst hour", least(hourly(mid)), worst_60min],
      ["worst minute", least(returns!), worst_1min],
      ["longs liquidated", sum(liq_long_eth), long_liq_eth],
      ["volatility of a minute", volatility(returns!), rv_per_min],
    ] as const;
    return found.map(([name, ours, expected]) => ({ name, error: relative([ours, expected]), tolerance: TOLERANCE }));
  },
};
