import type { AssetState, ForcedSale, ReserveState, Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import type { UniswapV3Pool } from "../../../keeper/src/snapshot/pool-state.js";
import type { Address } from "../../../keeper/src/units.js";
import { toUnitsDown } from "../../../keeper/src/units.js";

export const VENUE = "0x00000000000000000000000000000000000000aa";
export const WETH = "0x0000000000000000000000000000000000000001";
export const STETH = "0x0000000000000000000000000000000000000002";
export const USDC = "0x0000000000000000000000000000000000000003";
export const GEM = "0x0000000000000000000000000000000000000004";
const ONE = 10n ** 18n;
const MAX_TICK = 887_270;

/** Holdings of one account in whole units by symbol. */
export interface Holding {
  readonly collateral: Readonly<Record<string, number>>;
  readonly debt: Readonly<Record<string, number>>;
}

/** What {@link marketSnapshot} is asked for; everything else is a round number. */
export interface MarketSpec {
  /** USD per unit. */
  readonly prices: Readonly<{ WETH: number; stETH: number; USDC: number; GEM: number }>;
  /** Reserve of each pool's base asset in whole units, full range; 0 for no pool. */
  readonly depth: Readonly<{ WETH: number; stETH: number }>;
  readonly accounts: readonly Holding[];
  readonly forcedSales?: readonly ForcedSale[];
  /** Price of WETH in its pool, where it differs from the venue's. */
  readonly wethPoolUsd?: number;
  readonly totalDebtFactor?: number;
  readonly lt?: number;
}

const SYMBOLS = ["WETH", "stETH", "USDC", "GEM"] as const;
type MarketSymbol = (typeof SYMBOLS)[number];
const ADDRESSES: Readonly<Record<MarketSymbol, Address>> = { WETH, stETH: STETH, USDC, GEM };

/**
 * One lending venue with WETH, stETH (a claim on one WETH), USDC and GEM (no pool); pools WETH/USDC and stETH/WETH with
 * full-range liquidity and no fee.
 */
export function marketSnapshot(spec: MarketSpec): Snapshot {
  const assets: AssetState[] = SYMBOLS.map((symbol) => ({
    asset: ADDRESSES[symbol],
    symbol,
    decimals: symbol === "USDC" ? 6 : 18,
    lookThrough: symbol === "stETH" ? [{ asset: WETH, unitsWad: ONE }] : [],
  }));
  const reserves = SYMBOLS.map((symbol) => reserveOf(symbol, spec));
  const wethUsd = spec.wethPoolUsd ?? spec.prices.WETH;
  const pools = [
    ...(spec.depth.WETH > 0 ? [fullRangePool(0xb1, { base: "WETH", quote: "USDC" }, spec.depth.WETH, wethUsd)] : []),
    ...(spec.depth.stETH > 0
      ? [fullRangePool(0xb2, { base: "stETH", quote: "WETH" }, spec.depth.stETH, spec.prices.stETH / spec.prices.WETH)]
      : []),
  ];
  const debtUsd = spec.accounts.reduce((sum, { debt }) => sum + valueOf(debt, spec), 0);
  return {
    schema: "bulkhead/snapshot/1",
    chainId: 31337,
    block: { number: 100, hash: `0x${"11".repeat(32)}`, timestamp: 1_700_000_000 },
    assets,
    feeds: [],
    venues: [
      {
        venue: VENUE,
        kind: "aave-v3",
        baseUnit: 10n ** 8n,
        baseUsdE8: 10n ** 8n,
        closeFactorBps: 5_000,
        fullCloseHfWad: (ONE * 95n) / 100n,
        reserves,
        accounts: spec.accounts.map(({ collateral, debt }, i) => ({
          account: addressOf(i + 0x1000),
          collateral: unitsOf(collateral),
          debt: unitsOf(debt),
        })),
        totalDebtBase: toUnitsDown(debtUsd * (spec.totalDebtFactor ?? 1), 8),
      },
    ],
    pools,
    forcedSales: spec.forcedSales ?? [],
    exclusions: [],
  };
}

/** A liquidation `ageSec` before the snapshot's block. */
export function sale(symbol: MarketSymbol, units: number, ageSec: number): ForcedSale {
  return {
    block: 99,
    logIndex: 0,
    timestamp: 1_700_000_000 - ageSec,
    venue: VENUE,
    account: addressOf(0x1000),
    collateralAsset: ADDRESSES[symbol],
    collateralUnits: toUnitsDown(units, symbol === "USDC" ? 6 : 18),
    debtAsset: USDC,
    debtUnits: 0n,
  };
}

/** A pool with liquidity over all ticks, so that it is x y = k: reserve of `base` whole units at `price` quote per base. */
export function fullRangePool(
  id: number,
  { base, quote }: { readonly base: MarketSymbol; readonly quote: MarketSymbol },
  reserve: number,
  price: number,
): UniswapV3Pool {
  const baseIs0 = ADDRESSES[base] < ADDRESSES[quote];
  const raw = price * 10 ** (decimalsOf(quote) - decimalsOf(base));
  const rawReserve = reserve * 10 ** decimalsOf(base);
  const sqrt = Math.sqrt(baseIs0 ? raw : 1 / raw);
  const liquidity = toUnitsDown(baseIs0 ? rawReserve * sqrt : rawReserve / sqrt, 0);
  return {
    pool: addressOf(id),
    kind: "uniswap-v3",
    token0: ADDRESSES[baseIs0 ? base : quote],
    token1: ADDRESSES[baseIs0 ? quote : base],
    fee: 0,
    tickSpacing: 10,
    sqrtPriceX96: toUnitsDown(sqrt * 2 ** 96, 0),
    tick: Math.floor(Math.log(sqrt * sqrt) / Math.log(1.0001)),
    liquidity,
    ticks: [
      [-MAX_TICK, liquidity],
      [MAX_TICK, -liquidity],
    ],
  };
}

function reserveOf(symbol: MarketSymbol, spec: MarketSpec): ReserveState {
  const supplied = spec.accounts.reduce((sum, { collateral }) => sum + (collateral[symbol] ?? 0), 0);
  const lt = spec.lt ?? 0.8;
  return {
    asset: ADDRESSES[symbol],
    priceBase: toUnitsDown(spec.prices[symbol], 8),
    ltvBps: Math.round(lt * 10_000) - 500,
    liquidationThresholdBps: Math.round(lt * 10_000),
    liquidationBonusBps: 500,
    active: true,
    frozen: false,
    paused: false,
    borrowingEnabled: true,
    suppliedUnits: toUnitsDown(supplied, decimalsOf(symbol)),
    debtUnits: 0n,
  };
}

function unitsOf(amounts: Readonly<Record<string, number>>): (readonly [number, bigint])[] {
  return SYMBOLS.flatMap((symbol, r) => {
    const amount = amounts[symbol] ?? 0;
    return amount > 0 ? [[r, toUnitsDown(amount, decimalsOf(symbol))] as const] : [];
  });
}

function valueOf(amounts: Readonly<Record<string, number>>, spec: MarketSpec): number {
  return SYMBOLS.reduce((sum, symbol) => sum + (amounts[symbol] ?? 0) * spec.prices[symbol], 0);
}

function decimalsOf(symbol: MarketSymbol): number {
  return symbol === "USDC" ? 6 : 18;
}

function addressOf(id: number): Address {
  return `0x${id.toString(16).padStart(40, "0")}` as Address;
}
