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
/** Of a size: next to nothing, and just less than all of it. */
const SLIVER_FRAC = 1e-15;
const LESS_FRAC = 1 - 1e-6;

/** An offer on its way through the market. */
interface Sale {
  readonly offer: Offer;
  /** `Float64Array[K]`: sales per USD repaid, with what they pass on; and the assets that have some, in sale order. */
  readonly flow: Float64Array;
  readonly path: readonly number[];
  /** Scratch: what a sale of each asset fetches, as a share of its value at the marks. 1 off the path. */
  readonly fetchedFrac: Float64Array;
}

/**
 * Who is liquidated in this round, and how far: offers are taken in order of the most that each could earn, at the market
 * that those before it leave, until the marginal one earns nothing or its venue's capacity is used up. Same order as `offers`.
 *
 * What is not taken is stranded: it stays with the account. `market.pendingUsd` ends with all sales in it.
 *
 * **Source.** MODEL 5.5.
 */
export function takeOffers(offers: readonly Offer[], market: SaleMarket, terms: Participation): Taken[] {
  const sales = offers.map((offer) => saleOf(market, offer));
  const alone = sales.map((sale) => profitUsd(market, sale, bestSize(market, sale, sale.offer.repaidUsd)));
  const order = offers
    .map((_, m) => m)
    .sort((a, b) => alone[b]! - alone[a]! || offers[a]!.account - offers[b]!.account);
  const capacity = Float64Array.from(terms.capacityUsd);
  const taken = offers.map((): Taken => ({ repaidUsd: 0, profitUsd: 0 }));
  for (const m of order) {
    const { venue, repaidUsd: offered } = offers[m]!;
    const sale = sales[m]!;
    const repaidUsd = sizeOf(market, sale, Math.min(offered, capacity[venue]!), terms);
    if (!(repaidUsd > 0)) continue;
    taken[m] = { repaidUsd, profitUsd: profitUsd(market, sale, repaidUsd) - terms.gasUsd };
    capacity[venue] = capacity[venue]! - repaidUsd;
    for (const k of sale.path) market.pendingUsd[k] = market.pendingUsd[k]! + repaidUsd * sale.flow[k]!;
  }
  return taken;
}

/**
 * How much of an offer pays, up to `most`. Profit is concave in size: nothing where its best does not cover gas, else its
 * best, or the size at which the whole liquidation no longer earns anything.
 *
 * **Source.** MODEL 5.5: on a constant-product pool without gas, x* = R(sqrt(1+b)-1)/(1+b) and x_max = bR/(1+b).
 */
function sizeOf(market: SaleMarket, sale: Sale, most: number, { gasUsd, sizing }: Participation): number {
  if (!(most > 0)) return 0;
  if (sizing === "break-even" && profitUsd(market, sale, most) >= gasUsd) return most;
  const best = bestSize(market, sale, most);
  const profit = profitUsd(market, sale, best);
  if (!(profit > 0) || profit < gasUsd) return 0;
  if (sizing === "best") return best;
  let low = best;
  let high = most;
  for (let h = 0; h < HALVINGS; h++) {
    const middle = low + (high - low) / 2;
    if (profitUsd(market, sale, middle) >= gasUsd) low = middle;
    else high = middle;
  }
  return low;
}

/** Where profit is largest in [0, most]: mostly at an end, and both ends are cheap to see. */
function bestSize(market: SaleMarket, sale: Sale, most: number): number {
  if (!(profitUsd(market, sale, SLIVER_FRAC * most) > 0)) return 0;
  if (profitUsd(market, sale, most) >= profitUsd(market, sale, LESS_FRAC * most)) return most;
  let low = 0;
  let high = most;
  for (let h = 0; h < THIRDS; h++) {
    const third = (high - low) / 3;
    if (profitUsd(market, sale, low + third) < profitUsd(market, sale, high - third)) low += third;
    else high -= third;
  }
  return low;
}

/** Profit before gas of repaying `repaidUsd`: what the legs fetch, at average prices, less the cash. */
function profitUsd(market: SaleMarket, sale: Sale, repaidUsd: number): number {
  sell(market, sale, repaidUsd);
  let usd = -sale.offer.cashUsd * repaidUsd;
  for (const [k, sold] of sale.offer.legs) usd += sold * repaidUsd * market.prices.price[k]! * sale.fetchedFrac[k]!;
  return usd;
}

/**
 * What a sale fetches all the way to a stable. Where it goes through several markets, the averages are multiplied: less
 * than the average of the product, as all of them fall.
 */
function sell(market: SaleMarket, { flow, path, fetchedFrac }: Sale, repaidUsd: number): void {
  const { state, prices, pendingUsd } = market;
  const { start, asset, weight } = state.passOn;
  for (let m = path.length - 1; m >= 0; m--) {
    const j = path[m]!;
    const soldUsd = prices.temporaryUsd[j]! + prices.permanentUsd[j]! + pendingUsd[j]!;
    const average = averageOwn(market, j, soldUsd, repaidUsd * flow[j]!);
    let onward = 1;
    for (let e = start[j]!; e < start[j + 1]!; e++) onward += weight[e]! * (fetchedFrac[asset[e]!]! - 1);
    fetchedFrac[j] = prices.ownFactor[j]! > 0 ? (average / prices.ownFactor[j]!) * onward : 0;
  }
}

function saleOf({ state, prices }: SaleMarket, offer: Offer): Sale {
  const flow = new Float64Array(state.assets.length);
  for (const [k, usd] of offer.legs) flow[k] = flow[k]! + usd;
  passOnSales(state, prices.price, flow);
  const path = Array.from(state.saleOrder).filter((j) => flow[j] !== 0);
  return { offer, flow, path, fetchedFrac: new Float64Array(flow.length).fill(1) };
}
