import { CompoundV2AccountsLens__factory, CompoundV2MarketsLens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { WordsMalformed, address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import { intToBig } from "../units.js";
import type { Address } from "../units.js";

const HEADER = {
  listed: count(0, 0, 16),
  answered: count(0, 16, 16),
  closeFactor: uint(1),
  incentive: uint(2),
} as const;
const HEADER_WORDS = 3;
const MARKET = {
  cToken: address(0),
  listed: flag(0, 160),
  mintPaused: flag(0, 161),
  borrowPaused: flag(0, 162),
  /** Zero for ether. */
  underlying: address(1),
  decimals: count(1, 160, 8),
  hasDecimals: flag(1, 168),
  /** USD a raw unit, 1e36-scaled. */
  price: uint(2),
  collateralFactor: uint(3),
  cash: uint(4),
  borrows: uint(5),
  reserves: uint(6),
  /** cTokens. */
  supply: uint(7),
  reserveFactor: uint(8),
  accruedAt: uint(9),
  borrowIndex: uint(10),
  /** A block, 1e18-scaled. */
  borrowRate: uint(11),
} as const;
const MARKET_WORDS = 12;

const ANSWERED = { done: count(0, 0, 32) } as const;
const ACCOUNT = { held: uint(0, 128, 128), entered: uint(0, 0, 128) } as const;
const BALANCE = { cTokens: uint(0) } as const;
/** Accounts whose answer fits one call with five balances each. */
const PORTION = 100;

export const MANTISSA = 10n ** 18n;
/** What the lens answers for a price or rate that cannot be read. */
export const UNREADABLE = (1n << 256n) - 1n;

export type RawMarket = Row<typeof MARKET>;

/** Markets as Compound stores them, in its order, which new ones only follow: interest is as of each one's last accrual. */
export interface RawMarkets {
  /** 1e18-scaled. */
  readonly closeFactor: bigint;
  /** 1e18-scaled; includes the debt itself. */
  readonly incentive: bigint;
  readonly markets: readonly RawMarket[];
}

/** What an account has in markets, by their position. */
export interface RawAccount {
  readonly account: Address;
  /** A bit for each market that the account has entered. */
  readonly entered: bigint;
  /** Ascending; above 0. */
  readonly cTokens: readonly (readonly [position: number, amount: bigint])[];
}

/** Read all markets. Throws {@link CallReverted} where `comptroller` is none; {@link WordsMalformed}. */
export async function readMarkets(reader: BlockReader, comptroller: Address): Promise<RawMarkets> {
  const markets: RawMarket[] = [];
  for (;;) {
    const words = await runLens(reader, CompoundV2MarketsLens__factory, [comptroller, markets.length]);
    const { listed, answered, closeFactor, incentive } = decodeRow(words, 0, HEADER);
    for (let i = 0; i < answered; i++) markets.push(decodeRow(words, HEADER_WORDS + i * MARKET_WORDS, MARKET));
    if (markets.length >= listed) return { closeFactor, incentive, markets };
    if (answered === 0) throw new WordsMalformed("no progress", `room for one of ${listed - markets.length} markets`);
  }
}

/** Read accounts in the order given. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readAccounts(
  reader: BlockReader,
  venue: { readonly comptroller: Address; readonly cTokens: readonly Address[] },
  accounts: readonly Address[],
): Promise<RawAccount[]> {
  return runInPortions(accounts, PORTION, async (portion) => {
    const words = await runLens(reader, CompoundV2AccountsLens__factory, [venue.comptroller, venue.cTokens, portion]);
    const { done } = decodeRow(words, 0, ANSWERED);
    let at = 1;
    const rows = portion.slice(0, done).map((account): RawAccount => {
      const { held, entered } = decodeRow(words, at++, ACCOUNT);
      const cTokens = venue.cTokens.flatMap((_, position): [number, bigint][] =>
        isSet(held, position) ? [[position, decodeRow(words, at++, BALANCE).cTokens]] : [],
      );
      return { account, entered, cTokens };
    });
    return { rows, done };
  });
}

/** Whether a mask has the bit of a market. */
export function isSet(mask: bigint, position: number): boolean {
  return ((mask >> intToBig(position)) & 1n) === 1n;
}

/** A market with interest up to block `number`. */
export interface Accrued {
  readonly borrows: bigint;
  /** 1e18-scaled. */
  readonly borrowIndex: bigint;
  /** Raw units of the asset a cToken, 1e18-scaled; 0 where there are no cTokens. */
  readonly exchangeRate: bigint;
}

/** Add interest as the market will. Source: CToken.sol, accrueInterest, exchangeRateStoredInternal. */
export function accrue(market: RawMarket, number: number): Accrued {
  const factor = market.borrowRate * (intToBig(number) - market.accruedAt);
  const interest = (factor * market.borrows) / MANTISSA;
  const borrows = market.borrows + interest;
  const reserves = market.reserves + (market.reserveFactor * interest) / MANTISSA;
  const owned = market.cash + borrows - reserves;
  return {
    borrows,
    borrowIndex: market.borrowIndex + (factor * market.borrowIndex) / MANTISSA,
    exchangeRate: market.supply === 0n ? 0n : (owned * MANTISSA) / market.supply,
  };
}
