import { averageBetween, averageOwn } from "../execution.js";
import { marginalFactor } from "../impact.js";
import type { PriceState, Shock } from "../price-state.js";
import type { SystemState } from "../../graph/system-state.js";
import type { PerpBook, PerpRun } from "./perp-book.js";
import type { PerpPrices } from "./waterfall.js";

/** Where perps find the price of what they follow. */
export interface SpotMarket {
  readonly state: SystemState;
  readonly prices: PriceState;
  readonly shock: Shock;
}

/**
 * Prices of a round: an asset's market price, times the premium of the market's own order book where it has one.
 *
 * Liquidations that trade in the asset's own depth start where the sales before this round left it, like everybody else's.
 */
export function perpPrices(book: PerpBook, run: PerpRun, spot: SpotMarket): PerpPrices {
  const { prices, shock } = spot;
  const mark = Float64Array.from(book.markets, ({ asset, curve }, c) => {
    const price = prices.price[asset]!;
    return curve === null ? price : price * marginalFactor(curve, depthOf(c, soldInBook(run, c)));
  });
  return { mark, execute };

  function depthOf(c: number, usd: number): number {
    const { asset } = book.markets[c]!;
    return (usd * (1 - shock.dropFrac[asset]!)) / shock.depthFactor[asset]!;
  }

  function execute(c: number, flowUsd: number): number {
    const { asset, curve } = book.markets[c]!;
    if (curve !== null) {
      const from = soldInBook(run, c);
      return prices.price[asset]! * averageBetween(curve, depthOf(c, from), depthOf(c, from + flowUsd));
    }
    const own = prices.ownFactor[asset]!;
    const sold = prices.temporaryUsd[asset]! + prices.permanentUsd[asset]!;
    return own > 0 ? (prices.price[asset]! / own) * averageOwn(spot, asset, sold, flowUsd) : 0;
  }
}

/** USD at t0 that a market's own order book has taken. */
function soldInBook({ temporaryUsd, permanentUsd }: PerpRun, c: number): number {
  return temporaryUsd[c]! + permanentUsd[c]!;
}

/** Let the round's flows press on prices: on the asset's (`soldUsd[K]`), or on the market's own book. */
export function addPerpFlows(
  book: PerpBook,
  run: PerpRun,
  { keepFrac, permanentFrac }: { readonly keepFrac: number; readonly permanentFrac: number },
  soldUsd: Float64Array,
): void {
  book.markets.forEach(({ asset, curve }, c) => {
    const flow = run.flowUsd[c]!;
    if (curve === null) {
      soldUsd[asset] = soldUsd[asset]! + flow;
      return;
    }
    run.temporaryUsd[c] = keepFrac * run.temporaryUsd[c]! + (1 - permanentFrac) * flow;
    run.permanentUsd[c] = run.permanentUsd[c]! + permanentFrac * flow;
  });
}
