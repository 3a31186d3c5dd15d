import type { BlockReader } from "../chain/rpc-pool.js";
import type { Address } from "../units.js";
import { address, wholeFrom } from "../values.js";
import type { ScaledAccount } from "./aave-accounts.js";
import { accountFilter, accountsOf, liquidationsOf } from "./aave-logs.js";
import type { RawReserve, RawReserves } from "./aave-reserves.js";
import type { AccountsVenue } from "./follow-accounts.js";

/** What the configuration says of a deployment of Aave, whichever version. */
export const AAVE_SOURCE = {
  pool: address,
  fromBlock: wholeFrom(0).describe("block of the pool's first event"),
  baseUsdFeed: address.exactOptional().describe("feed of the base currency in USD; none where it is USD"),
} as const;

/** How a version of Aave is read. */
export interface AaveReads {
  readonly reserves: (reader: BlockReader, pool: Address) => Promise<RawReserves>;
  readonly accounts: (
    reader: BlockReader,
    venue: { readonly pool: Address; readonly reserves: readonly RawReserve[] },
    accounts: readonly Address[],
  ) => Promise<ScaledAccount[]>;
}

/** A deployment of Aave as a venue whose accounts are found in logs. */
export function aaveVenue(
  { pool, fromBlock }: { readonly pool: Address; readonly fromBlock: number },
  read: AaveReads,
): AccountsVenue<RawReserves, ScaledAccount> {
  return {
    fromBlock,
    readMarket: (reader) => read.reserves(reader, pool),
    filterOf: ({ reserves }) => accountFilter(pool, reserves),
    keysOf: accountsOf,
    salesOf: (logs) => liquidationsOf(pool, logs),
    async readAccounts(reader, { reserves }, keys) {
      const accounts = await read.accounts(reader, { pool, reserves }, keys as readonly Address[]);
      return accounts.map(
        (account) => [account.account, account.positions.length === 0 ? undefined : account] as const,
      );
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
