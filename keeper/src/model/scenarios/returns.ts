import { ln } from "../elementary.js";

/** Prices on consecutive days, `usd[a][t]`; NaN where unknown. */
export interface PriceTable {
  readonly symbols: readonly string[];
  readonly usd: readonly Float64Array[];
}

/** Log returns, `change[a][t]` from day t to t + 1; NaN where either price is unknown. */
export interface ReturnTable {
  readonly symbols: readonly string[];
  readonly change: readonly Float64Array[];
}

/** Days on which the market fell furthest, and its return on the mildest of them. */
export interface TailDays {
  readonly days: Int32Array;
  readonly thresholdLog: number;
}

/** What the other assets did per unit of the market's fall. */
export interface TailBeta {
  readonly symbol: string;
  readonly beta: number;
  readonly days: number;
}

/** Log returns of every asset. **Throws** `RangeError` where the series differ in length. */
export function logReturns({ symbols, usd }: PriceTable): ReturnTable {
  const days = usd[0]?.length ?? 0;
  const change = usd.map((series, a) => {
    if (series.length !== days)
      throw new RangeError(`${symbols[a]} has ${series.length} days, expected ${days} as of ${symbols[0]}: align them`);
    return Float64Array.from({ length: Math.max(0, days - 1) }, (_, t) => ln(series[t + 1]! / series[t]!));
  });
  return { symbols, change };
}

/** Returns of `symbol`. **Throws** `RangeError` where the table has none. */
export function returnsOf(table: ReturnTable, symbol: string): Float64Array {
  const at = table.symbols.indexOf(symbol);
  if (at < 0) throw new RangeError(`no returns of ${symbol}, only of ${table.symbols.join(", ")}: add its prices`);
  return table.change[at]!;
}

/** Days whose market return is at or below the `share` quantile, the ceil(share n)-th smallest; ascending. */
export function tailDays(table: ReturnTable, market: string, share: number): TailDays {
  const change = returnsOf(table, market);
  const known = change.filter((value) => !Number.isNaN(value)).sort();
  const thresholdLog = known[Math.max(1, Math.ceil(share * known.length)) - 1] ?? NaN;
  const days = Int32Array.from(change.keys()).filter((t) => change[t]! <= thresholdLog);
  return { days, thresholdLog };
}

/**
 * The ladder's direction: slope of each asset on the market through the origin, over the market's tail days.
 *
 * **Source.** MODEL 5.8. Through the origin, because a direction of the ladder has no intercept: no shock, no drop.
 */
export function tailBetas(table: ReturnTable, market: string, share: number): TailBeta[] {
  const { days } = tailDays(table, market, share);
  const driver = returnsOf(table, market);
  return table.symbols.map((symbol, a) => {
    const change = table.change[a]!;
    const both = days.filter((t) => !Number.isNaN(change[t]!));
    let product = 0;
    let square = 0;
    for (const t of both) {
      product += change[t]! * driver[t]!;
      square += driver[t]! * driver[t]!;
    }
    return { symbol, beta: product / square, days: both.length };
  });
}

/** Sample standard deviation of the known entries. */
export function standardDeviation(change: Float64Array): number {
  const known = change.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return Math.sqrt(squares / (known.length - 1));
}

/** Largest fall from a price to one at most `steps` later, as a share; unknown prices are passed over. */
export function largestFall(prices: Float64Array, steps: number): number {
  let worst = 0;
  for (let t = 0; t < prices.length; t++) {
    const end = Math.min(prices.length - 1, t + steps);
    for (let later = t + 1; later <= end; later++) {
      const fall = 1 - prices[later]! / prices[t]!;
      if (fall > worst) worst = fall;
    }
  }
  return worst;
}
