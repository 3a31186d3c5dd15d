import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { PriceTable } from "../../keeper/src/model/scenarios/returns.js";
import { sharedPath } from "../../test/shared-data.js";

const DAY_MS = 86_400_000;
const COINGECKO = "data/prices-coingecko-1h-2021-23";

function rowsOf(path: string): string[][] {
  const text = gunzipSync(readFileSync(path)).toString();
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
}

/** Hourly prices of one CoinGecko series in their order; rows without a price are left out. */
export function hourlyPrices(symbol: string): { atMs: number; usd: number }[] {
  const rows = rowsOf(sharedPath(`${COINGECKO}/${symbol}_usd.csv.gz`)).filter(
    (row) => row[2] !== undefined && row[2] !== "",
  );
  return rows.map((row) => ({ atMs: Number(row[1]), usd: Number(row[2]) })).sort((a, b) => a.atMs - b.atMs);
}

/** Last price of every UTC day from the first to the last day of any symbol, NaN where there is none. */
export function dailyCloses(symbols: readonly string[]): PriceTable & { readonly firstDay: string } {
  const closes = symbols.map((symbol) => {
    const byDay = new Map<number, number>();
    for (const { atMs, usd } of hourlyPrices(symbol)) byDay.set(Math.floor(atMs / DAY_MS), usd);
    return byDay;
  });
  const days = closes.flatMap((byDay) => [...byDay.keys()]);
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const usd = closes.map((byDay) =>
    Float64Array.from({ length: last - first + 1 }, (_, t) => byDay.get(first + t) ?? NaN),
  );
  return { symbols, usd, firstDay: new Date(first * DAY_MS).toISOString().slice(0, 10) };
}

/** Open, high, low and close of every hour of a Binance series whose first columns are these. */
export function hourlyBars(file: string): { day: string; open: number; high: number; low: number; close: number }[] {
  return rowsOf(sharedPath(`data/prices-1h/${file}`)).map(([date = "", open, high, low, close]) => ({
    day: date.slice(0, 10),
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
  }));
}
