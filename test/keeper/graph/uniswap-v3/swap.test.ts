import { expect } from "chai";
import fc from "fast-check";
import { SwapReverted } from "../../../../keeper/src/graph/uniswap-v3/errors.js";
import { openSwapPath, swap, swapAlong } from "../../../../keeper/src/graph/uniswap-v3/swap.js";
import { MAX_SQRT_RATIO, MIN_SQRT_RATIO } from "../../../../keeper/src/graph/uniswap-v3/tick-math.js";
import type { UniswapV3Pool } from "../../../../keeper/src/snapshot/pool-state.js";
import { randomPool } from "./random-pool.js";
import { slowSwap, sqrtPriceAt } from "./slow-swap.js";

const SEED = { seed: 20260214 } as const;
const anyPool = randomPool({ reach: 300_000, liquidityBits: [0, 100] });
/** Amounts of every size, in and out. */
const anyAmount = fc
  .tuple(fc.integer({ min: 0, max: 120 }), fc.bigInt({ min: 1n, max: 1n << 64n }), fc.boolean())
  .map(([bits, mantissa, out]) => (out ? -1n : 1n) * (((mantissa << BigInt(bits)) >> 64n) + 1n));

const edgeOf = (zeroForOne: boolean): bigint => (zeroForOne ? MIN_SQRT_RATIO + 1n : MAX_SQRT_RATIO - 1n);

/** A limit `distance` multiples of half the tick spacing ahead: on ticks, on word boundaries, and in between. */
function limitAhead(pool: UniswapV3Pool, zeroForOne: boolean, distance: number): bigint {
  const half = Math.floor(pool.tick / pool.tickSpacing) * pool.tickSpacing;
  const limit = sqrtPriceAt(half + Math.ceil((distance * pool.tickSpacing) / 2) * (zeroForOne ? -1 : 1));
  const ahead = zeroForOne ? limit < pool.sqrtPriceX96 : limit > pool.sqrtPriceX96;
  return ahead ? limit : edgeOf(zeroForOne);
}

describe("swap", () => {
  it("property: equals the loop from stop to stop, in and out, up to any limit", () => {
    fc.assert(
      fc.property(
        anyPool,
        fc.boolean(),
        anyAmount,
        fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: null }),
        (pool, zeroForOne, amountSpecified, distance) => {
          const limit = distance === null ? edgeOf(zeroForOne) : limitAhead(pool, zeroForOne, distance);
          const fast = swap(pool, zeroForOne, { amountSpecified, sqrtPriceLimitX96: limit });
          expect(fast).to.deep.equal(slowSwap(pool, zeroForOne, amountSpecified, limit));
        },
      ),
      { ...SEED, numRuns: 400 },
    );
  });

  it("property: a limit on a word's boundary, in and out of liquidity, leaves the tick as the loop does", () => {
    fc.assert(
      fc.property(anyPool, fc.boolean(), fc.integer({ min: 0, max: 6 }), (pool, zeroForOne, words) => {
        const word = 256 * pool.tickSpacing;
        const boundary = (Math.floor(pool.tick / word) + (zeroForOne ? -words : words + 1)) * word;
        const limit = sqrtPriceAt(boundary);
        fc.pre(zeroForOne ? limit < pool.sqrtPriceX96 : limit > pool.sqrtPriceX96);
        const all = 1n << 200n;
        const fast = swap(pool, zeroForOne, { amountSpecified: all, sqrtPriceLimitX96: limit });
        expect(fast).to.deep.equal(slowSwap(pool, zeroForOne, all, limit));
      }),
      { ...SEED, numRuns: 200 },
    );
  });

  it("property: one path serves any number of swaps, in any order", () => {
    fc.assert(
      fc.property(anyPool, fc.boolean(), fc.array(anyAmount, { minLength: 2, maxLength: 8 }), (pool, way, amounts) => {
        const path = openSwapPath(pool, way);
        for (const amountSpecified of [...amounts, ...amounts.toReversed()]) {
          expect(swapAlong(path, { amountSpecified })).to.deep.equal(swap(pool, way, { amountSpecified }));
        }
      }),
      { ...SEED, numRuns: 100 },
    );
  });

  it("property: there and back never pays", () => {
    fc.assert(
      fc.property(anyPool, fc.boolean(), anyAmount, (pool, zeroForOne, amount) => {
        const there = swap(pool, zeroForOne, { amountSpecified: amount < 0n ? -amount : amount });
        const [paid, got] = zeroForOne ? [there.amount0, -there.amount1] : [there.amount1, -there.amount0];
        fc.pre(got > 0n);
        const { sqrtPriceX96, tick, liquidity } = there;
        const back = swap({ ...pool, sqrtPriceX96, tick, liquidity }, !zeroForOne, { amountSpecified: got });
        expect(zeroForOne ? -back.amount0 <= paid : -back.amount1 <= paid).to.equal(true);
      }),
      { ...SEED, numRuns: 100 },
    );
  });

  const pool: UniswapV3Pool = {
    pool: "0x0000000000000000000000000000000000000001",
    kind: "uniswap-v3",
    token0: "0x0000000000000000000000000000000000000002",
    token1: "0x0000000000000000000000000000000000000003",
    fee: 3_000,
    tickSpacing: 60,
    sqrtPriceX96: 1n << 96n,
    tick: 0,
    liquidity: 1_000_000n,
    ticks: [
      [-600, 1_000_000n],
      [600, -1_000_000n],
    ],
  };
  const codeOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      if (error instanceof SwapReverted) return error.code;
      throw error;
    }
    return "none";
  };

  it("error: AS for amount 0 and for what is no int256", () => {
    for (const amountSpecified of [0n, 1n << 255n, -(1n << 255n)]) {
      expect(codeOf(() => swap(pool, true, { amountSpecified }))).to.equal("AS");
    }
  });

  it("error: SPL for a limit that is not ahead, or beyond the ticks", () => {
    const at = pool.sqrtPriceX96;
    const wrong: [boolean, bigint][] = [
      [true, at],
      [true, at + 1n],
      [true, MIN_SQRT_RATIO],
      [false, at],
      [false, at - 1n],
      [false, MAX_SQRT_RATIO],
    ];
    for (const [zeroForOne, sqrtPriceLimitX96] of wrong) {
      expect(codeOf(() => swap(pool, zeroForOne, { amountSpecified: 1n, sqrtPriceLimitX96 }))).to.equal("SPL");
    }
  });

  it("edge: a burned boundary tick leaves the pool's tick where it was until the price moves", () => {
    // The price stands on tick 0 and the pool's tick below it, as after a swap down across a tick that is gone since.
    const stood = { ...pool, tick: -1 };
    expect(swap(stood, true, { amountSpecified: 1n })).to.deep.include({ tick: -1, sqrtPriceX96: 1n << 96n });
    expect(swap(stood, true, { amountSpecified: 1n })).to.deep.equal(slowSwap(stood, true, 1n, MIN_SQRT_RATIO + 1n));
  });
});
