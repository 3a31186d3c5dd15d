import type { SystemState } from "../graph/system-state.js";
import { marginalFactor, tableDrop, tableUsd } from "./impact.js";

/** What happens to prices from outside, and how deep markets are while it does. */
export interface Shock {
  /** `Float64Array[K]`: drop of a base asset's price, or of a derived asset's discount, below 1; negative is a rise. */
  readonly dropFrac: Float64Array;
  /** `Float64Array[K]`: depth as a multiple of what was read; 1 is unthinned. */
  readonly depthFactor: Float64Array;
}

/** Prices of one cascade. All `Float64Array[K]`; prices are multiples of t0, sales are USD at t0's market price. */
export interface PriceState {
  readonly price: Float64Array;
  readonly temporaryUsd: Float64Array;
  readonly permanentUsd: Float64Array;
  /** Cumulative USD of a table at the shocked price: where forced sales start on it. */
  readonly offsetUsd: Float64Array;
  /** An asset's own factor after its shock and `markedUsd` of sales: kept until those change. NaN marks nothing. */
  readonly ownFactor: Float64Array;
  readonly markedUsd: Float64Array;
}

export function createPriceState(assets: number): PriceState {
  return {
    price: new Float64Array(assets),
    temporaryUsd: new Float64Array(assets),
    permanentUsd: new Float64Array(assets),
    offsetUsd: new Float64Array(assets),
    ownFactor: new Float64Array(assets),
    markedUsd: new Float64Array(assets).fill(NaN),
  };
}

/** Forget all sales. */
export function clearSales(prices: PriceState): void {
  prices.temporaryUsd.fill(0);
  prices.permanentUsd.fill(0);
}

/** Move to the shocked prices, with the sales so far still on the market. */
export function shockPrices(prices: PriceState, state: SystemState, shock: Shock): void {
  for (let k = 0; k < state.assets.length; k++) {
    const { curve } = state.assets[k]!;
    prices.offsetUsd[k] = curve.kind === "table" ? tableUsd(curve.drop, curve.usd, shock.dropFrac[k]!) : 0;
  }
  prices.markedUsd.fill(NaN);
  markPrices(prices, state, shock);
}

/**
 * Mark every asset at its marginal price after the sales so far.
 *
 * A family's curve is in USD at the shocked price, v = Q p_exo (MODEL 5.4). A table was read from pools that stand at
 * t0: the shock walks along it first (arbitrage sells into the same pools) and forced sales go on from there, so that
 * liquidity out of range is out of reach.
 */
export function markPrices(prices: PriceState, state: SystemState, shock: Shock): void {
  const { price } = prices;
  const size = state.assets.length;
  for (let k = 0; k < size; k++) {
    const soldUsd = prices.temporaryUsd[k]! + prices.permanentUsd[k]!;
    if (soldUsd !== prices.markedUsd[k]) {
      prices.markedUsd[k] = soldUsd;
      prices.ownFactor[k] = ownFactor(prices, state, shock, k);
    }
    price[k] = prices.ownFactor[k]!;
  }
  lookThroughPrices(state, price);
}

/** Prices after `shock` and before any sale, as multiples of t0, into `price[K]`. */
export function exogenousPrices(state: SystemState, shock: Shock, price: Float64Array): void {
  for (let k = 0; k < price.length; k++) price[k] = 1 - shock.dropFrac[k]!;
  lookThroughPrices(state, price);
}

/** A derived asset is its backing's value times its own discount. */
function lookThroughPrices({ backing: { start, asset, weight } }: SystemState, price: Float64Array): void {
  for (let j = 0; j < price.length; j++) {
    if (start[j] === start[j + 1]) continue;
    let nav = 0;
    for (let e = start[j]!; e < start[j + 1]!; e++) nav += weight[e]! * price[asset[e]!]!;
    price[j] = nav * price[j]!;
  }
}

function ownFactor(prices: PriceState, state: SystemState, shock: Shock, k: number): number {
  const exogenous = 1 - shock.dropFrac[k]!;
  const sold = prices.markedUsd[k]!;
  if (sold === 0) return exogenous;
  const { curve } = state.assets[k]!;
  const scaled = sold / shock.depthFactor[k]!;
  if (curve.kind !== "table") return exogenous * marginalFactor(curve, scaled * exogenous);
  const marked = 1 - tableDrop(curve.drop, curve.usd, prices.offsetUsd[k]! + scaled);
  return sold > 0 ? Math.min(exogenous, marked) : Math.max(exogenous, marked);
}
