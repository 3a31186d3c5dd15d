import type { SystemState } from "../graph/system-state.js";
import { averageOwn } from "./execution.js";
import { passOnSales } from "./pass-on-sales.js";
import type { PriceState, Shock } from "./price-state.js";

/** What liquidators want. MODEL 5.5. */
export interface Participation {
  /** Cost of one liquidation. */
  readonly gasUsd: number;
  /** `Float64Array[V]`: debt that liquidators repay in one round at most; Infinity where nothing limits them. */
  readonly capacityUsd: Float64Array;
  /** Repay while it does not lose (competition), or only what earns most (a single liquidator). */
  readonly sizing: "break-even" | "best";
}

/** A liquidation that the rules allow. */
export interface Offer {
  readonly account: number;
  readonly venue: number;
  /** The most that may be repaid, at the oracle's prices. */
  readonly repaidUsd: number;
  /** Per USD repaid: USD, at t0's market price, sold of an asset; negative where the debt has to be bought. */
  readonly legs: readonly (readonly [asset: number, usd: number])[];
  /** Per USD repaid: what it costs beside the legs. 1, or 0 where the debt is a leg. */
  readonly cashUsd: number;
}

/** What a liquidator took of an offer. */
export interface Taken {
  readonly repaidUsd: number;
  /** After gas and all sales before it. */
  readonly profitUsd: number;
}

/** Where liquidators sell: the marks of the round, and sales that were agreed on since. */
export interface SaleMarket {
  readonly state: SystemState;
  readonly prices: PriceState;
  readonly shock: Shock;
  /** `Float64Array[K]`: sales of this round so far, with what they pass on. */
  readonly pendingUsd: Float64Array;
}

/** Halvings of a search: enough for float64. */
const HALVINGS = 60;
/** Thirds of a search for a flat maximum, which float64 finds to eight digits. */
const THIRDS = 90;

/**
 * Who is liquidated in this round, and how far: offers are taken in order of the most that each could earn, at the market
 * that those before it leave, until the marginal one earns nothing or its venue's capacity is used up. Same order as `offers`.
 *
 * What is not taken is stranded: it stays with the account. `market.pendingUsd` ends with all sales in it.
 *
 * **Source.** MODEL 5.5.
 */
export function takeOffers(offers: readonly Offer[], market: SaleMarket, terms: Participation): Taken[] {
  const flows = offers.map((offer) => flowOf(market, offer));
  const alone = offers.map((offer, m) => {
    const profit = (repaidUsd: number) => profitUsd(market, offer, flows[m]!, repaidUsd);
    return profit(bestSize(offer.repaidUsd, profit));
  });
  const order = offers
    .map((_, m) => m)
    .sort((a, b) => alone[b]! - alone[a]! || offers[a]!.account - offers[b]!.account);
  const capacity = Float64Array.from(terms.capacityUsd);
  const taken = offers.map((): Taken => ({ repaidUsd: 0, profitUsd: 0 }));
  for (const m of order) {
    const offer = offers[m]!;
    const open = { ...offer, repaidUsd: Math.min(offer.repaidUsd, capacity[offer.venue]!) };
    const repaidUsd = sizeOf(market, open, flows[m]!, terms);
    if (!(repaidUsd > 0)) continue;
    taken[m] = { repaidUsd, profitUsd: profitUsd(market, open, flows[m]!, repaidUsd) - terms.gasUsd };
    capacity[offer.venue] = capacity[offer.venue]! - repaidUsd;
    for (let k = 0; k < flows[m]!.length; k++) market.pendingUsd[k] = market.pendingUsd[k]! + repaidUsd * flows[m]![k]!;
  }
  return taken;
}

/**
 * How much of an offer pays. Profit is concave in size: nothing where its best does not cover gas, else its best, or the
 * size at which the whole liquidation no longer earns anything.
 *
 * **Source.** MODEL 5.5: on a constant-product pool without gas, x* = R(sqrt(1+b)-1)/(1+b) and x_max = bR/(1+b).
 */
function sizeOf(market: SaleMarket, offer: Offer, flow: Float64Array, { gasUsd, sizing }: Participation): number {
  const most = offer.repaidUsd;
  if (!(most > 0)) return 0;
  if (sizing === "break-even" && profitUsd(market, offer, flow, most) >= gasUsd) return most;
  const best = bestSize(most, (repaid) => profitUsd(market, offer, flow, repaid));
  const profit = profitUsd(market, offer, flow, best);
  if (!(profit > 0) || profit < gasUsd) return 0;
  if (sizing === "best") return best;
  let low = best;
  let high = most;
  for (let h = 0; h < HALVINGS; h++) {
    const middle = low + (high - low) / 2;
    if (profitUsd(market, offer, flow, middle) >= gasUsd) low = middle;
    else high = middle;
  }
  return low;
}

/** Where a concave function is largest in [0, most]. */
function bestSize(most: number, value: (x: number) => number): number {
  let low = 0;
  let high = most;
  for (let h = 0; h < THIRDS; h++) {
    const third = (high - low) / 3;
    if (value(low + third) < value(high - third)) low += third;
    else high -= third;
  }
  return value(most) >= value(low) ? most : low;
}

/** Profit before gas of repaying `repaidUsd`: what the legs fetch, at average prices, less the cash. */
function profitUsd(market: SaleMarket, offer: Offer, flow: Float64Array, repaidUsd: number): number {
  const fetched = fetchedFrac(market, flow, repaidUsd);
  let usd = -offer.cashUsd * repaidUsd;
  for (const [k, sold] of offer.legs) usd += sold * repaidUsd * market.prices.price[k]! * fetched[k]!;
  return usd;
}

/**
 * What a sale fetches all the way to a stable, as a share of its value at the marks. Where it goes through several markets,
 * the averages are multiplied: less than the average of the product, as all of them fall. `Float64Array[K]`.
 */
function fetchedFrac(market: SaleMarket, flow: Float64Array, repaidUsd: number): Float64Array {
  const { state, prices, pendingUsd } = market;
  const { start, asset, weight } = state.passOn;
  const fetched = new Float64Array(flow.length).fill(1);
  for (let m = state.saleOrder.length - 1; m >= 0; m--) {
    const j = state.saleOrder[m]!;
    if (flow[j] === 0) continue;
    const marked = prices.ownFactor[j]!;
    const average = averageOwn(market, j, soldUsd(prices, j) + pendingUsd[j]!, repaidUsd * flow[j]!);
    let onward = 1;
    for (let e = start[j]!; e < start[j + 1]!; e++) onward += weight[e]! * (fetched[asset[e]!]! - 1);
    fetched[j] = marked > 0 ? (average / marked) * onward : 0;
  }
  return fetched;
}

function soldUsd(prices: PriceState, k: number): number {
  return prices.temporaryUsd[k]! + prices.permanentUsd[k]!;
}

/** Sales per USD repaid, with what they pass on. `Float64Array[K]`. */
function flowOf({ state, prices }: SaleMarket, offer: Offer): Float64Array {
  const flow = new Float64Array(state.assets.length);
  for (const [k, usd] of offer.legs) flow[k] = flow[k]! + usd;
  passOnSales(state, prices.price, flow);
  return flow;
}
