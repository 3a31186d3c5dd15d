import { MorphoPositionsLens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { count, decodeRow, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import type { Address, Hex } from "../units.js";

const ANSWERED = { done: count(0, 0, 32) } as const;
const POSITION = { borrowedShares: uint(0, 128, 128), collateral: uint(0, 0, 128) } as const;
/** What one answer holds, and a call takes. */
const PORTION = 500;
const ID_CHARS = 66;

/** What a borrower has in a market. */
export type MorphoPosition = Row<typeof POSITION>;

/** The key of a market: its id. */
export function marketKey(id: Hex): string {
  return id;
}

/** The key of an account: the market and its owner. They sort as (market, owner) do. */
export function accountKey(id: Hex, account: Address): string {
  return `${id}/${account}`;
}

/** The market of a key of either kind, and the owner if it has one. */
export function partsOf(key: string): { readonly id: Hex; readonly account: Address | undefined } {
  const account = key.length === ID_CHARS ? undefined : (key.slice(ID_CHARS + 1) as Address);
  return { id: key.slice(0, ID_CHARS) as Hex, account };
}

/** Read positions by their keys; undefined where one holds nothing. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readMorphoPositions(
  reader: BlockReader,
  morpho: Address,
  keys: readonly string[],
): Promise<(readonly [key: string, position: MorphoPosition | undefined])[]> {
  const accounts = keys.filter((key) => partsOf(key).account !== undefined);
  return runInPortions(accounts, PORTION, async (portion) => {
    const parts = portion.map(partsOf);
    const args = [morpho, parts.map(({ id }) => id), parts.map(({ account }) => account)];
    const words = await runLens(reader, MorphoPositionsLens__factory, args);
    const { done } = decodeRow(words, 0, ANSWERED);
    const rows = portion.slice(0, done).map((key, i) => {
      const position = decodeRow(words, 1 + i, POSITION);
      const isEmpty = position.borrowedShares === 0n && position.collateral === 0n;
      return [key, isEmpty ? undefined : position] as const;
    });
    return { rows, done };
  });
}
