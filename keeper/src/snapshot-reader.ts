import type { BlockRef } from "./chain/block-ref.js";
import { follow } from "./chain/follow.js";
import type { Derivation } from "./chain/follow.js";
import { CallReverted } from "./chain/rpc-errors.js";
import type { RpcPool } from "./chain/rpc-pool.js";
import { WordsMalformed } from "./chain/words.js";
import { followUniswapV3, viewUniswapV3 } from "./liquidity/uniswap-v3.js";
import type { UniswapV3State } from "./liquidity/uniswap-v3.js";
import { composeSnapshot } from "./snapshot/compose.js";
import type { PoolPart, Token, VenuePart } from "./snapshot/compose.js";
import type { Snapshot } from "./snapshot/snapshot.js";
import type { Address } from "./units.js";
import { followAaveV3 } from "./venues/aave-v3.js";
import type { AaveV3State } from "./venues/aave-v3.js";
import { viewAaveV3 } from "./venues/aave-view.js";
import { readFeeds } from "./venues/chainlink-feed.js";
import { readTokens } from "./venues/erc20.js";

/** What a snapshot is made of. */
export interface Sources {
  readonly venues: readonly VenueSource[];
  readonly pools: readonly { readonly kind: "uniswap-v3"; readonly pool: Address }[];
  /** Chainlink feeds beside those that the venues need. */
  readonly feeds: readonly Address[];
  /** One whole unit of `asset` is a claim on `unitsWad` (1e18-scaled) whole units of `of`. */
  readonly lookThrough: readonly { readonly asset: Address; readonly of: Address; readonly unitsWad: bigint }[];
}

export interface VenueSource {
  readonly kind: "aave-v3";
  readonly pool: Address;
  /** Block of its deployment. */
  readonly fromBlock: number;
  /** USD per unit of the venue's base currency, where that is not USD. */
  readonly baseUsdFeed?: Address;
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

/** What a source turned out to be at a block. */
type Outcome<S> =
  { readonly kind: "read"; readonly state: S } | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Open a reader. The first read of a deployment goes through its whole history; the next blocks cost what changed.
 *
 * **Units.** `resilienceWindowSec`: how long a forced sale stays in the snapshot.
 */
export function createSnapshotReader(
  pool: RpcPool,
  sources: Sources,
  options: { readonly resilienceWindowSec: number },
): SnapshotReader {
  const normalised = lowerCase(sources);
  const venues = normalised.venues.map((source) => ({
    source,
    at: follow(pool, tolerant(followAaveV3(pool, source, options.resilienceWindowSec))),
  }));
  const pools = normalised.pools.map((source) => ({
    source,
    at: follow(pool, tolerant(followUniswapV3(pool, source.pool))),
  }));
  const feeds = [...normalised.feeds, ...normalised.venues.flatMap(({ baseUsdFeed }) => baseUsdFeed ?? [])];
  let lastTokens: readonly Address[] = [];

  return {
    async read(block) {
      const reader = pool.at(block);
      const [venueParts, poolParts, feedsRead, likely] = await Promise.all([
        Promise.all(venues.map(async ({ source, at }) => toVenuePart(source, await at(block)))),
        Promise.all(pools.map(async ({ source, at }) => toPoolPart(source.pool, await at(block)))),
        readFeeds(reader, feeds),
        readTokens(reader, lastTokens),
      ]);
      const parts = { venues: venueParts, pools: poolParts, ...feedsRead, lookThrough: normalised.lookThrough };
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
function lowerCase(sources: Sources): Sources {
  const lower = (address: Address): Address => address.toLowerCase() as Address;
  return {
    venues: sources.venues.map(({ baseUsdFeed, ...venue }) => ({
      ...venue,
      pool: lower(venue.pool),
      ...(baseUsdFeed === undefined ? {} : { baseUsdFeed: lower(baseUsdFeed) }),
    })),
    pools: sources.pools.map((source) => ({ ...source, pool: lower(source.pool) })),
    feeds: sources.feeds.map(lower),
    lookThrough: sources.lookThrough.map((link) => ({ ...link, asset: lower(link.asset), of: lower(link.of) })),
  };
}

/** A contract that is not what it is taken for makes its source unreadable, not the snapshot. */
function tolerant<S>(derivation: Derivation<S>): Derivation<Outcome<S>> {
  const attempt = async (read: () => Promise<S>): Promise<Outcome<S>> => {
    try {
      return { kind: "read", state: await read() };
    } catch (cause) {
      if (!(cause instanceof CallReverted || cause instanceof WordsMalformed)) throw cause;
      // Every operator must give the same reason: no text of a node in it.
      return {
        kind: "unreadable",
        reason: cause instanceof CallReverted ? "a call of its contracts reverts" : cause.message,
      };
    }
  };
  return {
    load: (block, hint) => attempt(() => derivation.load(block, hint?.kind === "read" ? hint.state : undefined)),
    advance: (outcome, path) =>
      attempt(() =>
        outcome.kind === "read" ? derivation.advance(outcome.state, path) : derivation.load(path.at(-1)!, undefined),
      ),
  };
}

function toVenuePart({ pool, baseUsdFeed }: VenueSource, outcome: Outcome<AaveV3State>): VenuePart {
  if (outcome.kind === "unreadable") return { venue: pool, baseUsdFeed, ...outcome };
  return { venue: pool, baseUsdFeed, kind: "read", view: viewAaveV3(pool, outcome.state) };
}

function toPoolPart(pool: Address, outcome: Outcome<UniswapV3State>): PoolPart {
  if (outcome.kind === "unreadable") return { pool, ...outcome };
  return { pool, kind: "read", state: viewUniswapV3(pool, outcome.state) };
}

function tokensOf(parts: {
  readonly venues: readonly VenuePart[];
  readonly pools: readonly PoolPart[];
  readonly lookThrough: Sources["lookThrough"];
}): Address[] {
  const inVenues = parts.venues.flatMap((part) =>
    part.kind === "read" ? part.view.state.reserves.map((r) => r.asset) : [],
  );
  const inPools = parts.pools.flatMap((part) => (part.kind === "read" ? [part.state.token0, part.state.token1] : []));
  const inLinks = parts.lookThrough.flatMap(({ asset, of }) => [asset, of]);
  return [...new Set([...inVenues, ...inPools, ...inLinks])].sort();
}
