import { MorphoMarketsLens__factory, MorphoParamsLens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import { intToBig } from "../units.js";
import type { Address, Hex } from "../units.js";
import { interestOn } from "./morpho-math.js";

const ANSWERED = { done: count(0, 0, 32) } as const;
const PARAMS = {
  loanToken: address(0),
  lltvWad: uint(0, 160, 64),
  exists: flag(0, 224),
  collateralToken: address(1),
} as const;
const PARAMS_WORDS = 2;
const BITS = { bits: uint(0) } as const;
const BITS_PER_WORD = 256;
const TOTALS = {
  borrowedAssets: uint(0, 128, 128),
  borrowedShares: uint(0, 0, 128),
  suppliedAssets: uint(1, 128, 128),
  hasLoanDecimals: flag(1, 56),
  hasCollateralDecimals: flag(1, 57),
  hasRate: flag(1, 58),
  hasPrice: flag(1, 59),
  collateralDecimals: count(1, 48, 8),
  loanDecimals: count(1, 40, 8),
  lastUpdate: uint(1, 0, 40),
  /** Interest a second, 1e18-scaled. */
  rateWad: uint(2),
  /** Of a raw unit of collateral in raw units of the loan token, scaled by 1e36. */
  price: uint(3),
} as const;
const TOTALS_WORDS = 4;
/** Markets given to one call. A call takes 49 152 bytes, and answers 190 markets with debt. */
const PORTION = 500;

/** What never changes of a market: its id is the hash of it. */
export type MorphoParams = Pick<Row<typeof PARAMS>, "loanToken" | "collateralToken" | "lltvWad">;

/** A market in which somebody owes, as Morpho stores it: without interest since its last update. */
export type RawMorphoMarket = MorphoParams & Row<typeof TOTALS>;

/** Read what never changes of markets; ids that no market has are left out. Throws {@link CallReverted}, {@link WordsMalformed}. */
export async function readMorphoParams(
  reader: BlockReader,
  morpho: Address,
  ids: readonly Hex[],
): Promise<(readonly [id: Hex, params: MorphoParams])[]> {
  return runInPortions(ids, PORTION, async (portion) => {
    const words = await runLens(reader, MorphoParamsLens__factory, [morpho, portion]);
    const { done } = decodeRow(words, 0, ANSWERED);
    const rows = portion.slice(0, done).flatMap((id, i) => {
      const { exists, ...params } = decodeRow(words, 1 + i * PARAMS_WORDS, PARAMS);
      return exists ? [[id, params] as const] : [];
    });
    return { rows, done };
  });
}

/** Read the markets with debt among those given, ascending by id. Throws {@link CallReverted}, {@link WordsMalformed}. */
export async function readMorphoMarkets(
  reader: BlockReader,
  morpho: Address,
  params: ReadonlyMap<Hex, MorphoParams>,
): Promise<ReadonlyMap<Hex, RawMorphoMarket>> {
  const read = await runInPortions([...params.keys()].sort(), PORTION, async (portion) => {
    const words = await runLens(reader, MorphoMarketsLens__factory, [morpho, portion]);
    const { done } = decodeRow(words, 0, ANSWERED);
    let at = 1 + Math.ceil(portion.length / BITS_PER_WORD);
    const rows = portion.slice(0, done).flatMap((id, i) => {
      const { bits } = decodeRow(words, 1 + Math.floor(i / BITS_PER_WORD), BITS);
      if (((bits >> intToBig(i % BITS_PER_WORD)) & 1n) === 0n) return [];
      const totals = decodeRow(words, at, TOTALS);
      at += TOTALS_WORDS;
      return [[id, { ...params.get(id)!, ...totals }] as const];
    });
    return { rows, done };
  });
  return new Map(read);
}

/** What a market's borrowers owe and its lenders have together, raw units. */
export interface MorphoTotals {
  readonly borrowedAssets: bigint;
  readonly suppliedAssets: bigint;
}

/** Totals with interest up to `timestamp`, Unix seconds. Source: Morpho._accrueInterest. */
export function totalsAt(market: RawMorphoMarket, timestamp: number): MorphoTotals {
  const { borrowedAssets, suppliedAssets, rateWad, lastUpdate } = market;
  const interest = interestOn(borrowedAssets, rateWad, intToBig(timestamp) - lastUpdate);
  return { borrowedAssets: borrowedAssets + interest, suppliedAssets: suppliedAssets + interest };
}
