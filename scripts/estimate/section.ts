import { sampleCorrelation, shrunkCorrelation } from "../../keeper/src/model/scenarios/correlation.js";
import type { Jumps } from "../../keeper/src/model/scenarios/jumps.js";
import { tailDays } from "../../keeper/src/model/scenarios/returns.js";
import { depegFalls } from "./depegs.js";
import { dailyReturns, marketJumps, ownJumps } from "./measure.js";

/** ETH first: the market that everything else is measured against. */
const SYMBOLS = "WETH stETH WBTC LINK AAVE UNI MKR CRV SNX YFI BAL ENS CVX 1INCH".split(" ");
const STABLES = "USDT FRAX LUSD GUSD TUSD sUSD BUSD FEI".split(" ");
const TAIL_SHARE = 0.05;
const COINGECKO = "hourly USD prices of CoinGecko (bhemen/aave-data bb4b9c93e927)";

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** What of a calibration's `scenarios` the recorded prices tell. */
export function measuredSection(date: string) {
  const entry = (value: unknown, source: string, window: string) => ({ value, source, window, date });
  const { table, window } = dailyReturns(SYMBOLS);
  const market = SYMBOLS[0]!;
  const all = Int32Array.from(table.change[0]!.keys());
  const tail = tailDays(table, market, TAIL_SHARE);
  const size = SYMBOLS.length;
  const estimate = (days: Int32Array, centre: "mean" | "zero", when: string) => {
    const { matrix, shrinkFrac, meanCorrelation } = shrunkCorrelation(sampleCorrelation(table, days, centre), size);
    const rows = SYMBOLS.map((_, i) => [...matrix.slice(i * size, i * size + i + 1)].map((r) => round(r, 3)));
    const how = `about ${centre}, shrunk by ${round(shrinkFrac, 2)} to the constant ${round(meanCorrelation, 2)}`;
    return entry(rows, `correlations of daily log returns ${how}; ${COINGECKO}`, `${window}${when}`);
  };
  const tailWhen = `; ${tail.days.length} of them with ${market} at or below ${round(tail.thresholdLog, 3)}`;
  const jumps = (of: Jumps, source: string, when: string) => ({
    perDay: entry(round(of.perDay, 4), source, when),
    meanLog: entry(round(of.meanLog, 3), source, when),
    sdLog: entry(round(of.sdLog, 3), source, when),
  });
  const falls = [...depegFalls(STABLES)].map(([symbol, fall]) => {
    const pair = symbol === "USDC" ? "hourly closes of USDCUSDT on Binance" : COINGECKO;
    return [symbol, entry(round(fall, 3), `largest fall below par in a day; ${pair}`, window)] as const;
  });
  return {
    correlation: {
      symbols: entry(SYMBOLS, "measured assets, the market first", window),
      normal: estimate(all, "mean", ""),
      tail: estimate(tail.days, "zero", tailWhen),
    },
    jumps: {
      market: jumps(
        marketJumps(),
        "falls less rises of a day beyond 4 sd; hourly ETHUSDT of Binance",
        "2019-12..2025-11",
      ),
      own: jumps(ownJumps(table, market), `falls beyond 4 sd of what ${market} leaves; ${COINGECKO}`, window),
    },
    falls: Object.fromEntries(falls),
  };
}
