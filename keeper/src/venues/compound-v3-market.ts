import { CompoundV3MarketLens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import { intToBig } from "../units.js";
import type { Address } from "../units.js";

const MARKET = {
  collaterals: count(0, 0, 8),
  supplyPaused: flag(0, 8),
  withdrawPaused: flag(0, 9),
  absorbPaused: flag(0, 10),
  base: address(1),
  /** 1e8-scaled, per whole unit. */
  basePrice: uint(2),
  /** Unix seconds. */
  accruedAt: uint(3, 64, 40),
  baseScale: uint(3, 0, 64),
  /** 1e15-scaled. */
  supplyIndex: uint(4, 64, 64),
  borrowIndex: uint(4, 0, 64),
  /** Base units before interest. */
  totalSupplied: uint(5, 128, 128),
  totalBorrowed: uint(5, 0, 128),
  /** 1e18-scaled, a second. */
  supplyRate: uint(6, 64, 64),
  borrowRate: uint(6, 0, 64),
} as const;
const MARKET_WORDS = 7;

const COLLATERAL = {
  asset: address(0),
  price: uint(1),
  /** Factors are 1e18-scaled. */
  borrowFactor: uint(2, 192, 64),
  liquidationFactor: uint(2, 128, 64),
  liquidateCollateralFactor: uint(2, 64, 64),
  scale: uint(2, 0, 64),
  supplied: uint(3),
} as const;
const COLLATERAL_WORDS = 4;

export type RawCollateral = Row<typeof COLLATERAL>;

/** A market as Comet stores it: interest is as of the last accrual. Collaterals by their position in Comet. */
export type RawMarket = Row<typeof MARKET> & { readonly assets: readonly RawCollateral[] };

/** What the lens answers for a price that cannot be read. */
export const PRICE_UNREADABLE = (1n << 256n) - 1n;

const INDEX_ONE = 10n ** 15n;
const FACTOR_ONE = 10n ** 18n;

/** Read a market. Throws {@link CallReverted} where `comet` is none; {@link WordsMalformed}. */
export async function readMarket(reader: BlockReader, comet: Address): Promise<RawMarket> {
  const words = await runLens(reader, CompoundV3MarketLens__factory, [comet]);
  const market = decodeRow(words, 0, MARKET);
  const assets = Array.from({ length: market.collaterals }, (_, i) =>
    decodeRow(words, MARKET_WORDS + i * COLLATERAL_WORDS, COLLATERAL),
  );
  return { ...market, assets };
}

/** Factors that add interest up to `now` (Unix seconds), 1e15-scaled. Source: Comet.sol, accruedInterestIndices. */
export function indicesAt(market: RawMarket, now: number): { readonly supply: bigint; readonly borrow: bigint } {
  const elapsed = intToBig(now) - market.accruedAt;
  const grown = (index: bigint, rate: bigint): bigint => index + (index * rate * elapsed) / FACTOR_ONE;
  return {
    supply: grown(market.supplyIndex, market.supplyRate),
    borrow: grown(market.borrowIndex, market.borrowRate),
  };
}

/** Base units with interest, rounded down as Comet does. Source: CometCore.sol, presentValueSupply, presentValueBorrow. */
export function presentValue(principal: bigint, index: bigint): bigint {
  return (principal * index) / INDEX_ONE;
}
