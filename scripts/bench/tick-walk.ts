import { openSwapPath, swapAlong } from "../../keeper/src/graph/uniswap-v3/swap.js";
import { MIN_SQRT_RATIO } from "../../keeper/src/graph/uniswap-v3/tick-math.js";
import { slowSwap } from "../../test/keeper/graph/uniswap-v3/slow-swap.js";
import type { BenchCase } from "./case.js";
import { drawPool } from "./draw-pool.js";

const AMOUNTS = Array.from({ length: 64 }, (_, m) => BigInt(m + 1) * 5n * 10n ** 21n);
const SUBSET = 20;

/** Sales of 64 sizes into one pool of 300 ranges, as a depth curve asks for them. */
export const tickWalk: BenchCase = {
  name: "Uniswap v3 tick walk",
  unit: "64 sales into one pool",
  barMs: null,
  prepare() {
    const pool = drawPool();
    const limit = MIN_SQRT_RATIO + 1n;
    const subset = AMOUNTS.filter((_, m) => m % 3 === 0).slice(0, SUBSET);
    const walk = () => {
      const path = openSwapPath(pool, true);
      return AMOUNTS.map((amountSpecified) => swapAlong(path, { amountSpecified }));
    };
    const slow = () => subset.map((amount) => slowSwap(pool, true, amount, limit));
    const words = (swaps: readonly object[]) => swaps.map((swap) => Object.values(swap).map(String).join());
    return {
      input: `${pool.ticks.length} initialised ticks, the largest sale ends at ${walk().at(-1)!.tick}`,
      ours: { run: () => void walk(), parts: 1, of: 1 },
      straightforward: { run: () => void slow(), parts: SUBSET, of: AMOUNTS.length },
      difference: () => {
        const ours = words(walk().filter((_, m) => m % 3 === 0));
        return words(slow()).every((text, m) => ours[m] === text) ? 0 : Infinity;
      },
    };
  },
};
