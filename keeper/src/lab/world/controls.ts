import { MaxUint256, parseUnits } from "ethers";
import type { Address, Hex } from "../../units.js";
import { pushPrice, roundOrders } from "./chainlink.js";
import { sqrtPriceX96 } from "./pool-price.js";
import { WorldSpecError } from "./spec.js";
import { read } from "./contract-ref.js";
import { openActors, orderRequest } from "./orders.js";
import type { Order } from "./orders.js";
import { issue } from "./tokens.js";
import type { WorldPool } from "./uniswap.js";
import { assetOf } from "./world.js";
import type { World, WorldAsset } from "./world.js";

/** An amount of an asset of the world. */
export interface AssetAmount {
  readonly symbol: string;
  /** Raw units, above 0. */
  readonly units: bigint;
}

/** A swap of exactly `amountIn` raw units, or of less where the pool's price reaches the limit first. */
export interface SwapOrder {
  readonly pool: WorldPool;
  /** Opened by {@link openTrader} with the asset it sells. */
  readonly trader: Address;
  readonly sell: "base" | "quote";
  readonly amountIn: bigint;
  readonly sqrtPriceLimitX96?: bigint;
}

const TRADER_WEI = 10n ** 24n;
const SWAP_GAS = 10_000_000n;
const FOREVER = 2n ** 48n;

/**
 * Send a round to the feed of each named asset; the prices stand once mined.
 *
 * **Units.** Decimal strings, base currency per whole unit. **Throws** {@link WorldSpecError} for an unknown asset or
 * for the base currency, which has no feed.
 */
export async function setPrices(world: World, prices: Readonly<Record<string, string>>): Promise<void> {
  for (const [symbol, price] of Object.entries(prices)) {
    const feed = feedOf(world, symbol);
    await pushPrice(world.chain, feed, parseUnits(price, feed.decimals));
  }
}

/** The same submissions as {@link setPrices} sends, queued for the steward's next block. */
export async function queuePrices(world: World, prices: Readonly<Record<string, string>>): Promise<void> {
  for (const [symbol, price] of Object.entries(prices)) {
    const feed = feedOf(world, symbol);
    const orders = await roundOrders(world.chain, feed, parseUnits(price, feed.decimals));
    orders.forEach((order) => world.steward.add(order));
  }
}

/** Let every reserve charge its own rates from the block at `timestamp` (or a second after the head) on, and mine it. */
export async function startInterest(world: World, timestamp?: number): Promise<void> {
  const { aave, steward } = world;
  for (const { address, token, strategy } of world.assets) {
    steward.call(aave.configurator, "setReserveInterestRateStrategyAddress", [address, strategy.address]);
    // A reserve takes its rates from the strategy only when its balances change: one raw unit is enough.
    issue(steward, token, steward.address, 1n);
    steward.call(aave.pool, "supply", [address, 1n, steward.address, 0]);
  }
  await steward.flush(timestamp);
}

/** Put `sentinel` into the lending pool's sentinel slot, and mine it. The zero address takes it out. */
export async function setPriceOracleSentinel(world: World, sentinel: Address, timestamp?: number): Promise<void> {
  world.steward.call(world.aave.addressesProvider, "setPriceOracleSentinel", [sentinel]);
  await world.steward.flush(timestamp);
}

/** Give `to` tokens, and mine it. */
export async function fund(world: World, to: Address, amounts: readonly AssetAmount[]): Promise<void> {
  for (const { symbol, units } of amounts) issue(world.steward, assetOf(world.assets, symbol).token, to, units);
  await world.steward.flush();
}

/** Let the lab send for `trader`: ether, tokens, and the router's approval for each of them. Mines a block. */
export async function openTrader(world: World, trader: Address, amounts: readonly AssetAmount[]): Promise<void> {
  await openActors(world.chain, [trader], TRADER_WEI);
  for (const { symbol } of amounts) {
    const { token } = assetOf(world.assets, symbol);
    const data = token.abi.encodeFunctionData("approve", [world.uniswap.router.address, MaxUint256]) as Hex;
    world.steward.add({ label: `approving ${symbol}`, from: trader, to: token.address, data });
  }
  await fund(world, trader, amounts);
}

/** Send a swap through the router; returns the transaction's hash, to be mined. */
export async function swap(world: World, order: SwapOrder): Promise<Hex> {
  return (await world.chain.rpc.batch([orderRequest(routerSwap(world, order))]))[0] as Hex;
}

/**
 * Send the swap that moves a pool to `price` (quote per base, a decimal string), as far as the trader's tokens go.
 * Returns the hash, or `null` where the pool is there already.
 */
export async function swapToPrice(
  world: World,
  order: { readonly pool: WorldPool; readonly trader: Address; readonly price: string },
): Promise<Hex | null> {
  const { pool, trader } = order;
  const limit = limitAt(world, pool, order.price);
  const current = (await read(world.chain, pool, "slot0", []))[0] as bigint;
  if (limit === current) return null;
  const sell = limit < current === pool.isBaseToken0 ? "base" : "quote";
  const { token } = assetOf(world.assets, pool[sell]);
  const amountIn = (await read(world.chain, token, "balanceOf", [trader]))[0] as bigint;
  return swap(world, { pool, trader, sell, amountIn, sqrtPriceLimitX96: limit });
}

/** The router call of a swap, for whoever sends it. */
export function routerSwap(world: World, order: SwapOrder): Order {
  const { pool, trader, sell } = order;
  const { router } = world.uniswap;
  const params = {
    tokenIn: assetOf(world.assets, pool[sell]).address,
    tokenOut: assetOf(world.assets, pool[sell === "base" ? "quote" : "base"]).address,
    fee: pool.fee,
    recipient: trader,
    deadline: FOREVER,
    amountIn: order.amountIn,
    amountOutMinimum: 0n,
    sqrtPriceLimitX96: order.sqrtPriceLimitX96 ?? 0n,
  };
  const data = router.abi.encodeFunctionData("exactInputSingle", [params]) as Hex;
  return { label: `selling ${pool[sell]} in ${pool.name}`, from: trader, to: router.address, data, gas: SWAP_GAS };
}

/** The square-root price at which a pool stands at `price` (quote per base, a decimal string). */
export function limitAt(world: World, pool: WorldPool, price: string): bigint {
  const base = { price, decimals: assetOf(world.assets, pool.base).spec.decimals };
  const quote = { price: "1", decimals: assetOf(world.assets, pool.quote).spec.decimals };
  return pool.isBaseToken0 ? sqrtPriceX96(base, quote) : sqrtPriceX96(quote, base);
}

function feedOf(world: World, symbol: string): NonNullable<WorldAsset["feed"]> {
  const { feed } = assetOf(world.assets, symbol);
  if (feed === null) throw new WorldSpecError(symbol, "a price for the base currency", "prices of other assets only");
  return feed;
}
