import { largestFall } from "../../keeper/src/model/scenarios/returns.js";
import { dailyCloses, hourlyBars, hourlyPrices } from "./prices.js";

/** Largest fall below par within 24 hours: of stables by the hour, USDC's on Binance; of stETH against ETH by the day. */
export function depegFalls(stables: readonly string[]): ReadonlyMap<string, number> {
  const usdc = Float64Array.from(hourlyBars("binance_USDCUSDT_1h.csv.gz"), ({ close }) => close);
  const { usd } = dailyCloses(["stETH", "WETH"]);
  const ratio = usd[0]!.map((price, t) => price / usd[1]![t]!);
  const falls = new Map([
    ["USDC", largestFall(belowPar(usdc), 24)],
    ["stETH", largestFall(belowPar(ratio), 1)],
  ]);
  for (const symbol of stables) {
    const hourly = Float64Array.from(hourlyPrices(symbol), ({ usd }) => usd);
    falls.set(symbol, largestFall(belowPar(hourly), 24));
  }
  return falls;
}

/** What comes down from above par to par is no depeg. */
function belowPar(prices: Float64Array): Float64Array {
  return prices.map((price) => Math.min(1, price));
}
