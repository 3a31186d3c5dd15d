import { expect } from "chai";
import { curveOfPool, quotePool } from "../../../keeper/src/graph/pool-quote.js";
import { splitSale } from "../../../keeper/src/graph/split-sale.js";
import type { PoolState } from "../../../keeper/src/snapshot/pool-state.js";
import { PAIR, allKinds, balancerStable, curveCrypto, curveStable, v2, v3, v4, weighted } from "./sample-pools.js";

const WAD = 10n ** 18n;
const CHUNKS = 3_000n;

/** Brute force: the sale in small pieces, each to the pool whose own exact quote grows most by it. */
function greedy(pools: readonly PoolState[], total: bigint): { amounts: bigint[]; out: bigint } {
  const amounts = pools.map(() => 0n);
  const outs = pools.map(() => 0n);
  const chunk = total / CHUNKS;
  const gains = pools.map((pool) => gain(pool, 0n, 0n, chunk));
  for (let c = 0n; c < CHUNKS; c++) {
    const k = gains.reduce((best, value, at) => (value > gains[best]! ? at : best), 0);
    amounts[k]! += chunk;
    outs[k]! += gains[k]!;
    gains[k] = gain(pools[k]!, amounts[k]!, outs[k]!, chunk);
  }
  return { amounts, out: outs.reduce((sum, out) => sum + out, 0n) };
}

function gain(pool: PoolState, sold: bigint, got: bigint, chunk: bigint): bigint {
  try {
    return quotePool(pool, PAIR, sold + chunk) - got;
  } catch {
    return -1n;
  }
}

/** What the next 1/10^6 of what the pool took brings, by its own quote, raw units of the quote for one of the base. */
function nextPrice(pool: PoolState, sold: bigint): number {
  const step = sold / 100_000n + 10n ** 14n;
  const more = quotePool(pool, PAIR, sold + step) - (sold === 0n ? 0n : quotePool(pool, PAIR, sold));
  return Number(more) / Number(step);
}

const SETS: readonly (readonly [string, readonly PoolState[], readonly bigint[]])[] = [
  ["two of one kind and fee", [v2(1n), v2(7n)], [1n, 100n, 3_000n]],
  ["Uniswap v2, v3 and v4", [v2(2n), v3(10n ** 18n), v4(10n ** 18n)], [1n, 100n, 5_000n]],
  ["fees far apart", [v2(5n, 10_000), v3(10n ** 18n, 500)], [1n, 100n, 1_000n]],
  ["weighted and stable", [weighted(3n), curveStable(1n), balancerStable(1n)], [5n, 200n, 900n]],
  ["crypto and weighted", [curveCrypto(), weighted(5n), v2(9n)], [10n, 500n, 2_000n]],
  ["one of each kind", allKinds(), [1n, 300n, 4_000n]],
];

describe("splitSale", () => {
  for (const [name, pools, sizes] of SETS) {
    for (const size of sizes) {
      it(`${name}, ${size} sold: brings no less than brute force, at one marginal price`, () => {
        const total = size * WAD;
        const split = splitSale(pools, PAIR, total);
        expect(split.unsold).to.equal(0n);
        expect(split.parts.reduce((sum, { amountIn }) => sum + amountIn, 0n)).to.equal(total);
        for (const { pool, amountIn, amountOut } of split.parts) {
          expect(amountOut).to.equal(quotePool(pool, PAIR, amountIn));
        }
        // Pieces are rounded down one by one, to a unit each: the whole may bring a unit for each pool less.
        const brute = greedy(pools, total);
        expect(split.amountOut >= brute.out - BigInt(pools.length)).to.equal(true);
        expect(Number(split.amountOut - brute.out) / Number(brute.out)).to.be.below(1e-4);

        const sold = new Map(split.parts.map(({ pool, amountIn }) => [pool, amountIn]));
        const marginal = [...sold].map(([pool, amount]) => nextPrice(pool, amount));
        const [low, high] = [Math.min(...marginal), Math.max(...marginal)];
        expect(high / low - 1).to.be.below(2e-4);
        for (const pool of pools) if (!sold.has(pool)) expect(nextPrice(pool, 0n)).to.be.at.most(high * (1 + 1e-4));
      });
    }
  }

  it("behavior: what no pool takes stays unsold; no pools, all of it", () => {
    const pool = weighted(1n);
    const { parts, unsold } = splitSale([pool], PAIR, 5_000n * WAD);
    // 30 % of the balance, and the fee.
    const most = (300n * WAD * 1_000n) / 997n;
    expect(Number(parts[0]!.amountIn)).to.be.closeTo(Number(most), 1e-9 * Number(most));
    expect(unsold).to.equal(5_000n * WAD - parts[0]!.amountIn);
    expect(splitSale([], PAIR, 7n)).to.deep.equal({ parts: [], amountOut: 0n, unsold: 7n });
    expect(splitSale([{ ...v2(1n), reserve0: 0n }], PAIR, 7n).unsold).to.equal(7n);
  });

  it("error: RangeError for a token that is not the pool's", () => {
    const other = { base: PAIR.base, quote: PAIR.base };
    expect(() => splitSale([v2(1n)], other, 1n)).to.throw(RangeError, "expected two of");
    expect(() => curveOfPool(v2(1n), other)).to.throw(RangeError);
  });
});
