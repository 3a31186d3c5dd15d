import { MaxUint256 } from "ethers";
import { intToBig, type Hex } from "../../units.js";
import { limitAt, routerSwap } from "../world/controls.js";
import { derivedAddress, type Order } from "../world/orders.js";
import { issue } from "../world/tokens.js";
import { assetOf, type World } from "../world/world.js";
import type { WorldPool } from "../world/uniswap.js";

/** Carries the outside market's prices into the pools by trading on them, with as much capital as that takes. */

const ADDRESS = derivedAddress("arbitrageur");
/** Whole units of every pooled asset. */
const CAPITAL = 10n ** 10n;
/** Moves below this share are not worth a transaction. */
const MIN_MOVE = 1e-5;
const PRICE_DIGITS = 18;

/** Fund the arbitrageur and let the router spend for it. */
export async function openArbitrageur(world: World): Promise<void> {
  const { chain, steward } = world;
  const symbols = new Set(world.pools.flatMap(({ base, quote }) => [base, quote]));
  await chain.impersonate(ADDRESS);
  await chain.setBalance(ADDRESS, 10n ** 26n);
  await chain.setBalance(steward.address, 10n ** 40n);
  for (const symbol of symbols) {
    const { token, spec } = assetOf(world.assets, symbol);
    issue(steward, token, ADDRESS, CAPITAL * 10n ** intToBig(spec.decimals));
    const data = token.abi.encodeFunctionData("approve", [world.uniswap.router.address, MaxUint256]) as Hex;
    steward.add({ label: `arbitrageur approves ${symbol}`, from: ADDRESS, to: token.address, data });
  }
  await steward.flush();
}

/** The swap that brings `pool` from `current` to `target` (base in quote), or none when that is not worth one. */
export function arbitrage(world: World, pool: WorldPool, current: number, target: number): readonly Order[] {
  if (Math.abs(target / current - 1) < MIN_MOVE) return [];
  const sell = target < current ? "base" : "quote";
  const { decimals } = assetOf(world.assets, pool[sell]).spec;
  const sqrtPriceLimitX96 = limitAt(world, pool, target.toFixed(PRICE_DIGITS));
  const amountIn = (CAPITAL / 10n) * 10n ** intToBig(decimals);
  return [routerSwap(world, { pool, trader: ADDRESS, sell, amountIn, sqrtPriceLimitX96 })];
}

/** Whether a transaction is the arbitrageur's: the outside market's own, not a cost of the system under test. */
export function isArbitrage(from: string): boolean {
  return from.toLowerCase() === ADDRESS;
}
