import { buildSystem } from "../graph/build-system.js";
import type { MarketRules } from "../graph/markets.js";
import type { Positions, StateFlag, SystemState } from "../graph/system-state.js";
import { chainOfAsset, chainOfVenue, type CollateralChain } from "../model/collateral-chain.js";
import { snapshotHash } from "../snapshot/canonical.js";
import type { Exclusion, Snapshot, VenueKind } from "../snapshot/snapshot.js";
import type { PerpKind, PerpVenueState } from "../snapshot/perps.js";
import { fromUnits } from "../units.js";
import type { Address, Hex } from "../units.js";

export interface VenueLine {
  readonly venue: Address;
  readonly kind: VenueKind;
  readonly accounts: number;
  readonly collateralUsd: number;
  readonly debtUsd: number;
  /** Share of the venue's own debt total that its accounts add up to. */
  readonly coverageFrac: number;
}

export interface PerpLine {
  readonly venue: Address;
  readonly kind: PerpKind;
  readonly accounts: number;
  /** Open interest of both sides at index prices, USD. */
  readonly openInterestUsd: number;
  /** Undefined where losses fall on those who back the currency. */
  readonly insuranceFundUsd: number | undefined;
}

/** What there is to tell of a snapshot at a glance. USD is at the price of each venue. */
export interface ScanSummary {
  readonly block: Snapshot["block"];
  readonly snapshotHash: Hex;
  readonly venues: readonly VenueLine[];
  readonly perps: readonly PerpLine[];
  readonly accounts: number;
  readonly collateralUsd: number;
  readonly debtUsd: number;
  /** Share of all known debt that was read. */
  readonly coverageFrac: number;
  readonly pools: number;
  readonly feeds: number;
  /** The feed that was updated longest ago; undefined where none was read. */
  readonly oldestFeed: { readonly feed: Address; readonly description: string; readonly ageSec: number } | undefined;
  /** Chains of venues and of the assets that are claims on others, the most pledged first. */
  readonly chains: readonly CollateralChain[];
  readonly exclusions: readonly Exclusion[];
  readonly flags: readonly StateFlag[];
}

/** Assets whose chains are told. */
const CHAINS_OF_ASSETS = 20;

/** Sum up a snapshot. `rules`: what the calibration says of symbols. */
export function summarise(snapshot: Snapshot, rules: MarketRules): ScanSummary {
  const graph = buildSystem(snapshot, rules);
  const { state } = graph;
  const collateral = usdByVenue(state, state.collateral);
  const debt = usdByVenue(state, state.debt);
  const byAddress = new Map(snapshot.venues.map((venue) => [venue.venue, venue] as const));
  const venues = state.venues.map(({ address, coverageFrac }, v): VenueLine => {
    const { kind, accounts } = byAddress.get(address)!;
    const line = { venue: address, kind, accounts: accounts.length, coverageFrac };
    return { ...line, collateralUsd: collateral[v]!, debtUsd: debt[v]! };
  });
  const oldest = snapshot.feeds.toSorted((a, b) => a.updatedAt - b.updatedAt)[0];
  return {
    block: snapshot.block,
    snapshotHash: snapshotHash(snapshot),
    venues,
    perps: (snapshot.perps ?? []).map(perpLine),
    accounts: state.owners.length,
    collateralUsd: sum(collateral),
    debtUsd: sum(debt),
    coverageFrac: state.coverageFrac,
    pools: snapshot.pools.length,
    feeds: snapshot.feeds.length,
    oldestFeed:
      oldest === undefined
        ? undefined
        : {
            feed: oldest.feed,
            description: oldest.description,
            ageSec: snapshot.block.timestamp - oldest.updatedAt,
          },
    chains: [
      ...venues.map((_, v) => chainOfVenue(graph, v)),
      ...wrappers(state, graph).map((k) => chainOfAsset(graph, k)),
    ],
    exclusions: snapshot.exclusions,
    flags: state.flags,
  };
}

const WAD_DECIMALS = 18;
const USD_DECIMALS = 8;

function perpLine({ venue, kind, markets, accounts, quoteUsdE8, insuranceFundWad }: PerpVenueState): PerpLine {
  const quoteUsd = fromUnits(quoteUsdE8, USD_DECIMALS);
  const openInterest = markets.reduce((total, { longWad, shortWad, indexPriceWad }) => {
    return total + fromUnits(longWad + shortWad, WAD_DECIMALS) * fromUnits(indexPriceWad, WAD_DECIMALS);
  }, 0);
  const fund = insuranceFundWad === undefined ? undefined : fromUnits(insuranceFundWad, WAD_DECIMALS) * quoteUsd;
  const people = new Set(accounts.map(({ account }) => account)).size;
  return { venue, kind, accounts: people, openInterestUsd: openInterest * quoteUsd, insuranceFundUsd: fund };
}

/** Assets that are claims on others, by how much of them is pledged. */
function wrappers(state: SystemState, { backing }: ReturnType<typeof buildSystem>): number[] {
  const pledged = new Float64Array(state.assets.length);
  state.collateral.asset.forEach((k, e) => (pledged[k] = pledged[k]! + state.collateral.usd[e]!));
  return state.assets
    .map((_, k) => k)
    .filter((k) => backing.depth[k]! > 0)
    .sort((a, b) => pledged[b]! - pledged[a]! || a - b)
    .slice(0, CHAINS_OF_ASSETS);
}

function usdByVenue({ venues, accountVenue }: SystemState, { start, usd }: Positions): Float64Array {
  const total = new Float64Array(venues.length);
  accountVenue.forEach((v, i) => {
    for (let e = start[i]!; e < start[i + 1]!; e++) total[v] = total[v]! + usd[e]!;
  });
  return total;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
