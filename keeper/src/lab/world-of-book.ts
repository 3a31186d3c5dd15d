import { BASE_DECIMALS, type Book, type BookAsset } from "../books/book.js";
import { formatDecimal, parseDecimalNearest } from "../books/decimal.js";
import type { AccountOrder } from "./world/raised-prices.js";
import type { AssetSpec, RateSpec, WorldSpec } from "./world/spec.js";

/** What a book needs on a lending pool: its reserves, without exchange pools, and its accounts. */
export interface BookWorld {
  readonly spec: Omit<WorldSpec, "pools">;
  readonly accounts: readonly AccountOrder[];
}

/** For assets of a book, which says nothing about rates: a volatile reserve of Aave v2. A choice, not a measurement. */
const RATES: RateSpec = { optimalUsageBps: 8_000, baseBps: 0, slope1Bps: 400, slope2Bps: 7_500 };
const RESERVE_FACTOR_BPS = 1_000;

/** Terms of WETH where a book in ETH does not name it: Aave v2, June 2023. */
const WETH: BookAsset = {
  symbol: "WETH",
  decimals: 18,
  price: "1",
  ltvBps: 8_250,
  liquidationThresholdBps: 8_600,
  liquidationBonusBps: 500,
  follows: "ETH",
};

/**
 * Turn a book into the reserves and accounts that open it on a lending pool. WETH is added to a book in ETH that lacks it;
 * it can always be borrowed, every other asset where some account owes it.
 */
export function worldOfBook(book: Book): BookWorld {
  const named = book.assets.some(({ symbol }) => symbol === "WETH");
  const assets = named || book.base === "USD" ? book.assets : [...book.assets, WETH];
  const owed = new Set(book.accounts.flatMap(({ debt }) => debt.map(({ symbol }) => symbol)));
  return {
    spec: {
      baseCurrency: book.base,
      assets: assets.map((asset) => assetSpec(asset, asset.symbol === "WETH" || owed.has(asset.symbol))),
      ...(book.ethUsd === undefined ? {} : { ethUsd: book.ethUsd }),
    },
    accounts: book.accounts.map(({ account, collateral, debt }) => ({ account, collateral, debt })),
  };
}

function assetSpec(asset: BookAsset, canBeBorrowed: boolean): AssetSpec {
  return {
    symbol: asset.symbol,
    decimals: asset.decimals,
    priceBase: asset.price,
    ltvBps: asset.ltvBps,
    liquidationThresholdBps: asset.liquidationThresholdBps,
    liquidationBonusBps: asset.liquidationBonusBps,
    reserveFactorBps: RESERVE_FACTOR_BPS,
    canBeCollateral: asset.liquidationThresholdBps > 0,
    canBeBorrowed,
    rates: RATES,
  };
}

/** One line a kind of remainder: how many accounts, what the source says is missing, and what was placed for it. */
export function remainderLines(book: Book): string[] {
  const kinds = [...new Set(book.remainders.map(({ side, handling }) => `${side}, ${handling}`))].sort();
  const shown = (value: bigint): string => `${formatDecimal(roundedTo6(value, book), 6)} ${book.base}`;
  return kinds.map((kind) => {
    const members = book.remainders.filter(({ side, handling }) => `${side}, ${handling}` === kind);
    const sum = (pick: "fileValue" | "placedValue"): bigint => members.reduce((total, one) => total + one[pick], 0n);
    return `${kind}: ${members.length} accounts, ${shown(sum("fileValue"))} unnamed, ${shown(sum("placedValue"))} placed`;
  });
}

function roundedTo6(value: bigint, { base }: Book): bigint {
  const text = formatDecimal(value < 0n ? -value : value, BASE_DECIMALS[base]);
  const rounded = parseDecimalNearest(text, 6);
  return value < 0n ? -rounded : rounded;
}
