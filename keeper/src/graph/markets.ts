import { nameOfPool, tokensOfPool } from "../snapshot/pool-state.js";
import type { PoolState } from "../snapshot/pool-state.js";
import type { AssetState } from "../snapshot/snapshot.js";
import { fromUnits } from "../units.js";
import { commonPrice, tabulate, type DepthCurve, type UnitsSoldTo } from "./depth-curve.js";
import { curveOfPool } from "./pool-quote.js";
import type { StateFlag } from "./system-state.js";

/** What the graph must be told about symbols; all of it comes from the calibration. */
export interface MarketRules {
  readonly stables: ReadonlySet<string>;
  /** Symbols that others are priced in, most usual first: of a pool between two, the later one is the base. */
  readonly quotes: readonly string[];
  /** A pool that absorbs less than this on a 10 % drop prices nothing. */
  readonly minPoolDepthUsd: number;
}

/** The market of one asset: its depth, its price, and what a sale of it goes on as. */
export interface Market {
  readonly curve: DepthCurve;
  readonly priceUsd: number;
  readonly feeFrac: number;
  /** Shares of a sale by the index of the quote asset; stables are left out, they end the chain. */
  readonly passOn: ReadonlyMap<number, number>;
}

interface OrientedPool {
  readonly pool: PoolState;
  readonly base: number;
  readonly quote: number;
}

interface UsablePool {
  readonly quote: number;
  readonly midUsd: number;
  readonly sold: UnitsSoldTo;
  readonly feeFrac: number;
}

/** The drop at which pools are weighed against each other and against `minPoolDepthUsd`. */
const WEIGHING_DROP = 0.1;

/**
 * Build the market of every asset that is the base of a pool, quotes first, so that a chain of pools (stETH in WETH,
 * WETH in USDC) is valued in USD. `venueUsd[k]` is the venue price in USD or NaN.
 */
export function marketsOf(
  assets: readonly AssetState[],
  pools: readonly PoolState[],
  venueUsd: Float64Array,
  rules: MarketRules,
): { markets: ReadonlyMap<number, Market>; flags: StateFlag[] } {
  const rank = (k: number): number => quoteRank(assets[k]!, rules);
  const flags: StateFlag[] = [];
  const oriented: OrientedPool[] = [];
  for (const pool of pools) {
    const found = orient(pool, assets, rank);
    oriented.push(...found);
    if (found.length === 0) flags.push(unused(pool, "no side of it is a base asset with a known quote"));
  }
  const markets = new Map<number, Market>();
  for (const base of basesQuotesFirst(oriented, rank)) {
    const usable: UsablePool[] = [];
    for (const o of oriented.filter((p) => p.base === base)) {
      const pool = usablePool(o, assets, quoteUsd(o.quote, { assets, markets, venueUsd, rules }));
      if (pool && depthUsd(pool) > 0 && depthUsd(pool) >= rules.minPoolDepthUsd) usable.push(pool);
      else flags.push(unused(o.pool, "not started, too thin or its quote has no price"));
    }
    if (usable.length > 0)
      markets.set(
        base,
        together(usable, (k) => rules.stables.has(assets[k]!.symbol)),
      );
  }
  return { markets, flags };
}

function unused(pool: PoolState, reason: string): StateFlag {
  return { kind: "pool-unused", id: nameOfPool(pool), reason };
}

/** Stables rank lowest, then the usual quotes in their order, then everything else. */
function quoteRank(asset: AssetState, rules: MarketRules): number {
  if (rules.stables.has(asset.symbol)) return -1;
  const at = rules.quotes.indexOf(asset.symbol);
  return at < 0 ? rules.quotes.length : at;
}

/**
 * The token of the lowest rank is the quote of all others. Two of one rank: the claim on the other is the base, else the
 * higher address. A pool of stables only is no market. What is sold of one base does not move the others': a pool of three
 * is deep for each, and how they share that depth is left out.
 */
function orient(pool: PoolState, assets: readonly AssetState[], rank: (k: number) => number): OrientedPool[] {
  const places = tokensOfPool(pool).map((token) => assets.findIndex((a) => a.asset === token));
  if (places.some((k) => k < 0) || places.every((k) => rank(k) === -1)) return [];
  const claimsOn = (j: number, k: number) => assets[j]!.lookThrough.some((claim) => claim.asset === assets[k]!.asset);
  const order = (j: number, k: number) => rank(j) - rank(k) || (claimsOn(j, k) ? 1 : claimsOn(k, j) ? -1 : j - k);
  const [quote, ...bases] = places.toSorted(order);
  return bases.filter((base) => rank(base) > -1).map((base) => ({ pool, base, quote: quote! }));
}

function basesQuotesFirst(oriented: readonly OrientedPool[], rank: (k: number) => number): number[] {
  const bases = [...new Set(oriented.map((p) => p.base))];
  return bases.sort((a, b) => rank(a) - rank(b) || a - b);
}

interface PriceSources {
  readonly assets: readonly AssetState[];
  readonly markets: ReadonlyMap<number, Market>;
  readonly venueUsd: Float64Array;
  readonly rules: MarketRules;
}

/** A quote's own market first, then its venue's price; a stable that no venue prices is taken at par. */
function quoteUsd(quote: number, { assets, markets, venueUsd, rules }: PriceSources): number {
  const own = markets.get(quote);
  if (own) return own.priceUsd;
  const venue = venueUsd[quote]!;
  if (Number.isNaN(venue) && rules.stables.has(assets[quote]!.symbol)) return 1;
  return venue;
}

function usablePool(o: OrientedPool, assets: readonly AssetState[], quotePriceUsd: number): UsablePool | null {
  if (!(quotePriceUsd > 0)) return null;
  const curve = curveOfPool(o.pool, { base: assets[o.base]!.asset, quote: assets[o.quote]!.asset });
  if (curve === undefined) return null;
  const baseUnit = fromUnits(1n, assets[o.base]!.decimals);
  const quoteUnit = fromUnits(1n, assets[o.quote]!.decimals);
  const midUsd = ((curve.price * quoteUnit) / baseUnit) * quotePriceUsd;
  const sold: UnitsSoldTo = (price) => curve.soldTo(price / midUsd) * baseUnit;
  return { quote: o.quote, midUsd, sold, feeFrac: curve.feeFrac };
}

function depthUsd(pool: UsablePool): number {
  return pool.sold(pool.midUsd * (1 - WEIGHING_DROP)) * pool.midUsd;
}

function together(pools: readonly UsablePool[], isStable: (k: number) => boolean): Market {
  const sold = pools.map((p) => p.sold);
  const priceUsd = commonPrice(
    sold,
    pools.map((p) => p.midUsd),
  );
  let total = 0;
  for (const pool of pools) total += depthUsd(pool);
  const passOn = new Map<number, number>();
  for (const pool of pools) {
    if (!isStable(pool.quote)) passOn.set(pool.quote, (passOn.get(pool.quote) ?? 0) + depthUsd(pool) / total);
  }
  return {
    curve: tabulate(sold, priceUsd, priceUsd),
    priceUsd,
    feeFrac: Math.max(...pools.map((p) => p.feeFrac)),
    passOn,
  };
}
