import type { BlockRef } from "./chain/block-ref.js";
import type { RpcPool } from "./chain/rpc-pool.js";
import type { Feeds, FollowOptions, Outcome } from "./chain/source-kind.js";
import { openPool } from "./liquidity/pool-kinds.js";
import type { PoolSource } from "./liquidity/pool-kinds.js";
import { composeSnapshot } from "./snapshot/compose.js";
import type { PoolPart, Token, VenuePart } from "./snapshot/compose.js";
import type { Snapshot } from "./snapshot/snapshot.js";
import type { Address } from "./units.js";
import { readFeeds } from "./venues/chainlink-feed.js";
import { readTokens } from "./venues/erc20.js";
import { openVenue } from "./venues/venue-kinds.js";
import type { VenueSource } from "./venues/venue-kinds.js";

/** What a snapshot is made of. */
export interface Sources {
  readonly venues: readonly VenueSource[];
  readonly pools: readonly PoolSource[];
  /** Chainlink feeds beside those that the venues need. */
  readonly feeds: readonly Address[];
  /** One whole unit of `asset` is a claim on `unitsWad` (1e18-scaled) whole units of `of`. */
  readonly lookThrough: readonly { readonly asset: Address; readonly of: Address; readonly unitsWad: bigint }[];
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
 */
export function createSnapshotReader(pool: RpcPool, sources: Sources, options: FollowOptions): SnapshotReader {
  const venues = sources.venues.map((source) => openVenue(pool, source, options));
  const pools = sources.pools.map((source) => openPool(pool, source, options));
  const lookThrough = sources.lookThrough.map((link) => ({ ...link, asset: lower(link.asset), of: lower(link.of) }));
  const feeds = [...sources.feeds.map(lower), ...[...venues, ...pools].flatMap((source) => source.feeds)];
  let lastTokens: readonly Address[] = [];

  return {
    async read(block) {
      const reader = pool.at(block);
      const [venuesRead, poolsRead, feedsRead, likely] = await Promise.all([
        Promise.all(venues.map(({ at }) => at(block))),
        Promise.all(pools.map(({ at }) => at(block))),
        readFeeds(reader, feeds),
        readTokens(reader, lastTokens),
      ]);
      const byFeed: Feeds = new Map(feedsRead.feeds.map((feed) => [feed.feed, feed] as const));
      const parts = {
        venues: venues.map(({ address }, v) => ({ venue: address, ...viewed(venuesRead[v]!, byFeed) })),
        pools: pools.map(({ address }, p) => ({ pool: address, ...viewed(poolsRead[p]!, byFeed) })),
        ...feedsRead,
        lookThrough,
      };
      const wanted = tokensOf(parts);
      const tokens = new Map<Address, Token>(likely.map((token) => [token.token, token]));
      const more = await readTokens(
        reader,
        wanted.filter((token) => !tokens.has(token)),
      );
      for (const token of more) tokens.set(token.token, token);
      lastTokens = wanted;
      return composeSnapshot(pool.chainId, block, { ...parts, tokens: wanted.map((token) => tokens.get(token)!) });
    },
  };
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

function tokensOf(parts: {
  readonly venues: readonly VenuePart[];
  readonly pools: readonly PoolPart[];
  readonly lookThrough: Sources["lookThrough"];
}): Address[] {
  const inVenues = parts.venues.flatMap((part) =>
    part.kind === "read" ? part.view.state.reserves.map((r) => r.asset) : [],
  );
  const inPools = parts.pools.flatMap((part) => (part.kind === "read" ? [part.view.token0, part.view.token1] : []));
  const inLinks = parts.lookThrough.flatMap(({ asset, of }) => [asset, of]);
  return [...new Set([...inVenues, ...inPools, ...inLinks])].sort();
}
