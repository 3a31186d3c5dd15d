import { CrvUsdLoansLens__factory, CrvUsdMarketsLens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import type { Address } from "../units.js";
import { readList } from "./read-anew.js";

const HEADER = { markets: count(0, 160, 32), stablecoin: address(0) } as const;
const MARKET = {
  controller: address(0),
  loans: count(1, 160, 32),
  collateral: address(1),
  debt: uint(2),
  liquidationDiscountWad: uint(3, 128, 128),
  loanDiscountWad: uint(3, 0, 128),
  hasPrice: flag(4, 9),
  hasDecimals: flag(4, 8),
  decimals: count(4, 0, 8),
  priceWad: uint(5),
} as const;
const MARKET_WORDS = 6;
const ANSWERED = { done: count(0, 0, 32) } as const;
const LOAN = {
  bands: count(0, 160, 32),
  borrower: address(0),
  collateral: uint(1, 128, 128),
  /** What collateral was sold for while its price fell through the loan's bands. */
  stablecoin: uint(1, 0, 128),
  debt: uint(2),
} as const;
const LOAN_WORDS = 3;
/** What one answer holds. */
const PORTION = 100;

export type RawLoan = Row<typeof LOAN>;

/** A market and its loans. */
export type RawCrvUsdMarket = Row<typeof MARKET> & { readonly list: readonly RawLoan[] };

export interface RawCrvUsd {
  readonly stablecoin: Address;
  readonly markets: readonly RawCrvUsdMarket[];
}

/** Read all markets that mint crvUSD. Throws {@link CallReverted}, {@link WordsMalformed}. */
export async function readCrvUsd(reader: BlockReader, factory: Address): Promise<RawCrvUsd> {
  const words = await runLens(reader, CrvUsdMarketsLens__factory, [factory]);
  const { markets, stablecoin } = decodeRow(words, 0, HEADER);
  const rows = Array.from({ length: markets }, (_, i) => decodeRow(words, 1 + i * MARKET_WORDS, MARKET));
  return {
    stablecoin,
    markets: await Promise.all(rows.map(async (row) => ({ ...row, list: await readLoans(reader, row) }))),
  };
}

function readLoans(reader: BlockReader, { controller, loans }: Row<typeof MARKET>): Promise<RawLoan[]> {
  return readList(loans, PORTION, async (from, to) => {
    const words = await runLens(reader, CrvUsdLoansLens__factory, [controller, from, to]);
    const { done } = decodeRow(words, 0, ANSWERED);
    return { rows: Array.from({ length: done }, (_, i) => decodeRow(words, 1 + i * LOAN_WORDS, LOAN)), done };
  });
}
