import { z } from "zod";
import type { Derivation } from "../chain/follow.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import { sourceKind } from "../chain/source-kind.js";
import type { Address } from "../units.js";
import { address, wholeFrom } from "../values.js";
import { findSilent, readAccounts } from "./compound-v3-accounts.js";
import type { RawAccount } from "./compound-v3-accounts.js";
import { absorptionsOf, accountFilter, accountsOf } from "./compound-v3-logs.js";
import { readMarket } from "./compound-v3-market.js";
import type { RawMarket } from "./compound-v3-market.js";
import { viewCompoundV3 } from "./compound-v3-view.js";
import { followAccounts } from "./follow-accounts.js";
import type { AccountsVenue, Followed } from "./follow-accounts.js";

/** A market at one block, before interest. Unattributed is base units before interest. */
export type CompoundV3State = Followed<RawMarket, RawAccount>;

const schema = z.strictObject({
  kind: z.literal("compound-v3"),
  comet: address,
  base: address.describe("the market's base asset"),
  fromBlock: wholeFrom(0).describe("block of the market's first event"),
  baseUsdFeed: address
    .exactOptional()
    .describe("feed of the currency of the market's prices in USD; none where it is USD"),
});

/** One market of Compound v3. Who lends the base asset is no borrower and is left out. */
export const compoundV3 = sourceKind({
  schema,
  addressOf: ({ comet }) => comet,
  feedsOf: ({ baseUsdFeed }) => (baseUsdFeed === undefined ? [] : [baseUsdFeed]),
  follow: (chain, source, { resilienceWindowSec }) =>
    noticeSilent(chain, source.comet, followAccounts(chain, cometVenue(source), resilienceWindowSec)),
  view: ({ comet, baseUsdFeed }, state: CompoundV3State) => viewCompoundV3(comet, baseUsdFeed, state),
});

function cometVenue({ comet, base, fromBlock }: z.output<typeof schema>): AccountsVenue<RawMarket, RawAccount> {
  return {
    fromBlock,
    readMarket: (reader) => readMarket(reader, comet),
    filterOf: () => accountFilter(comet),
    keysOf: accountsOf,
    salesOf: (logs) => absorptionsOf(comet, base, logs),
    async readAccounts(reader, { assets }, keys) {
      const venue = { comet, assets: assets.map(({ asset }) => asset) };
      const read = await readAccounts(reader, venue, keys as readonly Address[]);
      return read.map((account) => [account.account, isEmpty(account) ? undefined : account] as const);
    },
    unattributed({ totalBorrowed }, accounts) {
      let open = totalBorrowed;
      for (const { principal } of accounts.values()) if (principal < 0n) open += principal;
      return open === 0n ? new Map() : new Map([[base, open]]);
    },
  };
}

function isEmpty({ principal, collateral }: RawAccount): boolean {
  return principal >= 0n && collateral.length === 0;
}

/**
 * Comet emits nothing when a borrower sends base units to another, and the sum stays what it was. Each such transfer accrues
 * interest; so where a block accrued, one word tells whether what all accounts owe is as known.
 */
function noticeSilent(
  chain: RpcPool,
  comet: Address,
  { load, advance }: Derivation<CompoundV3State>,
): Derivation<CompoundV3State> {
  return {
    load,
    async advance(before, path) {
      const state = await advance(before, path);
      if (state.market.accruedAt === before.market.accruedAt) return state;
      const reader = chain.at(state.block);
      const stale = await findSilent(reader, comet, [...state.accounts.values()]);
      if (stale.length === 0) return state;
      const assets = state.market.assets.map(({ asset }) => asset);
      const read = await readAccounts(reader, { comet, assets }, stale);
      const accounts = new Map(state.accounts);
      for (const account of read) {
        if (isEmpty(account)) accounts.delete(account.account);
        else accounts.set(account.account, account);
      }
      return { ...state, accounts };
    },
  };
}
