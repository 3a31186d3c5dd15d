import exp from "@stdlib/math-base-special-exp";
import ln from "@stdlib/math-base-special-ln";
import { fromUnits, type Address } from "../../units.js";
import type { DevChain } from "../chain.js";
import type { PathStep, Scenario } from "../scenarios/scenario.js";
import { assetOf, type World } from "../world/world.js";
import type { WorldPool } from "../world/uniswap.js";

/**
 * The market around the pools. What a pool trades at is the recorded price times the mark that forced sales have left on
 * it; that mark fades with the recovery time, as the model's temporary impact does (MODEL.md 5.3, Donier-Bonart 2015).
 */
export interface Market {
  readonly pools: readonly MarketPool[];
  /** USD per whole unit of the world's dollar. */
  readonly dollar: { readonly symbol: string; readonly usd: number };
  /** The asset whose pool the lab reports on. */
  readonly shocked: string;
}

export interface MarketPool {
  readonly pool: WorldPool;
  /** Base in units of quote that the outside market pays at step `i` of the path. */
  readonly outside: (step: number) => number;
}

/** Price of a pool's base in its quote, by pool address. */
export type PoolPrices = ReadonlyMap<Address, number>;

const DOLLAR = "USDC";
const ETHER = "WETH";
const STAKED = ["stETH", "wstETH"];
const Q96 = 2 ** 96;
const SLOT0 = "slot0";

/** Where a world opens below or above the recorded level, the difference is worked off over this share of the path. */
const LEVEL_BLEND_SHARE = 0.25;

/** Bind the pools of a world to a scenario. `opening` are the pools' prices before the first step. */
export function createMarket(world: World, scenario: Scenario, path: readonly PathStep[], opening: PoolPrices): Market {
  const staked = scenario.series.find(({ symbol }) => STAKED.includes(symbol));
  const dollarBase = Number(assetOf(world.assets, DOLLAR).spec.priceBase);
  const usdPerBase = world.spec.baseCurrency === "USD" ? 1 : Number(world.spec.ethUsd ?? "0");
  const pools = world.pools.map((pool): MarketPool => {
    const start = priceOf(opening, pool);
    if (pool.base === ETHER) return { pool, outside: following(start, ratios(path, "ETH"), "return") };
    if (staked !== undefined && STAKED.includes(pool.base)) {
      return { pool, outside: following(start, ratios(path, staked.symbol, "ETH"), staked.replay) };
    }
    return { pool, outside: () => start };
  });
  const shocked = staked === undefined ? ETHER : (world.pools.find(({ base }) => STAKED.includes(base))?.base ?? ETHER);
  return { pools, dollar: { symbol: DOLLAR, usd: dollarBase * usdPerBase }, shocked };
}

/** The price a pool is to open a step at: the outside price, with what is left of its mark after `keep`. */
export function targetPrice(pool: MarketPool, step: number, current: number, keep: number): number {
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

/** USD per whole unit of every asset, by symbol, through the pools; an asset without a pool keeps its opening ratio. */
export function usdPrices(world: World, market: Market, pools: PoolPrices): ReadonlyMap<string, number> {
  const known = new Map<string, number>([[market.dollar.symbol, market.dollar.usd]]);
  const byBase = new Map(world.pools.map((pool) => [pool.base, pool]));
  const resolve = (symbol: string): number => {
    const seen = known.get(symbol);
    if (seen !== undefined) return seen;
    const pool = byBase.get(symbol);
    const usd = pool === undefined ? pegged(world, symbol) : priceOf(pools, pool) * resolve(pool.quote);
    known.set(symbol, usd);
    return usd;
  };
  const pegged = (_: World, symbol: string): number => {
    const anchor = isDollarLike(world, symbol) ? DOLLAR : ETHER;
    const opening = (of: string): number => Number(assetOf(world.assets, of).spec.priceBase);
    return (opening(symbol) / opening(anchor)) * resolve(anchor);
  };
  for (const { symbol } of world.assets) resolve(symbol);
  return known;
}

/** A price within a tenth of the dollar's is taken for another dollar; everything else moves with ether. */
function isDollarLike(world: World, symbol: string): boolean {
  const price = Number(assetOf(world.assets, symbol).spec.priceBase);
  const dollar = Number(assetOf(world.assets, DOLLAR).spec.priceBase);
  return Math.abs(price / dollar - 1) < 0.1;
}

function following(start: number, recorded: readonly number[], replay: "return" | "level"): (step: number) => number {
  const first = recorded[0] ?? 1;
  const blend = replay === "return" ? Infinity : Math.max(1, (recorded.length - 1) * LEVEL_BLEND_SHARE);
  return (step) => {
    const here = recorded[Math.min(Math.max(step, 0), recorded.length - 1)] ?? first;
    const fade = Math.max(0, 1 - Math.max(step, 0) / blend);
    return here * exp(fade * ln(start / first));
  };
}

function ratios(path: readonly PathStep[], symbol: string, quote?: string): number[] {
  return path.map(({ prices }) => (prices[symbol] ?? 1) / (quote === undefined ? 1 : (prices[quote] ?? 1)));
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
