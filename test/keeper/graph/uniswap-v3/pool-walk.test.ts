import { expect } from "chai";
import fc from "fast-check";
import { baseSoldTo, walkOfPool } from "../../../../keeper/src/graph/pool-walk.js";
import { swap } from "../../../../keeper/src/graph/uniswap-v3/swap.js";
import { sqrtFromX96 } from "../../../../keeper/src/graph/uniswap-v3/tick-math.js";
import type { UniswapV3Pool } from "../../../../keeper/src/snapshot/pool-state.js";
import { fromUnits } from "../../../../keeper/src/units.js";
import { randomPool } from "./random-pool.js";
import { sqrtPriceAt } from "./slow-swap.js";

const RUNS = { seed: 20260214, numRuns: 400 } as const;
const EPSILON = 2 ** -52;
/** Any amount: the swap ends at its limit. */
const ALL = 1n << 200n;
const FURTHEST = 20_000;

/**
 * The curves' float64 walk tells how much of the base moves the price to a target; the exact swap, told to stop at that
 * price, tells how much went in or came out. They agree up to
 *
 * - 2 raw units for each stop of the pool, which rounds the amount and the fee there, and
 * - 4 ulps, for each stop, of the largest virtual reserve of the base on the way, L/s: the walk adds differences of those.
 */
describe("baseSoldTo", () => {
  const cases = fc.tuple(
    randomPool({ reach: 80_000, liquidityBits: [40, 90] }),
    fc.boolean(),
    fc.integer({ min: 1, max: FURTHEST }),
  );

  it("property: selling the base agrees with the exact swap to the same price", () => {
    fc.assert(
      fc.property(cases, ([pool, baseIsToken0, ticks]) => {
        const limit = sqrtPriceAt(pool.tick + (baseIsToken0 ? -ticks : ticks + 1));
        const { amount0, amount1 } = swap(pool, baseIsToken0, { amountSpecified: ALL, sqrtPriceLimitX96: limit });
        expectAgreement(pool, baseIsToken0, limit, baseIsToken0 ? amount0 : amount1);
      }),
      RUNS,
    );
  });

  it("property: buying the base agrees with the exact swap to the same price", () => {
    fc.assert(
      fc.property(cases, ([pool, baseIsToken0, ticks]) => {
        const limit = sqrtPriceAt(pool.tick + (baseIsToken0 ? ticks + 1 : -ticks));
        const { amount0, amount1 } = swap(pool, !baseIsToken0, { amountSpecified: ALL, sqrtPriceLimitX96: limit });
        expectAgreement(pool, baseIsToken0, limit, baseIsToken0 ? amount0 : amount1);
      }),
      RUNS,
    );
  });
});

function expectAgreement(pool: UniswapV3Pool, baseIsToken0: boolean, limit: bigint, exact: bigint): void {
  const walk = walkOfPool(pool, baseIsToken0);
  const target = baseIsToken0 ? sqrtFromX96(limit) : 1 / sqrtFromX96(limit);
  const deepest = walk.liquidity.reduce((most, liquidity) => Math.max(most, liquidity), 0);
  const reserve = deepest / Math.min(walk.start, target);
  const stops = pool.ticks.length + 2 + Math.ceil(FURTHEST / (256 * pool.tickSpacing));
  const off = Math.abs(baseSoldTo(walk, target) - fromUnits(exact, 0));
  expect(off).to.be.at.most(stops * (2 + 4 * EPSILON * reserve));
}
