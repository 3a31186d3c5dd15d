import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Book } from "../../books/book.js";
import { loadBook } from "../../books/load-book.js";
import { snapshotOfBook } from "../../books/snapshot-of-book.js";
import { parseCalibration, valueFor, type Calibration } from "../../model/calibration.js";
import type { PoolState, UniswapV3Pool } from "../../snapshot/pool-state.js";
import type { Snapshot } from "../../snapshot/snapshot.js";
import { dailyVolumeUsd, volumeDepthUsd } from "./exchange-depth.js";
import { constantProduct, recordedPool, type Pair, type PoolSide } from "./pools.js";

/** A recorded book, and what is known or assumed about the world that it stood in. */
export interface StudyPlan {
  readonly id: string;
  readonly title: string;
  /** Below the folder of recorded data. */
  readonly folder: string;
  /** First second of the day, UTC. */
  readonly day: string;
  readonly closeFactorBps: number;
  readonly claims: Readonly<Record<string, string>>;
  readonly calibratedAs: Readonly<Record<string, string>>;
  readonly markets: readonly MarketPlan[];
}

/** One market of an asset against a quote. */
export type MarketPlan = { readonly base: string; readonly quote: string } & (
  | { readonly from: "pool"; readonly file: string; readonly what: string }
  | { readonly from: "volume"; readonly file: string }
  /** Nobody recorded it: a constant product of so many USD a side. */
  | { readonly from: "assumption"; readonly sideUsd: number; readonly what: string }
);

const WETH_POOL: MarketPlan = {
  base: "WETH",
  quote: "USDC",
  from: "pool",
  file: "uniswap_v4_eth_usdc_block_24407242.json.gz",
  what: "Uniswap v4 ETH/USDC 0.05 %, ticks of block 24,407,242",
};
const WBTC_POOL: MarketPlan = {
  base: "WBTC",
  quote: "WETH",
  from: "pool",
  file: "uniswap_v3_wbtc_weth_block_24407242.json.gz",
  what: "Uniswap v3 WBTC/WETH 0.3 %, ticks of block 24,407,242",
};
const ETH_VOLUME: MarketPlan = { base: "WETH", quote: "USDC", from: "volume", file: "ETHUSDT_1h_6years.csv.gz" };
const BTC_VOLUME = { quote: "USDC", from: "volume", file: "binance_BTCUSDT_1h.csv.gz" } as const;

const smallToken = (base: string): MarketPlan => ({
  base,
  quote: "WETH",
  from: "assumption",
  sideUsd: 5e6,
  what: "a constant product of USD 5m a side: nothing was recorded",
});

export const STUDIES: readonly [StudyPlan, StudyPlan] = [
  {
    id: "compound-v2",
    title: "Compound v2, 9 May 2023",
    folder: "positions-compound-v2-2023",
    day: "2023-05-09",
    closeFactorBps: 5_000,
    claims: {},
    calibratedAs: {},
    markets: [
      WETH_POOL,
      ETH_VOLUME,
      WBTC_POOL,
      { base: "WBTC", ...BTC_VOLUME },
      { base: "LINK", quote: "USDC", from: "volume", file: "binance_LINKUSDT_1h.csv.gz" },
      { base: "AAVE", quote: "USDC", from: "volume", file: "binance_AAVEUSDT_1h.csv.gz" },
      ...["UNI", "COMP", "BAT", "ZRX", "SUSHI", "YFI"].map(smallToken),
    ],
  },
  {
    id: "aave-steth",
    title: "stETH borrowers of Aave v2, June 2023",
    folder: "positions-aave-steth-2023-06",
    day: "2023-06-17",
    closeFactorBps: 5_000,
    claims: { stETH: "WETH" },
    calibratedAs: { rest: "WBTC" },
    markets: [
      WETH_POOL,
      ETH_VOLUME,
      {
        base: "stETH",
        quote: "WETH",
        from: "assumption",
        sideUsd: 13.4e9,
        what: "a constant product of USD 13.4bn a side: the slope of a StableSwap of 250,000 ETH a side, A = 30, where it is balanced",
      },
      { base: "rest", ...BTC_VOLUME },
    ],
  },
];

/** Both books on the markets of one day: the first one's, and those of what only the second holds. */
export const TOGETHER: StudyPlan = {
  ...STUDIES[0],
  id: "together",
  title: "Both at once",
  claims: STUDIES[1].claims,
  calibratedAs: STUDIES[1].calibratedAs,
  markets: [...STUDIES[0].markets, ...STUDIES[1].markets.filter(({ base }) => base === "stETH" || base === "rest")],
};

/** A plan with its data read. */
export interface Study {
  readonly plan: StudyPlan;
  readonly book: Book;
  readonly snapshot: Snapshot;
  readonly calibration: Calibration;
}

/** Read a study's book and markets from `data`, the folder of recorded data. */
export function openStudy(plan: StudyPlan, data: string, calibrationFile: string): Study {
  const calibration = parseCalibration(JSON.parse(readFileSync(calibrationFile, "utf8")));
  const book = loadBook(join(data, plan.folder));
  return {
    plan,
    book,
    calibration,
    snapshot: studySnapshot(plan, book, marketPools(plan, book, { data, calibration })),
  };
}

/** The book between markets. */
export function studySnapshot(plan: StudyPlan, book: Book, pools: readonly PoolState[]): Snapshot {
  const { closeFactorBps, claims, calibratedAs } = plan;
  const timestamp = Date.parse(plan.day) / 1000;
  const sorted = pools.toSorted((a, b) => (a.pool < b.pool ? -1 : 1));
  return snapshotOfBook(book, { closeFactorBps, timestamp, claims, calibratedAs, pools: sorted });
}

/** Depth of an exchange is turned into a constant product of the same slope: it falls by 2/R per USD. */
const SLOPE_OF_PRODUCT = 2;

/** The pools of a plan's markets at a book's prices. */
export function marketPools(
  plan: Pick<StudyPlan, "day" | "calibratedAs" | "markets">,
  book: Pick<Book, "name" | "assets" | "ethUsd">,
  { data, calibration }: { readonly data: string; readonly calibration: Calibration },
): UniswapV3Pool[] {
  const ethUsd = Number(book.ethUsd);
  return plan.markets.map((market) => {
    const pair: Pair = { base: sideOf(book, market.base), quote: sideOf(book, market.quote) };
    const product = (usd: number, name: string): UniswapV3Pool =>
      constantProduct(pair, name, usd / (pair.base.price * ethUsd));
    if (market.from === "pool") return recordedPool(pair, join(data, "liquidity-dex/degenbot/1", market.file));
    if (market.from === "assumption") return product(market.sideUsd, "assumed");
    const symbol = plan.calibratedAs[market.base] ?? market.base;
    const dailyUsd = dailyVolumeUsd(join(data, "prices-1h", market.file), plan.day);
    const depthUsd = volumeDepthUsd(dailyUsd, valueFor(calibration.sigmaDaily, symbol));
    return product(SLOPE_OF_PRODUCT * depthUsd, "by volume");
  });
}

function sideOf(book: Pick<Book, "name" | "assets">, symbol: string): PoolSide {
  const asset = book.assets.find((candidate) => candidate.symbol === symbol);
  if (asset === undefined)
    throw new RangeError(`saw a market of ${symbol}, expected an asset of the book ${book.name}`);
  return { symbol, decimals: asset.decimals, price: Number(asset.price) };
}
