import type { UniswapV2Pool } from "../../snapshot/pool-state.js";
import type { Address } from "../../units.js";
import { fromUnits, intToBig } from "../../units.js";
import type { PairCurve } from "../pair-curve.js";
import { SwapReverted } from "../uniswap-v3/errors.js";

const FEE_UNIT = 1_000_000n;

/**
 * The most of the other token that the pair lets out for `amountIn` raw units of `tokenIn`.
 *
 * **Throws** `SwapReverted` with the pair's or the library's own codes.
 * **Source.** Uniswap/v2-core `UniswapV2Pair.swap`; v2-periphery `UniswapV2Library.getAmountOut`.
 */
export function getAmountOut(pool: UniswapV2Pool, tokenIn: Address, amountIn: bigint): bigint {
  const [reserveIn, reserveOut] = reservesFrom(pool, tokenIn);
  if (amountIn <= 0n) throw new SwapReverted("INSUFFICIENT_INPUT_AMOUNT", `saw ${amountIn}, expected above 0`);
  const paid = amountIn * (FEE_UNIT - intToBig(pool.fee));
  return (paid * reserveOut) / (reserveIn * FEE_UNIT + paid);
}

/** The pair as a market of `base`: between fees, x y = k. Undefined where it is empty. */
export function constantProductCurve(pool: UniswapV2Pool, base: Address): PairCurve | undefined {
  if (pool.reserve0 === 0n || pool.reserve1 === 0n) return undefined;
  const [baseReserve, quoteReserve] = reservesFrom(pool, base).map((reserve) => fromUnits(reserve, 0)) as [
    number,
    number,
  ];
  const feeFrac = fromUnits(intToBig(pool.fee), 0) / fromUnits(FEE_UNIT, 0);
  return {
    price: quoteReserve / baseReserve,
    feeFrac,
    soldTo(ratio) {
      const moved = baseReserve * (1 / Math.sqrt(ratio) - 1);
      return ratio < 1 ? moved / (1 - feeFrac) : moved;
    },
  };
}

function reservesFrom(pool: UniswapV2Pool, tokenIn: Address): readonly [bigint, bigint] {
  if (pool.reserve0 === 0n || pool.reserve1 === 0n) {
    throw new SwapReverted("INSUFFICIENT_LIQUIDITY", `pool ${pool.pool}: saw an empty reserve, expected both above 0`);
  }
  return tokenIn === pool.token0 ? [pool.reserve0, pool.reserve1] : [pool.reserve1, pool.reserve0];
}
