import { remainderLines, worldOfBook } from "./world-of-book.js";
import type { Book, BookAsset, PriceDriver } from "../books/book.js";
import { DOLLAR, ETHER } from "./agents/market.js";
import { amount } from "./default-stage.js";
import type { Stage } from "./stage.js";
import { MAINNET_ASSETS } from "./world/mainnet-spec.js";
import type { AssetSpec, PoolSpec, TickBand } from "./world/spec.js";

/** A book as a stage: its accounts, its terms, and an exchange deep enough in proportion to what it pledges. */

/**
 * Depth on each side of a pool, as a share of the collateral that could be sold into it: a choice of this lab. What
 * follows stETH trades in a band of 10 %, dollars in one of 1 %, anything else in one of 50 % on top of full range.
 */
const DEPTH_SHARE = { staked: 0.25, ether: 0.15, dollar: 0.25 } as const;
/** No pool is thinner than this, USD on each side. */
const MIN_DEPTH_USD = 5e6;
const BANDS: Readonly<Record<PriceDriver, TickBand>> = {
  stETH: { ticksDown: 1_000, ticksUp: 1_000 },
  ETH: { ticksDown: 6_000, ticksUp: 6_000 },
  USD: { ticksDown: 100, ticksUp: 100 },
};

/** Set the stage for a book. */
export function bookStage(book: Book): Stage {
  const world = worldOfBook(book);
  const assets = withDollar(world.spec.assets, book);
  const follows = new Map<string, PriceDriver>(book.assets.map((asset) => [asset.symbol, asset.follows]));
  follows.set(ETHER, "ETH").set(DOLLAR, "USD");
  const spec = { ...world.spec, assets, pools: pools(book, assets, follows) };
  const staked = assets.filter(({ symbol }) => follows.get(symbol) === "stETH");
  const healthFactors = new Map(
    book.accounts.flatMap(({ account, healthFactor }) =>
      healthFactor === undefined ? [] : [[account, healthFactor] as const],
    ),
  );
  return {
    spec,
    accounts: world.accounts,
    lookThrough: staked.map(({ symbol }) => ({ symbol, of: ETHER, units: "1" })),
    follows: Object.fromEntries(follows),
    healthFactors,
    notes: [`${book.accounts.length} accounts of ${book.name} (${book.source})`, ...remainderLines(book)],
  };
}

/** The exchange needs a dollar; a book that has none gets mainnet's USDC. */
function withDollar(assets: readonly AssetSpec[], { base, ethUsd }: Book): readonly AssetSpec[] {
  const missing = [
    { symbol: DOLLAR, spec: MAINNET_ASSETS.USDC, usd: 1 },
    { symbol: ETHER, spec: MAINNET_ASSETS.WETH, usd: Number(ethUsd ?? MAINNET_ASSETS.WETH.priceBase) },
  ].filter(({ symbol }) => assets.every((asset) => asset.symbol !== symbol));
  const perBase = base === "USD" ? 1 : Number(ethUsd);
  return [
    ...assets,
    ...missing.map(({ spec, usd }) => ({ ...spec, priceBase: (usd / perBase).toFixed(base === "USD" ? 8 : 18) })),
  ];
}

function pools(book: Book, assets: readonly AssetSpec[], follows: ReadonlyMap<string, PriceDriver>): PoolSpec[] {
  const find = (symbol: string): AssetSpec => assets.find((asset) => asset.symbol === symbol) as AssetSpec;
  const usdPerBase = book.base === "USD" ? 1 : Number(book.ethUsd);
  const pledgedUsd = (symbol: string): number => pledged(book, find(symbol)) * usdPerBase;
  const total = assets.reduce((sum, { symbol }) => sum + pledgedUsd(symbol), 0);
  const traded = book.assets.filter(({ symbol }) => symbol !== ETHER && symbol !== DOLLAR && isTraded(book, symbol));
  const ether = pool(find(ETHER), find(DOLLAR), { follows: "ETH", usd: total * DEPTH_SHARE.ether, usdPerBase });
  return [
    ether,
    ...traded.map(({ symbol }) => {
      const driver = follows.get(symbol) ?? "ETH";
      const share = driver === "USD" ? DEPTH_SHARE.dollar : DEPTH_SHARE.staked;
      const quote = find(driver === "USD" ? DOLLAR : ETHER);
      return pool(find(symbol), quote, { follows: driver, usd: pledgedUsd(symbol) * share, usdPerBase });
    }),
  ];
}

/** What the source could not name has no market: nobody can sell it. */
function isTraded(book: Book, symbol: string): boolean {
  return !(symbol === "rest" && book.remainders.some(({ handling }) => handling === "rest"));
}

function pledged(book: Book, { symbol, priceBase, decimals }: AssetSpec): number {
  const sum = (side: "collateral" | "debt"): bigint =>
    book.accounts
      .flatMap((account) => account[side])
      .reduce((all, one) => (one.symbol === symbol ? all + one.units : all), 0n);
  const largest = sum("collateral") > sum("debt") ? sum("collateral") : sum("debt");
  return Number(`${largest}e-${decimals}`) * Number(priceBase);
}

interface Depth {
  readonly follows: BookAsset["follows"];
  readonly usd: number;
  readonly usdPerBase: number;
}

const FEES: Readonly<Record<PriceDriver, number>> = { stETH: 100, ETH: 500, USD: 100 };

function pool(base: AssetSpec, quote: AssetSpec, { follows, usd, usdPerBase }: Depth): PoolSpec {
  const value = Math.max(usd, MIN_DEPTH_USD) / usdPerBase;
  const amounts = { baseAmount: amount(value, base), quoteAmount: amount(value, quote) };
  return {
    base: base.symbol,
    quote: quote.symbol,
    fee: FEES[follows],
    positions: [
      { range: BANDS[follows], ...amounts },
      { range: "full", ...amounts },
    ],
  };
}
