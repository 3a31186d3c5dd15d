import type { BlockRef } from "./chain/block-ref.js";
import type { RpcPool } from "./chain/rpc-pool.js";
import type { Feeds, FollowOptions, Outcome } from "./chain/source-kind.js";
import { openPool } from "./liquidity/pool-kinds.js";
import type { PoolSource } from "./liquidity/pool-kinds.js";
import { openPerps } from "./perps/perp-kinds.js";
import type { PerpSource } from "./perps/perp-kinds.js";
import { composeSnapshot } from "./snapshot/compose.js";
import type { PerpPart, PerpView, PoolPart, Token, VenuePart } from "./snapshot/compose.js";
import { nameOfPool, tokensOfPool } from "./snapshot/pool-state.js";
import type { Snapshot } from "./snapshot/snapshot.js";
import type { Address } from "./units.js";
import { readFeeds, type FeedSource } from "./venues/chainlink-feed.js";
import { readTokens } from "./venues/erc20.js";
import { openVenue } from "./venues/venue-kinds.js";
import type { VenueSource } from "./venues/venue-kinds.js";
import { readWrapped, type Link } from "./wrapped/wrapped-assets.js";
import type { WrappedSource } from "./wrapped/wrapped-kinds.js";

/** What a snapshot is made of. */
export interface Sources {
  readonly venues: readonly VenueSource[];
  readonly pools: readonly PoolSource[];
  readonly perps?: readonly PerpSource[];
  /** Chainlink feeds beside those that the venues need, and how old an answer of a feed may be. */
  readonly feeds: readonly (Address | FeedSource)[];
  /** One whole unit of `asset` is a claim on `unitsWad` (1e18-scaled) whole units of `of`. */
  readonly lookThrough: readonly Link[];
  /** Tokens whose claims are read at every block. */
  readonly wrapped?: readonly WrappedSource[];
}

/** Raised where a source is configured twice: a snapshot holds each once, and its debt must not count twice. */
export class SourceRepeated extends Error {
  override readonly name = "SourceRepeated";
  constructor(what: string, source: string) {
    super(`saw ${source} twice among ${what}, expected each once; leave one of them out`);
  }
}

/** Reads snapshots: the same block gives the same bytes, whatever was read before. */
export interface SnapshotReader {
  /**
   * The state of one block. A source that is not what the configuration says is excluded with the reason.
   *
   * **Throws** {@link BlockGone}, {@link ReadsDisagree}, {@link LogsMissing}, {@link RpcUnreachable}.
   */
  read(block: BlockRef): Promise<Snapshot>;
}

/**
 * Open a reader. The first read of a deployment goes through its whole history; the next blocks cost what changed.
 *
 * **Units.** `resilienceWindowSec`: how long a forced sale stays in the snapshot.
 * **Throws** {@link SourceRepeated}.
 */
export function createSnapshotReader(pool: RpcPool, sources: Sources, options: FollowOptions): SnapshotReader {
  const venues = sources.venues.map((source) => openVenue(pool, source, options));
  const pools = sources.pools.map((source) => openPool(pool, source, options));
  const perps = (sources.perps ?? []).map((source) => openPerps(pool, source, options));
  for (const [what, opened] of Object.entries({ venues, pools, perps })) {
    const names = opened.map(({ address, id }) => nameOfPool({ pool: lower(address), id }));
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw new SourceRepeated(what, twice);
  }
  const lookThrough = sources.lookThrough.map((link) => ({ ...link, asset: lower(link.asset), of: lower(link.of) }));
  const wrapped = sources.wrapped ?? [];
  const named = new Set([...lookThrough.map(({ asset }) => asset), ...wrapped.map(({ token }) => token)]);
  const unnamed = (tokens: readonly Address[]): Address[] => tokens.filter((token) => !named.has(token));
  const feeds = [
    ...sources.feeds.map(feedSource),
    ...[...venues, ...pools, ...perps].flatMap((source) => source.feeds.map(feedSource)),
  ];
  let lastTokens: readonly Address[] = [];

  return {
    async read(block) {
      const reader = pool.at(block);
      const [venuesRead, poolsRead, perpsRead, feedsRead, likely, claims] = await Promise.all([
        Promise.all(venues.map(({ at }) => at(block))),
        Promise.all(pools.map(({ at }) => at(block))),
        Promise.all(perps.map(({ at }) => at(block))),
        readFeeds(reader, feeds),
        readTokens(reader, lastTokens),
        readWrapped(reader, wrapped, unnamed(lastTokens)),
      ]);
      const byFeed: Feeds = new Map(feedsRead.feeds.map((feed) => [feed.feed, feed] as const));
      const parts = {
        venues: venues.map(({ address }, v) => ({ venue: address, ...viewed(venuesRead[v]!, byFeed) })),
        pools: pools.map(({ address, id }, p) => ({ pool: address, id, ...viewed(poolsRead[p]!, byFeed) })),
        perps: perps.map(({ address }, p) => ({ venue: address, ...viewed(perpsRead[p]!, byFeed) })),
        ...feedsRead,
        lookThrough: [...lookThrough, ...claims.lookThrough],
      };
      const wanted = tokensOf(parts, wrapped);
      const tokens = new Map<Address, Token>(likely.map((token) => [token.token, token]));
      const missing = wanted.filter((token) => !tokens.has(token));
      const [more, found] = await Promise.all([readTokens(reader, missing), readWrapped(reader, [], unnamed(missing))]);
      for (const token of more) tokens.set(token.token, token);
      lastTokens = wanted;
      const unclear = [...claims.exclusions, ...found.exclusions].filter(({ id }) => wanted.includes(id as Address));
      return composeSnapshot(pool.chainId, block, {
        ...parts,
        exclusions: [...feedsRead.exclusions, ...unclear],
        tokens: wanted.map((token) => tokens.get(token)!),
      });
    },
  };
}

function feedSource(source: Address | FeedSource): FeedSource {
  return typeof source === "string" ? { feed: lower(source) } : { ...source, feed: lower(source.feed) };
}

/** Addresses as the chain's answers have them. */
function lower(address: Address): Address {
  return address.toLowerCase() as Address;
}

function viewed<V>(
  outcome: Outcome<V>,
  feeds: Feeds,
): { readonly kind: "read"; readonly view: V } | { readonly kind: "unreadable"; readonly reason: string } {
  return outcome.kind === "read" ? { kind: "read", view: outcome.view(feeds) } : outcome;
}

function tokensOf(
  parts: {
    readonly venues: readonly VenuePart[];
    readonly pools: readonly PoolPart[];
    readonly perps: readonly PerpPart[];
    readonly lookThrough: Sources["lookThrough"];
  },
  wrapped: readonly WrappedSource[],
): Address[] {
  const inVenues = parts.venues.flatMap((part) =>
    part.kind === "read" ? part.view.state.reserves.map((r) => r.asset) : [],
  );
  const inPools = parts.pools.flatMap((part) => (part.kind === "read" ? tokensOfPool(part.view) : []));
  const inPerps = parts.perps.flatMap((part) => (part.kind === "read" ? assetsOfPerps(part.view.state) : []));
  const inLinks = parts.lookThrough.flatMap(({ asset, of }) => [asset, of]).concat(wrapped.map(({ token }) => token));
  return [...new Set([...inVenues, ...inPools, ...inPerps, ...inLinks])].sort();
}

function assetsOfPerps({ collateralAsset, markets }: PerpView["state"]): Address[] {
  return [collateralAsset, ...markets.flatMap(({ asset }) => (asset === undefined ? [] : [asset]))];
}
