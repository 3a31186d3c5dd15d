import type { AssetState, ReserveState, Snapshot, VenueState } from "../snapshot/snapshot.js";
import { BPS_ONE, fromUnits } from "../units.js";
import { backingOf, isDerived, weightRows, type Backing } from "./backing.js";
import { marketsOf, type Market, type MarketRules } from "./markets.js";
import { systemCoverage, usdPerBaseStep, venueCoverage } from "./coverage.js";
import { packPositions } from "./positions.js";
import type { AssetView, ReserveView, StateFlag, SystemState, VenueView, WeightRows } from "./system-state.js";

const WAD_DECIMALS = 18;

/** What {@link buildSystem} makes of a snapshot: the kernels' state, and the claims that rehypothecation is counted on. */
export interface SystemGraph {
  readonly state: SystemState;
  readonly backing: Backing;
}

/**
 * Turn a snapshot into typed arrays.
 *
 * A venue in which a used reserve has no positive price is left out and flagged: a zero would read as safety. The debt
 * left out counts against coverage, and so does every venue that could not be read at all, as if it owed as much as the
 * mean of the others.
 */
export function buildSystem(snapshot: Snapshot, rules: MarketRules): SystemGraph {
  const { assets } = snapshot;
  const flags: StateFlag[] = [];
  const priced = snapshot.venues.filter((venue) => {
    const missing = unpricedReserve(venue);
    if (missing)
      flags.push({ kind: "venue-excluded", id: venue.venue, reason: `no price for reserve ${missing.asset}` });
    return missing === undefined;
  });
  const venueUsd = venuePrices(assets, priced);
  const { markets, flags: poolFlags } = marketsOf(assets, snapshot.pools, venueUsd, rules);
  const baseUsd = venueUsd.map((usd, k) => (Number.isNaN(usd) ? (markets.get(k)?.priceUsd ?? NaN) : usd));
  const backing = backingOf(assets, baseUsd);
  const views = assetViews(assets, { markets, backing, rules });
  const reserves = reserveViews(priced, assets, views);
  const passOn = passOnRows(assets.length, markets, backing);
  const state: SystemState = {
    assets: views,
    venues: priced.map((venue) => venueView(venue, snapshot)),
    reserves,
    ...packPositions(priced, { assets, views, reserves }),
    saleOrder: topological(passOn, assets.length),
    backing: backing.shares,
    passOn,
    flags: [...flags, ...poolFlags, ...backing.flags, ...marketFlags(views, backing.shares, reserves)],
    coverageFrac: systemCoverage(snapshot, priced),
  };
  return { state, backing };
}

/** USD per whole unit by a venue's oracle. */
function reservePriceUsd(venue: VenueState, reserve: ReserveState): number {
  return fromUnits(reserve.priceBase, 0) * usdPerBaseStep(venue);
}

/** A reserve that somebody uses without a price: its own, or that of the e-mode category in which it is used. */
function unpricedReserve(venue: VenueState): ReserveState | undefined {
  const used = new Set<number>();
  const unpriced = new Set<number>();
  for (const account of venue.accounts) {
    const category = venue.eModes?.find(({ id }) => id === account.eMode);
    for (const [r] of [...account.collateral, ...account.debt]) {
      used.add(r);
      if (category?.priceBase === 0n && venue.reserves[r]!.eMode === category.id) unpriced.add(r);
    }
  }
  return venue.reserves.find(
    (reserve, r) => unpriced.has(r) || (used.has(r) && !(reservePriceUsd(venue, reserve) > 0)),
  );
}

/** The first venue (ascending) that prices an asset speaks for it; NaN where none does. */
function venuePrices(assets: readonly AssetState[], venues: readonly VenueState[]): Float64Array {
  const prices = new Float64Array(assets.length).fill(NaN);
  const index = new Map(assets.map((a, k) => [a.asset, k] as const));
  for (const venue of venues) {
    for (const reserve of venue.reserves) {
      const k = index.get(reserve.asset);
      const price = reservePriceUsd(venue, reserve);
      if (k !== undefined && Number.isNaN(prices[k]!) && price > 0) prices[k] = price;
    }
  }
  return prices;
}

interface ViewSources {
  readonly markets: ReadonlyMap<number, Market>;
  readonly backing: Backing;
  readonly rules: MarketRules;
}

function assetViews(assets: readonly AssetState[], { markets, backing, rules }: ViewSources): AssetView[] {
  const quotes = new Set([...markets.values()].flatMap((m) => [...m.passOn.keys()]));
  return assets.map((asset, k) => {
    const market = markets.get(k);
    const stable = rules.stables.has(asset.symbol);
    const derived = isDerived(backing.shares, k);
    const worthless = backing.unitUsd[k] === 0;
    const endless = !worthless && (stable || derived || quotes.has(k));
    return {
      address: asset.asset,
      symbol: asset.symbol,
      stable,
      curve: market?.curve ?? { kind: endless ? "inf" : "none" },
      marketUsd: market?.priceUsd ?? backing.unitUsd[k]!,
      poolFeeFrac: market?.feeFrac ?? 0,
      pooled: market !== undefined,
    };
  });
}

function reserveViews(
  venues: readonly VenueState[],
  assets: readonly AssetState[],
  views: readonly AssetView[],
): ReserveView[] {
  const index = new Map(assets.map((a, k) => [a.asset, k] as const));
  return venues.flatMap((venue, v) =>
    venue.reserves.map((reserve) => {
      const asset = index.get(reserve.asset);
      if (asset === undefined)
        throw new RangeError(`reserve ${reserve.asset}: expected it among the snapshot's assets`);
      const priceUsd = reservePriceUsd(venue, reserve);
      const view = views[asset]!;
      return {
        venue: v,
        asset,
        priceUsd,
        gapFrac: view.pooled && priceUsd > 0 ? view.marketUsd / priceUsd - 1 : 0,
        ltvFrac: reserve.ltvBps / BPS_ONE,
        liquidationThresholdFrac: reserve.liquidationThresholdBps / BPS_ONE,
        bonusFrac: reserve.liquidationBonusBps / BPS_ONE,
        open: reserve.active && !reserve.frozen && !reserve.paused,
        suppliedUsd: fromUnits(reserve.suppliedUnits, assets[asset]!.decimals) * priceUsd,
      };
    }),
  );
}

function venueView(venue: VenueState, snapshot: Snapshot): VenueView {
  return {
    address: venue.venue,
    closeFactorFrac: venue.closeFactorBps / BPS_ONE,
    fullCloseHf: fromUnits(venue.fullCloseHfWad, WAD_DECIMALS),
    dustUsd: fromUnits(venue.fullCloseBase ?? 0n, 0) * usdPerBaseStep(venue),
    coverageFrac: venueCoverage(venue, snapshot),
  };
}

/** Pool quotes where there is a pool, the direct claims by value where there is only redemption, else nothing. */
function passOnRows(size: number, markets: ReadonlyMap<number, Market>, backing: Backing): WeightRows {
  return weightRows(size, (j) => {
    const market = markets.get(j);
    if (market) return [...market.passOn].sort((a, b) => a[0] - b[0]);
    const row: [number, number][] = [];
    for (let k = 0; k < size; k++) {
      const units = backing.claims[j * size + k]!;
      if (units > 0 && k !== j) row.push([k, (units * backing.navUsd[k]!) / backing.navUsd[j]!]);
    }
    return row;
  });
}

/** Assets so that whatever a sale passes on to comes later; a cycle (which only odd pools make) keeps index order. */
function topological(rows: WeightRows, size: number): Int32Array {
  const incoming = new Int32Array(size);
  for (const k of rows.asset) incoming[k] = incoming[k]! + 1;
  const order: number[] = [];
  const left = new Set(Array.from({ length: size }, (_, k) => k));
  while (left.size > 0) {
    const next = [...left].find((k) => incoming[k] === 0) ?? [...left][0]!;
    left.delete(next);
    order.push(next);
    for (let e = rows.start[next]!; e < rows.start[next + 1]!; e++) {
      const k = rows.asset[e]!;
      incoming[k] = incoming[k]! - 1;
    }
  }
  return Int32Array.from(order);
}

function marketFlags(views: readonly AssetView[], shares: WeightRows, reserves: readonly ReserveView[]): StateFlag[] {
  const flags: StateFlag[] = [];
  views.forEach((view, k) => {
    const isReserve = reserves.some((r) => r.asset === k);
    const derived = isDerived(shares, k);
    if (view.curve.kind === "none" && isReserve) {
      flags.push({ kind: "no-market", id: view.address, reason: "no pool takes it: worth nothing to a liquidator" });
    }
    if (view.curve.kind === "inf" && !view.stable && !derived) {
      flags.push({
        kind: "numeraire",
        id: view.address,
        reason: "others are priced in it and no pool prices it in a stable",
      });
    }
  });
  return flags;
}
