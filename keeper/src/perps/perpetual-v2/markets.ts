import { PerpetualV2MarketsLens__factory } from "../../../../typechain-types/index.js";
import { runLens } from "../../chain/lens.js";
import type { BlockReader } from "../../chain/rpc-pool.js";
import { WordsMalformed, address, count, decodeRow, decodeText, flag, int, uint } from "../../chain/words.js";
import type { Row, Words } from "../../chain/words.js";
import type { Address } from "../../units.js";

const HEADER = {
  done: count(0, 0, 16),
  decimals: count(0, 16, 8),
  hasFund: flag(0, 32),
  vault: address(1),
  positions: address(2),
  exchange: address(3),
  registry: address(4),
  fund: address(5),
  settlementToken: address(6),
  initialRatio: uint(7, 0, 32),
  maintenanceRatio: uint(7, 32, 32),
  penaltyRatio: uint(7, 64, 32),
  maxFundingRatio: uint(7, 96, 32),
  capacity: int(8),
} as const;
const HEADER_WORDS = 9;

const MARKET = {
  open: flag(0, 0),
  closed: flag(0, 1),
  hasMark: flag(0, 2),
  hasIndex: flag(0, 3),
  hasMarketTwap: flag(0, 4),
  hasIndexTwap: flag(0, 5),
  listed: flag(0, 6),
  symbolLength: count(0, 16, 8),
  mark: uint(1),
  index: uint(2),
  sqrtMarketTwapX96: uint(3),
  indexTwap: uint(4),
} as const;
const SYMBOL_WORD = 5;
const MARKET_WORDS = 7;
const SYMBOL_BYTES_MAX = 64;

/** The deployment but for its markets. Ratios in 1e-6. */
export type RawDeployment = Omit<Row<typeof HEADER>, "done">;

/** A market; prices that did not answer are 0 with their flag unset. */
export type RawMarket = Row<typeof MARKET> & { readonly market: Address; readonly symbol: string };

export interface RawVenue extends RawDeployment {
  /** Those of the markets asked for that are listed. */
  readonly markets: readonly RawMarket[];
}

/** Read a deployment and those of `markets` that it lists. Throws {@link CallReverted} where it is none; {@link WordsMalformed}. */
export async function readMarkets(
  reader: BlockReader,
  clearingHouse: Address,
  markets: readonly Address[],
): Promise<RawVenue> {
  const read: RawMarket[] = [];
  for (;;) {
    const asked = markets.slice(read.length);
    const words = await runLens(reader, PerpetualV2MarketsLens__factory, [clearingHouse, asked]);
    const { done, ...deployment } = decodeRow(words, 0, HEADER);
    for (let i = 0; i < done; i++) read.push(decodeMarket(words, HEADER_WORDS + i * MARKET_WORDS, asked[i]!));
    if (read.length === markets.length) {
      return { ...deployment, markets: read.filter(({ listed }) => listed) };
    }
    if (done === 0) throw new WordsMalformed("no progress", `room for one of ${asked.length} markets`);
  }
}

function decodeMarket(words: Words, from: number, market: Address): RawMarket {
  const row = decodeRow(words, from, MARKET);
  const length = Math.min(row.symbolLength, SYMBOL_BYTES_MAX);
  return { ...row, market, symbol: decodeText(words, from + SYMBOL_WORD, length) ?? "" };
}
