import { z } from "zod";
import { absolute, relative, worstOf, type Pair } from "./compare.js";
import type { Case, VectorFormat } from "./format.js";
import { hasKeys } from "./shape.js";

const sums = z.object({ events: z.number(), notional: z.number() });
const ticker = z.object({ liquidations: z.number(), adl: z.number(), total: z.number() });
const second = z.object({ second: z.number(), liquidations: z.number(), adls: z.number() });
const file = z.object({
  totals: z.object({
    liquidations: sums,
    adl: sums,
    total: sums,
    top_combined_tickers: z.record(z.string(), ticker).default({}),
  }),
  adl_top10: z.record(z.string(), z.object({ net_notional: z.number() })).default({}),
  first_liquidation: z.string(),
  first_adl: z.string(),
  delay_seconds: z.number(),
  timeline: z.array(second).default([]),
});

const TOLERANCE = 1e-9;
/** Figures of a market are printed to the cent. */
const CENT = 0.011;
const add = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Seconds of an ISO time, microseconds included. */
function secondsOf(time: string): number {
  const [, whole = "", fraction = "0"] = /^(\d+-\d+-\d+T[\d:]+)(\.\d+)?/.exec(time) ?? [];
  return Date.parse(`${whole}Z`) / 1000 + Number(fraction);
}

function cases({ totals, adl_top10, timeline, ...times }: z.infer<typeof file>): Case[] {
  const { liquidations, adl, total, top_combined_tickers: tickers } = totals;
  const both = (field: "events" | "notional"): Pair => [liquidations[field] + adl[field], total[field]];
  const delay: Pair = [secondsOf(times.first_adl) - secondsOf(times.first_liquidation), times.delay_seconds];
  const perSecond = (field: "liquidations" | "adls") => add(timeline.map((row) => row[field]));
  const counted: Pair[] = [
    [perSecond("liquidations"), liquidations.events],
    [perSecond("adls"), adl.events],
  ];
  return [
    worstOf("totals", TOLERANCE, [both("events"), both("notional")].map(relative)),
    { name: "delay", error: absolute(delay), tolerance: 1e-6 },
    ...(timeline.length > 0 ? [worstOf("events by second", TOLERANCE, counted.map(relative))] : []),
    ...Object.entries(tickers).map(([name, row]): Case => {
      const forced = adl_top10[name]?.net_notional ?? row.adl;
      const errors = [absolute([row.liquidations + row.adl, row.total]), absolute([forced, row.adl])];
      return worstOf(name, CENT, errors);
    }),
  ];
}

export const hyperliquidTotals: VectorFormat = {
  name: "hyperliquid_2025_10_10",
  tolerance: "1e-9 relative, markets to the cent; the file's own sums, not the model's",
  matches: (data) => hasKeys(data, "totals", "first_adl"),
  check: (data) => cases(file.parse(data)),
};
