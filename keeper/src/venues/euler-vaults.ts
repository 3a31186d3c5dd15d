import { EulerAccountsLens__factory, EulerVaultsLens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row, Words } from "../chain/words.js";
import type { Address } from "../units.js";

const ANSWERED = { done: count(0, 0, 32) } as const;
const VAULT = {
  asset: address(0),
  maxDiscountBps: count(0, 160, 16),
  decimals: count(0, 176, 8),
  hasDecimals: flag(0, 184),
  hasPrice: flag(0, 185),
  unit: address(1),
  collaterals: count(1, 160, 32),
  unitDecimals: uint(2),
  borrowed: uint(3),
  assets: uint(4),
  price: uint(5),
} as const;
const VAULT_WORDS = 6;
const COLLATERAL = {
  collateral: address(0),
  borrowLtvBps: count(0, 160, 16),
  liquidationLtvBps: count(0, 176, 16),
  decimals: count(0, 192, 8),
  hasDecimals: flag(0, 200),
  hasPrice: flag(0, 201),
  price: uint(1),
} as const;
const COLLATERAL_WORDS = 2;
const ACCOUNT = {
  controller: address(0),
  collaterals: count(0, 160, 32),
  hasDebt: flag(1, 255),
  debt: uint(1, 0, 252),
} as const;
const CONTROLLER = { controller: address(0) } as const;
const ACCOUNT_WORDS = 2;
const BALANCE = { collateral: address(0), hasShares: flag(0, 160), shares: uint(1) } as const;
const BALANCE_WORDS = 2;
const VAULT_PORTION = 20;
const ACCOUNT_PORTION = 100;
const NOBODY: Address = "0x0000000000000000000000000000000000000000";

export type RawEulerCollateral = Row<typeof COLLATERAL>;

/** A vault that lends, and what it takes as collateral. Prices of whole units in its unit of account. */
export type RawEulerVault = Omit<Row<typeof VAULT>, "collaterals"> & {
  readonly vault: Address;
  readonly takes: readonly RawEulerCollateral[];
};

/** An account that may borrow from `controller`, debt with interest up to the block. */
export type RawEulerAccount = Omit<Row<typeof ACCOUNT>, "collaterals"> & {
  readonly account: Address;
  readonly has: readonly Row<typeof BALANCE>[];
};

/** Read vaults, in the order given. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readEulerVaults(reader: BlockReader, vaults: readonly Address[]): Promise<RawEulerVault[]> {
  return runInPortions(vaults, VAULT_PORTION, async (portion) => {
    const words = await runLens(reader, EulerVaultsLens__factory, [portion]);
    const { done } = decodeRow(words, 0, ANSWERED);
    let at = 1;
    const rows = portion.slice(0, done).map((vault) => {
      const { collaterals, ...row } = decodeRow(words, at, VAULT);
      at += VAULT_WORDS;
      const listed = rowsFrom(words, { at, size: COLLATERAL_WORDS, count: collaterals }, COLLATERAL);
      // The rest counts for nothing, and the vault does not even ask for its price.
      const takes = listed.filter(({ liquidationLtvBps }) => liquidationLtvBps > 0);
      at += collaterals * COLLATERAL_WORDS;
      return { vault, ...row, takes };
    });
    return { rows, done };
  });
}

/** Read accounts; those that may borrow from nobody are left out. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readEulerAccounts(
  reader: BlockReader,
  connector: Address,
  accounts: readonly Address[],
): Promise<RawEulerAccount[]> {
  return runInPortions(accounts, ACCOUNT_PORTION, async (portion) => {
    const words = await runLens(reader, EulerAccountsLens__factory, [connector, portion]);
    const { done } = decodeRow(words, 0, ANSWERED);
    let at = 1;
    const rows = portion.slice(0, done).flatMap((account) => {
      // Nothing follows the word of an account without a controller.
      if (decodeRow(words, at, CONTROLLER).controller === NOBODY) {
        at += 1;
        return [];
      }
      const { collaterals, ...row } = decodeRow(words, at, ACCOUNT);
      at += ACCOUNT_WORDS;
      const has = rowsFrom(words, { at, size: BALANCE_WORDS, count: collaterals }, BALANCE);
      at += collaterals * BALANCE_WORDS;
      return [{ account, ...row, has }];
    });
    return { rows, done };
  });
}

function rowsFrom<T extends Parameters<typeof decodeRow>[2]>(
  words: Words,
  rows: { readonly at: number; readonly size: number; readonly count: number },
  table: T,
): Row<T>[] {
  return Array.from({ length: rows.count }, (_, i) => decodeRow(words, rows.at + i * rows.size, table));
}
