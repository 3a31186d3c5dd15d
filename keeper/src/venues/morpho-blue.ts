import { z } from "zod";
import type { BlockReader } from "../chain/rpc-pool.js";
import { sourceKind } from "../chain/source-kind.js";
import type { Hex } from "../units.js";
import { address, bytes32, wholeFrom } from "../values.js";
import { followAccounts } from "./follow-accounts.js";
import type { AccountsVenue, Followed } from "./follow-accounts.js";
import { marketsMadeIn, morphoFilter, morphoKeysOf, morphoSalesOf } from "./morpho-logs.js";
import { readMorphoMarkets, readMorphoParams } from "./morpho-markets.js";
import type { MorphoParams, RawMorphoMarket } from "./morpho-markets.js";
import { partsOf, readMorphoPositions } from "./morpho-positions.js";
import type { MorphoPosition } from "./morpho-positions.js";
import { viewMorpho } from "./morpho-view.js";

/** Markets with debt by id, ascending. */
export type MorphoMarkets = ReadonlyMap<Hex, RawMorphoMarket>;

/** All markets at one block, before interest. Unattributed is borrowed shares, by market. */
export type MorphoState = Followed<MorphoMarkets, MorphoPosition>;

const NO_MARKET: Hex = `0x${"00".repeat(32)}`;

const schema = z.strictObject({
  kind: z.literal("morpho-blue"),
  morpho: address,
  fromBlock: wholeFrom(0).describe("block of Morpho's deployment: markets are found from there"),
  loanFeeds: z
    .array(z.strictObject({ asset: address, feed: address }))
    .min(1)
    .refine((feeds) => new Set(feeds.map(({ asset }) => asset)).size === feeds.length, {
      error: "expected one feed for each asset",
    })
    .describe("feed in USD of each token that is lent: markets of others cannot be valued, and are excluded"),
  markets: z
    .array(bytes32)
    .min(1)
    .exactOptional()
    .describe("ids of the markets to show; all where left out, though anybody can make one whose oracle says anything"),
});

/** Morpho Blue: isolated markets that anybody makes, each with one loan and one collateral token. */
export const morphoBlue = sourceKind({
  schema,
  addressOf: ({ morpho }) => morpho,
  feedsOf: ({ loanFeeds }) => loanFeeds.map(({ feed }) => feed),
  follow: (chain, source, { resilienceWindowSec }) => followAccounts(chain, morphoVenue(source), resilienceWindowSec),
  view: ({ morpho, loanFeeds, markets }, state: MorphoState, feeds) => {
    const feedOf = new Map(loanFeeds.map(({ asset, feed }) => [asset, feed] as const));
    return viewMorpho(morpho, state, { feedOf, feeds, markets: markets && new Set(markets) });
  },
});

function morphoVenue({ morpho, fromBlock }: z.output<typeof schema>): AccountsVenue<MorphoMarkets, MorphoPosition> {
  // An id is the hash of what it stands for, so that no block, and no fork, can make this stale.
  const params = new Map<Hex, MorphoParams>();
  const lastRead = new WeakMap<BlockReader, { readonly markets: number; readonly read: Promise<MorphoMarkets> }>();
  return {
    fromBlock,
    marketFollowsKeys: true,
    async readMarket(reader, seen) {
      const ids = [...seen].filter((key) => partsOf(key).account === undefined) as Hex[];
      // Whatever is no Morpho has no markets either: it is asked for one, and reverts.
      const unknown = ids.length === 0 ? [NO_MARKET] : ids.filter((id) => !params.has(id));
      for (const [id, of] of await readMorphoParams(reader, morpho, unknown)) params.set(id, of);
      const last = lastRead.get(reader);
      // Most keys that are new are accounts of markets that are not.
      if (last?.markets === ids.length) return last.read;
      const known = new Map(ids.flatMap((id) => (params.has(id) ? [[id, params.get(id)!] as const] : [])));
      const read = readMorphoMarkets(reader, morpho, known);
      lastRead.set(reader, { markets: ids.length, read });
      return read;
    },
    filterOf: () => morphoFilter(morpho),
    keysOf(logs) {
      for (const [id, of] of marketsMadeIn(logs)) params.set(id, of);
      return morphoKeysOf(logs);
    },
    salesOf: (logs) => morphoSalesOf(morpho, logs, params),
    readAccounts: (reader, _, keys) => readMorphoPositions(reader, morpho, keys),
    unattributed: unattributedShares,
  };
}

function unattributedShares(
  markets: MorphoMarkets,
  positions: ReadonlyMap<string, MorphoPosition>,
): ReadonlyMap<string, bigint> {
  const open = new Map([...markets].map(([id, { borrowedShares }]) => [id as string, borrowedShares] as const));
  for (const [key, { borrowedShares }] of positions) {
    const { id } = partsOf(key);
    const before = open.get(id);
    if (before !== undefined) open.set(id, before - borrowedShares);
  }
  return new Map([...open].filter(([, shares]) => shares !== 0n));
}
