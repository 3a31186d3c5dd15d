import exp from "@stdlib/math-base-special-exp";
import ln from "@stdlib/math-base-special-ln";
import { fromUnits, type Address } from "../../units.js";
import type { DevChain } from "../chain.js";
import type { ReplayStep } from "../scenarios/replay-prices.js";
import type { WorldPool } from "../world/uniswap.js";
import { assetOf, type World } from "../world/world.js";

/**
 * The market around the pools. What a pool trades at is the recorded price times the mark that forced sales have left on
 * it; that mark fades with the recovery time, as the model's temporary impact does (docs/model.md; Donier and Bonart 2015).
 */
export interface Market {
  readonly pools: readonly MarketPool[];
  /** What an asset without a pool of its own moves with, by symbol. */
  readonly anchors: Readonly<Record<string, string>>;
  /** The asset in which everything is counted, and its USD price at step `i`. */
  readonly dollar: string;
}

export interface MarketPool {
  readonly pool: WorldPool;
  /** Base in units of quote that the outside market pays at step `i` of the path. */
  readonly outside: (step: number) => number;
}

/** Price of a pool's base in its quote, by pool address. */
export type PoolPrices = ReadonlyMap<Address, number>;

export const DOLLAR = "USDC";
export const ETHER = "WETH";
const Q96 = 2 ** 96;
const SLOT0 = "slot0";

/** Bind the pools of a world to the outside prices of a path. */
export function createMarket(world: World, path: readonly ReplayStep[], anchors: Market["anchors"]): Market {
  const outside = (symbol: string, step: number): number => {
    const recorded = path[Math.min(Math.max(step, 0), path.length - 1)]?.prices[symbol];
    return Number(recorded ?? assetOf(world.assets, symbol).spec.priceBase);
  };
  const pools = world.pools.map((pool) => ({
    pool,
    outside: (step: number) => outside(pool.base, step) / outside(pool.quote, step),
  }));
  return { pools, anchors, dollar: DOLLAR };
}

/** The price a pool is to open a step at: the outside price, with what is left of its mark after `keep`. */
export function targetPrice(pool: Pick<MarketPool, "outside">, step: number, current: number, keep: number): number {
  const mark = ln(current / pool.outside(step - 1));
  return pool.outside(step) * exp(keep * mark);
}

/** Read every pool's price at the head. */
export async function readPoolPrices(chain: DevChain, world: World): Promise<PoolPrices> {
  const answers = await chain.rpc.batch(
    world.pools.map(({ address, abi }) => ({
      method: "eth_call",
      params: [{ to: address, data: abi.encodeFunctionData(SLOT0) }, "latest"],
    })),
  );
  return new Map(world.pools.map((pool, i) => [pool.address, spotPrice(world, pool, String(answers[i]))]));
}

/** USD per whole unit of every asset, by symbol, through the pools; one without a pool keeps its ratio to its anchor. */
export function usdPrices(world: World, market: Market, pools: PoolPrices): ReadonlyMap<string, number> {
  const opening = (symbol: string): number => Number(assetOf(world.assets, symbol).spec.priceBase);
  const usdPerBase = Number(world.spec.ethUsd ?? "1");
  const known = new Map([[market.dollar, opening(market.dollar) * usdPerBase]]);
  const byBase = new Map(world.pools.map((pool) => [pool.base, pool]));
  const resolve = (symbol: string): number => {
    const seen = known.get(symbol);
    if (seen !== undefined) return seen;
    const pool = byBase.get(symbol);
    const anchor = market.anchors[symbol] ?? ETHER;
    const usd =
      pool === undefined
        ? (opening(symbol) / opening(anchor)) * resolve(anchor)
        : priceOf(pools, pool) * resolve(pool.quote);
    known.set(symbol, usd);
    return usd;
  };
  for (const { symbol } of world.assets) resolve(symbol);
  return known;
}

function priceOf(prices: PoolPrices, pool: WorldPool): number {
  const price = prices.get(pool.address);
  if (price === undefined) throw new RangeError(`expected a price of pool ${pool.name}, saw none`);
  return price;
}

function spotPrice(world: World, pool: WorldPool, answer: string): number {
  const [sqrtPriceX96] = pool.abi.decodeFunctionResult(SLOT0, answer);
  const root = fromUnits(sqrtPriceX96 as bigint, 0) / Q96;
  const decimals = (symbol: string): number => assetOf(world.assets, symbol).spec.decimals;
  const scale = 10 ** (decimals(pool.base) - decimals(pool.quote));
  return (pool.isBaseToken0 ? root * root : 1 / (root * root)) * scale;
}
