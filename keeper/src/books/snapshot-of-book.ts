import type { PoolState } from "../snapshot/pool-state.js";
import type { AccountState, AssetState, ReserveState, Snapshot } from "../snapshot/snapshot.js";
import { type Address, type Bps, intToBig } from "../units.js";
import { BASE_DECIMALS, type Book, type BookAmount, valueOf } from "./book.js";
import { parseDecimalNearest } from "./decimal.js";
import { namedAddress } from "./named-address.js";

/** What a book does not say about the venue that its accounts are at, and about the world around it. */
export interface BookSetting {
  /** Share of a debt that one liquidation may repay, at any health factor. */
  readonly closeFactorBps: Bps;
  /** Unix seconds that the book is from. */
  readonly timestamp: number;
  /** Assets that are claims, one unit on one unit: symbol of the token, symbol of what it is a claim on. */
  readonly claims: Readonly<Record<string, string>>;
  /** Symbols by which the calibration knows an asset that the book names differently. */
  readonly calibratedAs: Readonly<Record<string, string>>;
  /** Ascending by address. */
  readonly pools: readonly PoolState[];
}

/** Address that an asset of a book has in its snapshot, by the book's symbol. */
export function bookAssetAddress(symbol: string): Address {
  return namedAddress(`bulkhead/book/asset/${symbol}`);
}

/**
 * A book as the snapshot of a block: one venue that holds its accounts, and nothing else.
 *
 * What is supplied and owed is what the book's accounts supply and owe; whoever only lends is not in it.
 */
export function snapshotOfBook(book: Book, setting: BookSetting): Snapshot {
  const baseDecimals = BASE_DECIMALS[book.base];
  const assets = book.assets
    .map((asset) => ({ ...asset, address: bookAssetAddress(asset.symbol) }))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  const index = new Map(assets.map(({ symbol }, r) => [symbol, r] as const));
  const accounts = book.accounts
    .map(({ account, collateral, debt }): AccountState => ({
      account,
      collateral: indexed(collateral, index),
      debt: indexed(debt, index),
    }))
    .sort((a, b) => (a.account < b.account ? -1 : 1));
  const supplied = sums(accounts, "collateral", assets.length);
  const owed = sums(accounts, "debt", assets.length);
  const prices = assets.map(({ price }) => parseDecimalNearest(price, baseDecimals));
  const reserves = assets.map((asset, r): ReserveState => ({
    asset: asset.address,
    priceBase: prices[r]!,
    ltvBps: asset.ltvBps,
    liquidationThresholdBps: asset.liquidationThresholdBps,
    liquidationBonusBps: asset.liquidationBonusBps,
    active: true,
    frozen: false,
    paused: false,
    borrowingEnabled: true,
    suppliedUnits: supplied[r]!,
    debtUnits: owed[r]!,
  }));
  return {
    schema: "bulkhead/snapshot/1",
    chainId: 1,
    block: { number: 0, hash: `0x${"0".repeat(64)}`, timestamp: setting.timestamp },
    assets: assets.map(({ symbol, address, decimals }) => assetState(setting, { symbol, address, decimals })),
    feeds: [],
    venues: [
      {
        venue: namedAddress(`bulkhead/book/venue/${book.name}`),
        kind: "aave-v3",
        baseUnit: 10n ** intToBig(baseDecimals),
        baseUsdE8: book.ethUsd === undefined ? 10n ** 8n : parseDecimalNearest(book.ethUsd, 8),
        closeFactorBps: setting.closeFactorBps,
        fullCloseHfWad: 0n,
        reserves,
        accounts,
        totalDebtBase: assets.reduce((sum, { decimals }, r) => sum + valueOf(owed[r]!, prices[r]!, decimals), 0n),
      },
    ],
    pools: setting.pools,
    forcedSales: [],
    exclusions: [],
  };
}

function assetState(
  { claims, calibratedAs }: BookSetting,
  { symbol, address, decimals }: { symbol: string; address: Address; decimals: number },
): AssetState {
  const behind = claims[symbol];
  return {
    asset: address,
    symbol: calibratedAs[symbol] ?? symbol,
    decimals,
    lookThrough: behind === undefined ? [] : [{ asset: bookAssetAddress(behind), unitsWad: 10n ** 18n }],
  };
}

function indexed(amounts: readonly BookAmount[], index: ReadonlyMap<string, number>): [number, bigint][] {
  return amounts.map(({ symbol, units }): [number, bigint] => [index.get(symbol)!, units]).sort(([a], [b]) => a - b);
}

function sums(accounts: readonly AccountState[], side: "collateral" | "debt", size: number): bigint[] {
  const units = Array.from({ length: size }, () => 0n);
  for (const account of accounts) for (const [r, amount] of account[side]) units[r] = units[r]! + amount;
  return units;
}
