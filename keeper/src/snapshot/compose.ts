import { intToBig } from "../units.js";
import type { Address } from "../units.js";
import type { PerpVenueState } from "./perps.js";
import { nameOfPool, tokensOfPool } from "./pool-state.js";
import type { PoolState } from "./pool-state.js";
import type { AssetState, Exclusion, FeedState, ForcedSale, Snapshot, VenueState } from "./snapshot.js";

/** A lending deployment, or why it cannot be read. */
export type VenuePart = { readonly venue: Address } & (
  { readonly kind: "read"; readonly view: VenueView } | { readonly kind: "unreadable"; readonly reason: string }
);

/** What a venue's adapter tells. What the base currency is worth it says itself, or names the feed; without either it is USD. */
export interface VenueView {
  readonly state: Omit<VenueState, "baseUsdE8"> & { readonly baseUsdE8?: bigint | undefined };
  readonly baseUsdFeed?: Address | undefined;
  readonly forcedSales: readonly ForcedSale[];
  readonly exclusions: readonly Exclusion[];
}

/** A perpetual venue, or why it cannot be read. */
export type PerpPart = { readonly venue: Address } & (
  { readonly kind: "read"; readonly view: PerpView } | { readonly kind: "unreadable"; readonly reason: string }
);

/** What a perpetual venue's adapter tells. A quote currency without a feed counts as USD. */
export interface PerpView {
  readonly state: Omit<PerpVenueState, "quoteUsdE8">;
  readonly quoteUsdFeed?: Address | undefined;
  readonly exclusions: readonly Exclusion[];
}

/** A pool, or why it cannot be read. `id` where one contract holds many. */
export type PoolPart = { readonly pool: Address; readonly id?: string | undefined } & (
  { readonly kind: "read"; readonly view: PoolState } | { readonly kind: "unreadable"; readonly reason: string }
);

/** A token as it describes itself; no decimals where it does not say, or says what cannot be. */
export interface Token {
  readonly token: Address;
  readonly symbol: string;
  readonly decimals: number | undefined;
  /** Why it has none that can be used. */
  readonly fault?: string | undefined;
}

/** Everything that was read of one block. */
export interface SnapshotParts {
  readonly venues: readonly VenuePart[];
  readonly pools: readonly PoolPart[];
  readonly perps?: readonly PerpPart[];
  readonly feeds: readonly FeedState[];
  readonly exclusions: readonly Exclusion[];
  /** Every asset that the other parts name. */
  readonly tokens: readonly Token[];
  readonly lookThrough: readonly { readonly asset: Address; readonly of: Address; readonly unitsWad: bigint }[];
}

const USD_E8 = 100_000_000n;
const USD_DECIMALS = 8;

/** Put the parts of a block together in canonical order; what cannot be valued is excluded with the reason. */
export function composeSnapshot(chainId: number, block: Snapshot["block"], parts: SnapshotParts): Snapshot {
  const opaque = new Set(parts.tokens.filter(({ decimals }) => decimals === undefined).map(({ token }) => token));
  const exclusions = [...parts.exclusions];
  for (const { token: id, decimals, fault } of parts.tokens) {
    if (decimals === undefined) exclusions.push({ scope: "asset", id, reason: fault ?? "decimals does not answer" });
  }
  const feeds = new Map(parts.feeds.map((feed) => [feed.feed, feed] as const));

  const venues: VenueState[] = [];
  const forcedSales: ForcedSale[] = [];
  for (const part of parts.venues) {
    const state = toVenue(part, feeds, opaque);
    if (typeof state === "string") exclusions.push({ scope: "venue", id: part.venue, reason: state });
    else venues.push(state);
    if (part.kind !== "read") continue;
    forcedSales.push(...part.view.forcedSales);
    exclusions.push(...part.view.exclusions);
  }

  const pools: PoolState[] = [];
  for (const part of parts.pools) {
    const state = toPool(part, opaque);
    if (typeof state === "string") exclusions.push({ scope: "pool", id: nameOfPool(part), reason: state });
    else pools.push(state);
  }

  const perps: PerpVenueState[] = [];
  for (const part of parts.perps ?? []) {
    const state = toPerpVenue(part, feeds);
    if (typeof state === "string") exclusions.push({ scope: "perp-venue", id: part.venue, reason: state });
    else perps.push(state);
    if (part.kind === "read") exclusions.push(...part.view.exclusions);
  }

  return {
    schema: "bulkhead/snapshot/1",
    chainId,
    block: { number: block.number, hash: block.hash, timestamp: block.timestamp },
    assets: sorted(
      parts.tokens.map((token) => toAsset(token, parts.lookThrough)),
      ({ asset }) => asset,
    ),
    feeds: sorted(parts.feeds, ({ feed }) => feed),
    venues: sorted(venues, ({ venue }) => venue),
    pools: sorted(pools, nameOfPool),
    ...(perps.length === 0 ? {} : { perps: sorted(perps, ({ venue }) => venue) }),
    forcedSales: forcedSales.sort((a, b) => a.block - b.block || a.logIndex - b.logIndex),
    exclusions: joinReasons(exclusions),
  };
}

/** A venue in USD, or why it cannot be valued. Reserves of an asset whose decimals are unknown have no price. */
function toVenue(
  part: VenuePart,
  feeds: ReadonlyMap<Address, FeedState>,
  opaque: ReadonlySet<Address>,
): VenueState | string {
  if (part.kind === "unreadable") return part.reason;
  const { state } = part.view;
  const baseUsdE8 = state.baseUsdE8 ?? baseUsd(part.view.baseUsdFeed, state.baseUnit, feeds);
  if (typeof baseUsdE8 === "string") return baseUsdE8;
  const reserves = state.reserves.map((r) => (opaque.has(r.asset) ? { ...r, priceBase: 0n } : r));
  return { ...state, baseUsdE8, reserves };
}

/** A perpetual venue in USD, or why it cannot be valued. */
function toPerpVenue(part: PerpPart, feeds: ReadonlyMap<Address, FeedState>): PerpVenueState | string {
  if (part.kind === "unreadable") return part.reason;
  const quoteUsdE8 = baseUsd(part.view.quoteUsdFeed, USD_E8, feeds);
  return typeof quoteUsdE8 === "string" ? quoteUsdE8 : { ...part.view.state, quoteUsdE8 };
}

/** USD per unit of a venue's base currency, 1e8-scaled and rounded down; or why it is unknown. */
function baseUsd(feed: Address | undefined, baseUnit: bigint, feeds: ReadonlyMap<Address, FeedState>): bigint | string {
  if (feed === undefined) {
    return baseUnit === USD_E8 ? USD_E8 : `base unit ${baseUnit} is not USD and no feed for it is configured`;
  }
  const state = feeds.get(feed);
  if (state === undefined) return `the feed ${feed} of its base currency is excluded`;
  const shift = state.decimals - USD_DECIMALS;
  const usd = shift >= 0 ? state.answer / 10n ** intToBig(shift) : state.answer * 10n ** intToBig(-shift);
  return usd > 0n ? usd : `the feed ${feed} of its base currency is below 1e-8 USD`;
}

/** A pool, or why nothing in it can be valued. */
function toPool(part: PoolPart, opaque: ReadonlySet<Address>): PoolState | string {
  if (part.kind === "unreadable") return part.reason;
  const { view } = part;
  const token = tokensOfPool(view).find((candidate) => opaque.has(candidate));
  if (token !== undefined) return `the decimals of ${token} are unknown`;
  return "sqrtPriceX96" in view && view.sqrtPriceX96 === 0n ? "the pool has no price yet" : view;
}

function toAsset({ token, symbol, decimals }: Token, links: SnapshotParts["lookThrough"]): AssetState {
  const lookThrough = links.filter(({ asset }) => asset === token).map(({ of, unitsWad }) => ({ asset: of, unitsWad }));
  // Nothing is valued with the 0 of an excluded asset: its reserves have no price and its pools are left out.
  return { asset: token, symbol, decimals: decimals ?? 0, lookThrough: sorted(lookThrough, ({ asset }) => asset) };
}

/** One exclusion for each scope and id, ascending. */
function joinReasons(exclusions: readonly Exclusion[]): Exclusion[] {
  const joined = new Map<string, Exclusion>();
  for (const exclusion of exclusions) {
    const key = `${exclusion.scope} ${exclusion.id}`;
    const other = joined.get(key);
    joined.set(key, other === undefined ? exclusion : { ...other, reason: `${other.reason}; ${exclusion.reason}` });
  }
  return sorted([...joined], ([key]) => key).map(([, exclusion]) => exclusion);
}

function sorted<T>(list: readonly T[], key: (item: T) => string): T[] {
  return list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
