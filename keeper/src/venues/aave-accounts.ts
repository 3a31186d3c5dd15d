import { AaveV2AccountsLens__factory, AaveV3AccountsLens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { Lens, Portion } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { count, decodeRow, uint } from "../chain/words.js";
import type { Words } from "../chain/words.js";
import { intToBig } from "../units.js";
import type { Address } from "../units.js";
import type { RawReserve } from "./aave-reserves.js";

/** A position before interest. */
export interface ScaledPosition {
  /** The reserve's id in Aave, not its place in the snapshot. */
  readonly id: number;
  /** 0 unless the account uses it as collateral. */
  readonly supplied: bigint;
  readonly owed: bigint;
  readonly stable: StableDebt | undefined;
}

export interface StableDebt {
  readonly principal: bigint;
  /** Ray a year. */
  readonly rate: bigint;
  /** Unix seconds. */
  readonly updatedAt: bigint;
}

export interface ScaledAccount {
  readonly account: Address;
  /** 0 for none. */
  readonly eMode: number;
  /** Ascending by id. Empty where the account neither borrows nor has collateral. */
  readonly positions: readonly ScaledPosition[];
}

const ANSWERED = { done: count(0, 0, 32) } as const;
const ACCOUNT = { bitmap: uint(0), stableMask: uint(1, 8, 248), eMode: count(1, 0, 8) } as const;
const ACCOUNT_WORDS = 2;
const POSITION = { supplied: uint(0, 128, 128), owed: uint(0, 0, 128) } as const;
const STABLE = { principal: uint(0, 128, 128), rate: uint(0, 0, 128), updatedAt: uint(1) } as const;
const STABLE_WORDS = 2;

/** Accounts whose answer fits one call with five positions each. */
export const PORTION = 100;

/** A pool, and what is to be known of its reserves. */
interface Venue {
  readonly pool: Address;
  readonly reserves: readonly RawReserve[];
}

/** Read accounts of an Aave v3 pool. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readAccounts(
  reader: BlockReader,
  venue: Venue,
  accounts: readonly Address[],
): Promise<ScaledAccount[]> {
  return readWith(AaveV3AccountsLens__factory, reader, venue, accounts);
}

/** Read accounts of an Aave v2 lending pool. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readAccountsV2(
  reader: BlockReader,
  venue: Venue,
  accounts: readonly Address[],
): Promise<ScaledAccount[]> {
  return readWith(AaveV2AccountsLens__factory, reader, venue, accounts);
}

function readWith(
  lens: Lens,
  reader: BlockReader,
  venue: Venue,
  accounts: readonly Address[],
): Promise<ScaledAccount[]> {
  const byId = [...venue.reserves].sort((a, b) => a.id - b.id);
  const tokens = byId.map(({ id, aToken, stableDebt, variableDebt }) => ({ id, aToken, stableDebt, variableDebt }));
  return runInPortions(accounts, PORTION, async (portion) => {
    const words = await runLens(reader, lens, [venue.pool, tokens, portion]);
    return decodeAccounts(words, byId, portion);
  });
}

/** Decode the answer of an accounts lens; reserves ascending by id. */
export function decodeAccounts(
  words: Words,
  byId: readonly RawReserve[],
  accounts: readonly Address[],
): Portion<ScaledAccount> {
  const { done } = decodeRow(words, 0, ANSWERED);
  let at = 1;
  const rows = accounts.slice(0, done).map((account) => {
    const { bitmap, stableMask, eMode } = decodeRow(words, at, ACCOUNT);
    at += ACCOUNT_WORDS;
    const positions: ScaledPosition[] = [];
    for (const { id } of byId) {
      if (((bitmap >> intToBig(2 * id)) & 3n) === 0n) continue;
      const position = decodeRow(words, at++, POSITION);
      const hasStable = ((stableMask >> intToBig(id)) & 1n) === 1n;
      const stable = hasStable ? decodeRow(words, at, STABLE) : undefined;
      if (hasStable) at += STABLE_WORDS;
      positions.push({ id, ...position, stable });
    }
    return { account, eMode, positions };
  });
  return { rows, done };
}
