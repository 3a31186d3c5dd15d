import { MaxUint256 } from "ethers";
import { intToBig, type Address, type Hex } from "../../units.js";
import { sqrtPriceX96 } from "../world/pool-price.js";
import { derivedAddress, type Order } from "../world/orders.js";
import { issue } from "../world/tokens.js";
import { assetOf, type World } from "../world/world.js";
import type { WorldPool } from "../world/uniswap.js";

/** Carries the outside market's prices into the pools by trading on them, with as much capital as that takes. */

const ADDRESS = derivedAddress("arbitrageur");
const FOREVER = 2n ** 48n;
const SWAP_GAS = 16_000_000n;
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
  const base = assetOf(world.assets, pool.base);
  const quote = assetOf(world.assets, pool.quote);
  const sells = target < current;
  const [tokenIn, tokenOut] = sells ? [base.address, quote.address] : [quote.address, base.address];
  const priced = [
    { price: target.toFixed(PRICE_DIGITS), decimals: base.spec.decimals },
    { price: "1", decimals: quote.spec.decimals },
  ] as const;
  const limit = pool.isBaseToken0 ? sqrtPriceX96(...priced) : sqrtPriceX96(priced[1], priced[0]);
  return [
    swapTo(world, pool, { tokenIn, tokenOut, limit, decimals: sells ? base.spec.decimals : quote.spec.decimals }),
  ];
}

function swapTo(
  world: World,
  pool: WorldPool,
  trade: { readonly tokenIn: Address; readonly tokenOut: Address; readonly limit: bigint; readonly decimals: number },
): Order {
  const { router } = world.uniswap;
  const data = router.abi.encodeFunctionData("exactInputSingle", [
    {
      tokenIn: trade.tokenIn,
      tokenOut: trade.tokenOut,
      fee: pool.fee,
      recipient: ADDRESS,
      deadline: FOREVER,
      amountIn: (CAPITAL / 10n) * 10n ** intToBig(trade.decimals),
      amountOutMinimum: 0,
      sqrtPriceLimitX96: trade.limit,
    },
  ]) as Hex;
  return { label: `arbitrage on ${pool.name}`, from: ADDRESS, to: router.address, data, gas: SWAP_GAS };
}

/** Whether a transaction is the arbitrageur's: the outside market's own, not a cost of the system under test. */
export function isArbitrage(from: string): boolean {
  return from.toLowerCase() === ADDRESS;
}
