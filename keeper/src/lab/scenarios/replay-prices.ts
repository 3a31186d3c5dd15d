import exp from "@stdlib/math-base-special-exp";
import ln from "@stdlib/math-base-special-ln";
import { BASE_DECIMALS, type BaseCurrency, type PriceDriver } from "../../books/book.js";
import { formatDecimal, parseDecimalNearest } from "../../books/decimal.js";
import { fromUnits, toUnitsDown } from "../../units.js";
import type { PathStep, Scenario } from "./scenario.js";

/**
 * Recorded prices laid over a market that stands elsewhere: a book of June 2023 replayed with June 2022.
 *
 * ETH/USD follows the recorded *changes*. stETH/ETH is a discount to par, so it approaches the recorded *level*: within the
 * first hours it glides, linear in log price, from the market's own ratio to the recorded one, and then stays on it.
 */

/** How long a `level` series takes from the market's price to the recorded one. */
const ENTRY_SEC = 6 * 3600;

/** A market that the path is laid over. */
export interface ReplayMarket {
  readonly base: BaseCurrency;
  readonly assets: readonly {
    readonly symbol: string;
    /** Base currency per whole unit, before the replay: a decimal string. */
    readonly price: string;
    readonly follows: PriceDriver;
  }[];
}

export interface ReplayStep {
  /** Unix seconds. */
  readonly timestamp: number;
  /** Base currency per whole unit, decimal strings. Without WETH where ETH is the base currency: that is always one. */
  readonly prices: Readonly<Record<string, string>>;
}

/**
 * Price every asset of a market along a path. The first step is the market's own prices, to the last digit.
 *
 * **Units.** Decimal strings in the base currency with at most its decimals, rounded down.
 */
export function replayPrices(scenario: Scenario, path: readonly PathStep[], market: ReplayMarket): ReplayStep[] {
  const start = ratioToEther(market, "stETH") ?? 1;
  const steth = scenario.series.find(({ symbol }) => symbol === "stETH");
  const first = path[0];
  if (first === undefined) return [];
  return path.map(({ timestamp, prices }) => {
    const ether = ratio(prices, first.prices, "ETH");
    const weight = Math.min(1, (timestamp - first.timestamp) / ENTRY_SEC);
    const level = (prices.stETH ?? 1) / (prices.ETH ?? 1);
    const staked = steth === undefined ? 1 : exp(weight * (ln(level) - ln(start)));
    return { timestamp, prices: stepPrices(market, factorsOf(market.base, ether, staked)) };
  });
}

type Factors = Readonly<Record<PriceDriver, number>>;

/** By how much each driver has changed in base currency since the start. */
function factorsOf(base: BaseCurrency, ether: number, staked: number): Factors {
  return base === "USD" ? { USD: 1, ETH: ether, stETH: ether * staked } : { USD: 1 / ether, ETH: 1, stETH: staked };
}

function stepPrices({ base, assets }: ReplayMarket, factors: Factors): Record<string, string> {
  const decimals = BASE_DECIMALS[base];
  const moved = (price: string, factor: number): string =>
    factor === 1 ? price : formatDecimal(toUnitsDown(Number(price) * factor, decimals), decimals);
  const priced = assets.filter(({ symbol }) => base === "USD" || symbol !== "WETH");
  return Object.fromEntries(priced.map(({ symbol, price, follows }) => [symbol, moved(price, factors[follows])]));
}

function ratio(now: PathStep["prices"], then: PathStep["prices"], symbol: string): number {
  return (now[symbol] ?? 1) / (then[symbol] ?? 1);
}

function ratioToEther({ base, assets }: ReplayMarket, symbol: string): number | undefined {
  const decimals = BASE_DECIMALS[base];
  const priceOf = (wanted: string): number | undefined => {
    const price = assets.find((asset) => asset.symbol === wanted)?.price;
    return price === undefined ? undefined : fromUnits(parseDecimalNearest(price, decimals), decimals);
  };
  const ether = base === "ETH" ? 1 : priceOf("WETH");
  const asset = priceOf(symbol);
  return asset === undefined || ether === undefined ? undefined : asset / ether;
}
