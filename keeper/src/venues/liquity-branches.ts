import { LiquityV2BranchesLens__factory, LiquityV2TrovesLens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import type { Address } from "../units.js";
import { readList } from "./read-anew.js";

const LISTED = { branches: count(0, 0, 32) } as const;
const DEBT = { manager: address(0), debt: uint(1) } as const;
const DEBT_WORDS = 2;
const BRANCH = {
  manager: address(0),
  owners: address(1),
  collateral: address(2),
  stablecoin: address(3),
  minRatioWad: uint(4, 128, 128),
  penaltyWad: uint(4, 0, 128),
  hasPrice: flag(5, 255),
  isPriceFailed: flag(5, 254),
  troves: count(5, 0, 32),
  shutdownAt: uint(6),
  priceWad: uint(7),
} as const;
const BRANCH_WORDS = 8;
const ANSWERED = { done: count(0, 0, 32) } as const;
const TROVE = { id: uint(0), owner: address(1), debt: uint(2, 128, 128), collateral: uint(2, 0, 128) } as const;
const TROVE_WORDS = 3;
/** What one answer holds. */
const PORTION = 200;

/** A trove with interest, fees and redistributions up to the block. */
export type RawTrove = Row<typeof TROVE>;

/** A branch and its open troves. */
export type RawBranch = Row<typeof BRANCH> & { readonly list: readonly RawTrove[] };

export interface RawLiquity {
  /** Debt of every branch of the deployment by its trove manager, whether it was asked for or not. */
  readonly debts: ReadonlyMap<Address, bigint>;
  readonly branches: readonly RawBranch[];
}

/** Read a deployment of Liquity v2. Throws {@link CallReverted}, {@link WordsMalformed}. */
export async function readLiquity(
  reader: BlockReader,
  collaterals: Address,
  registries: readonly Address[],
): Promise<RawLiquity> {
  const words = await runLens(reader, LiquityV2BranchesLens__factory, [collaterals, registries]);
  const { branches } = decodeRow(words, 0, LISTED);
  const debts = Array.from({ length: branches }, (_, i) => decodeRow(words, 1 + i * DEBT_WORDS, DEBT));
  const first = 1 + branches * DEBT_WORDS;
  const rows = registries.map((_, i) => decodeRow(words, first + i * BRANCH_WORDS, BRANCH));
  return {
    debts: new Map(debts.map(({ manager, debt }) => [manager, debt] as const)),
    branches: await Promise.all(rows.map(async (row) => ({ ...row, list: await readTroves(reader, row) }))),
  };
}

function readTroves(reader: BlockReader, { manager, owners, troves }: Row<typeof BRANCH>): Promise<RawTrove[]> {
  return readList(troves, PORTION, async (from, to) => {
    const words = await runLens(reader, LiquityV2TrovesLens__factory, [manager, owners, from, to]);
    const { done } = decodeRow(words, 0, ANSWERED);
    return { rows: Array.from({ length: done }, (_, i) => decodeRow(words, 1 + i * TROVE_WORDS, TROVE)), done };
  });
}
