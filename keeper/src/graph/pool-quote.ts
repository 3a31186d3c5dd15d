import type { PoolState } from "../snapshot/pool-state.js";
import { nameOfPool, tokensOfPool } from "../snapshot/pool-state.js";
import type { Address } from "../units.js";
import { balancerStableCurve, balancerStableQuote } from "./balancer/stable-swap.js";
import { weightedCurve, weightedQuote } from "./balancer/weighted-swap.js";
import { cryptoQuote, curveCryptoCurve } from "./curve/crypto-swap.js";
import { curveStableCurve, stableQuote } from "./curve/stable-swap.js";
import type { PairCurve } from "./pair-curve.js";
import { concentratedCurve } from "./pool-walk.js";
import { constantProductCurve, getAmountOut } from "./uniswap-v2/swap.js";
import { swap } from "./uniswap-v3/swap.js";

/** Which token goes in and which comes out. */
export interface Pair {
  readonly base: Address;
  readonly quote: Address;
}

/**
 * What a pool gives of `quote` for `amountIn` raw units of `base`, to the unit as the pool itself would.
 *
 * **Throws** `SwapReverted` where the pool reverts; `RangeError` where a token is not the pool's.
 */
export function quotePool(pool: PoolState, { base, quote }: Pair, amountIn: bigint): bigint {
  const [i, j] = placesOf(pool, base, quote);
  switch (pool.kind) {
    case "uniswap-v2":
      return getAmountOut(pool, base, amountIn);
    case "uniswap-v3":
    case "uniswap-v4": {
      const { amount0, amount1 } = swap(pool, i === 0, { amountSpecified: amountIn });
      return i === 0 ? -amount1 : -amount0;
    }
    case "curve-stable":
      return stableQuote(pool, i, j, amountIn);
    case "curve-crypto":
      return cryptoQuote(pool, i, j, amountIn);
    case "balancer-weighted":
      return weightedQuote(pool, i, j, amountIn);
    case "balancer-stable":
      return balancerStableQuote(pool, i, j, amountIn);
  }
}

/**
 * A pool as a market of `base` in `quote`. Undefined where it is empty or not started.
 *
 * **Throws** `RangeError` where a token is not the pool's.
 */
export function curveOfPool(pool: PoolState, { base, quote }: Pair): PairCurve | undefined {
  const [i, j] = placesOf(pool, base, quote);
  switch (pool.kind) {
    case "uniswap-v2":
      return constantProductCurve(pool, base);
    case "uniswap-v3":
    case "uniswap-v4":
      return concentratedCurve(pool, i === 0);
    case "curve-stable":
      return curveStableCurve(pool, i, j);
    case "curve-crypto":
      return curveCryptoCurve(pool, i, j);
    case "balancer-weighted":
      return weightedCurve(pool, i, j);
    case "balancer-stable":
      return balancerStableCurve(pool, i, j);
  }
}

function placesOf(pool: PoolState, base: Address, quote: Address): readonly [number, number] {
  const tokens = tokensOfPool(pool);
  const [i, j] = [tokens.indexOf(base), tokens.indexOf(quote)];
  if (i < 0 || j < 0 || i === j) {
    throw new RangeError(`pool ${nameOfPool(pool)}: saw ${base} for ${quote}, expected two of ${tokens.join(", ")}`);
  }
  return [i, j];
}
