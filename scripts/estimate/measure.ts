import { ln } from "../../keeper/src/model/elementary.js";
import { estimateJumps, type Jumps } from "../../keeper/src/model/scenarios/jumps.js";
import {
  logReturns,
  returnsOf,
  standardDeviation,
  type ReturnTable,
} from "../../keeper/src/model/scenarios/returns.js";
import { dailyCloses, hourlyBars } from "./prices.js";

/** Standard deviations beyond which a day is looked at as a jump. */
const JUMP_THRESHOLD = 4;

/** Jumps of ETH: low and high of each day against its open, 2019-12..2025-11. */
export function marketJumps(): Jumps {
  const days = Map.groupBy(hourlyBars("ETHUSDT_1h_6years.csv.gz"), ({ day }) => day);
  const whole = [...days.values()].filter((bars) => bars.length >= 23);
  const against = (of: (bars: (typeof whole)[number]) => number) =>
    Float64Array.from(whole, (bars) => ln(of(bars) / bars[0]!.open));
  const closes = against((bars) => bars.at(-1)!.close);
  const falls = against((bars) => Math.min(...bars.map(({ low }) => low))).map((move) => -move);
  const rises = against((bars) => Math.max(...bars.map(({ high }) => high)));
  return estimateJumps(falls, rises, JUMP_THRESHOLD * standardDeviation(closes));
}

/** Jumps of one asset alone: what its returns leave of the market's, in its own standard deviations, then in its mean one. */
export function ownJumps(table: ReturnTable, market: string): Jumps {
  const driver = returnsOf(table, market);
  const own = table.symbols.flatMap((symbol, a) => (symbol === market ? [] : [residuals(table.change[a]!, driver)]));
  const spreads = own.map(standardDeviation);
  const pooled = own.flatMap((series, a) => [...series].map((move) => -move / spreads[a]!));
  const { perDay, meanLog, sdLog } = estimateJumps(Float64Array.from(pooled), new Float64Array(0), JUMP_THRESHOLD);
  const typical = spreads.reduce((sum, spread) => sum + spread, 0) / spreads.length;
  return { perDay, meanLog: meanLog * typical, sdLog: sdLog * typical };
}

function residuals(change: Float64Array, driver: Float64Array): Float64Array {
  const both = Int32Array.from(change.keys()).filter((t) => !Number.isNaN(change[t]! + driver[t]!));
  const product = both.reduce((sum, t) => sum + change[t]! * driver[t]!, 0);
  const slope = product / both.reduce((sum, t) => sum + driver[t]! * driver[t]!, 0);
  return Float64Array.from(both, (t) => change[t]! - slope * driver[t]!);
}

/** Daily log returns of `symbols`, and their window as text. */
export function dailyReturns(symbols: readonly string[]): { table: ReturnTable; window: string } {
  const prices = dailyCloses(symbols);
  const table = logReturns(prices);
  return { table, window: `from ${prices.firstDay}, ${table.change[0]!.length} days` };
}
