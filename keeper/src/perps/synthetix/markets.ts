import { SynthetixPerpsV2MarketsLens__factory } from "../../../../typechain-types/index.js";
import { runLens } from "../../chain/lens.js";
import type { BlockReader } from "../../chain/rpc-pool.js";
import { WordsMalformed, address, count, decodeRow, flag, int, uint } from "../../chain/words.js";
import type { Field, Row } from "../../chain/words.js";
import type { Address } from "../../units.js";

const HEADER = {
  listed: count(0, 0, 16),
  answered: count(0, 16, 16),
  currency: address(1),
  minFlaggerFee: uint(2),
  maxFlaggerFee: uint(3),
  flaggerFeeRatio: uint(4),
  liquidatorFee: uint(5),
} as const;
const HEADER_WORDS = 6;

const MARKET = {
  market: address(0),
  isPriceValid: flag(0, 160),
  key: name(1),
  price: uint(3),
  size: uint(4, 128, 128),
  skew: int(4, 0, 128),
  /** Sum of funding that a unit of size got up to this block. */
  funding: int(5),
  fundingRate: int(6),
  maxLeverage: uint(7),
  skewScale: uint(8),
  bufferRatio: uint(9, 128, 128),
  premiumFactor: uint(9, 0, 128),
} as const;
const MARKET_WORDS = 10;

/** Terms of all markets, 1e18-scaled. */
export type RawTerms = Omit<Row<typeof HEADER>, "listed" | "answered">;

export type RawMarket = Row<typeof MARKET>;

export interface RawMarkets extends RawTerms {
  /** Ascending by market. */
  readonly markets: readonly RawMarket[];
}

/** Read all markets that a manager lists. Throws {@link CallReverted} where it is none; {@link WordsMalformed}. */
export async function readMarkets(reader: BlockReader, manager: Address): Promise<RawMarkets> {
  const markets: RawMarket[] = [];
  for (;;) {
    const words = await runLens(reader, SynthetixPerpsV2MarketsLens__factory, [manager, markets.length]);
    const { listed, answered, ...terms } = decodeRow(words, 0, HEADER);
    for (let i = 0; i < answered; i++) markets.push(decodeRow(words, HEADER_WORDS + i * MARKET_WORDS, MARKET));
    if (markets.length >= listed) return { ...terms, markets: markets.sort((a, b) => (a.market < b.market ? -1 : 1)) };
    if (answered === 0) throw new WordsMalformed("no progress", `room for one of ${listed - markets.length} markets`);
  }
}

/** A name of at most 32 bytes, as far as it is printable ASCII. */
function name(word: number): Field<string> {
  return {
    word,
    read(text) {
      const bytes = text.match(/../g)!.map((digits) => Number.parseInt(digits, 16));
      const end = bytes.findIndex((byte) => byte < 0x20 || byte > 0x7e);
      return String.fromCharCode(...bytes.slice(0, end === -1 ? bytes.length : end));
    },
  };
}
