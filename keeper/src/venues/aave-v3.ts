import { z } from "zod";
import { sourceKind } from "../chain/source-kind.js";
import type { Address } from "../units.js";
import { address, wholeFrom } from "../values.js";
import { readAccounts } from "./aave-accounts.js";
import type { ScaledAccount } from "./aave-accounts.js";
import { accountFilter, accountsOf, liquidationsOf } from "./aave-logs.js";
import { readReserves } from "./aave-reserves.js";
import type { RawReserves } from "./aave-reserves.js";
import { viewAaveV3 } from "./aave-view.js";
import { followAccounts } from "./follow-accounts.js";
import type { AccountsVenue, Followed } from "./follow-accounts.js";

/** A deployment at one block, before interest. Unattributed is scaled variable debt, by reserve id. */
export type AaveV3State = Followed<RawReserves, ScaledAccount>;

const schema = z.strictObject({
  kind: z.literal("aave-v3"),
  pool: address,
  fromBlock: wholeFrom(0).describe("block of the pool's first event"),
  baseUsdFeed: address.exactOptional().describe("feed of the base currency in USD; none where it is USD"),
});

/** Aave v3 and its forks with the same storage and getters, Spark among them. */
export const aaveV3 = sourceKind({
  schema,
  addressOf: ({ pool }) => pool,
  feedsOf: ({ baseUsdFeed }) => (baseUsdFeed === undefined ? [] : [baseUsdFeed]),
  follow: (chain, source, { resilienceWindowSec }) => followAccounts(chain, aaveVenue(source), resilienceWindowSec),
  view: ({ pool, baseUsdFeed }, state: AaveV3State) => ({ baseUsdFeed, ...viewAaveV3(pool, state) }),
});

function aaveVenue({ pool, fromBlock }: z.output<typeof schema>): AccountsVenue<RawReserves, ScaledAccount> {
  return {
    fromBlock,
    readMarket: (reader) => readReserves(reader, pool),
    filterOf: ({ reserves }) => accountFilter(pool, reserves),
    keysOf: accountsOf,
    salesOf: (logs) => liquidationsOf(pool, logs),
    async readAccounts(reader, { reserves }, keys) {
      const read = await readAccounts(reader, { pool, reserves }, keys as readonly Address[]);
      return read.map((account) => [account.account, account.positions.length === 0 ? undefined : account] as const);
    },
    unattributed: unattributedDebt,
  };
}

function unattributedDebt(
  { reserves }: RawReserves,
  accounts: ReadonlyMap<string, ScaledAccount>,
): ReadonlyMap<string, bigint> {
  const open = new Map(reserves.map(({ id, scaledDebt }) => [String(id), scaledDebt] as const));
  for (const { positions } of accounts.values()) {
    for (const { id, owed } of positions) {
      if (owed !== 0n) open.set(String(id), (open.get(String(id)) ?? 0n) - owed);
    }
  }
  for (const [id, amount] of open) if (amount === 0n) open.delete(id);
  return open;
}
