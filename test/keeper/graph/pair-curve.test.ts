import { expect } from "chai";
import { curveOfPool, quotePool } from "../../../keeper/src/graph/pool-quote.js";
import { marketsOf } from "../../../keeper/src/graph/markets.js";
import { splitSale } from "../../../keeper/src/graph/split-sale.js";
import { averageFactor, depthUsdAt } from "../../../keeper/src/model/impact.js";
import type { PoolState } from "../../../keeper/src/snapshot/pool-state.js";
import { tokensOfPool } from "../../../keeper/src/snapshot/pool-state.js";
import type { AssetState } from "../../../keeper/src/snapshot/snapshot.js";
import { BASE, PAIR, QUOTE, allKinds, balancerStable, curveCrypto, v2, v3, weighted } from "./sample-pools.js";

const WAD = 10n ** 18n;
const RATIOS = [0.999, 0.99, 0.95, 0.9, 0.8] as const;

/** What the pool gives for the next unit after `sold`, by its own quote. */
function nextPrice(pool: PoolState, pair: { base: typeof BASE; quote: typeof QUOTE }, sold: number): number {
  const from = BigInt(Math.round(sold));
  const step = from / 20_000n + 1n;
  const more = quotePool(pool, pair, from + step) - quotePool(pool, pair, from - step);
  return Number(more) / Number(2n * step);
}

describe("curveOfPool", () => {
  for (const pool of allKinds()) {
    it(`${pool.kind}: what is sold to a price is what takes the pool's own quote there`, () => {
      const curve = curveOfPool(pool, PAIR)!;
      for (const ratio of RATIOS) {
        const sold = curve.soldTo(ratio);
        const after = nextPrice(pool, PAIR, sold);
        expect(after / (curve.price * (1 - curve.feeFrac)), `to ${ratio}`).to.be.closeTo(ratio, 2e-5);
      }
      expect(curve.soldTo(1)).to.be.closeTo(0, 1e-9);
    });

    it(`${pool.kind}: what is bought up to a price is what the quote gives for it the other way round`, () => {
      const curve = curveOfPool(pool, PAIR)!;
      const back = { base: QUOTE, quote: BASE };
      const other = curveOfPool(pool, back)!;
      expect(other.price).to.be.closeTo(1 / curve.price, 1e-12 / curve.price);
      for (const ratio of RATIOS) {
        const paid = BigInt(Math.round(other.soldTo(ratio)));
        const got = Number(quotePool(pool, back, paid));
        expect(-curve.soldTo(1 / ratio), `up to ${1 / ratio}`).to.be.closeTo(got, 1e-6 * got);
      }
    });
  }

  it("behavior: an empty or unstarted pool is no market", () => {
    for (const pool of allKinds()) {
      const empty =
        "balances" in pool
          ? { ...pool, balances: pool.balances.map(() => 0n) }
          : "ticks" in pool
            ? { ...pool, sqrtPriceX96: 0n }
            : { ...pool, reserve0: 0n };
      expect(curveOfPool(empty, PAIR), pool.kind).to.equal(undefined);
    }
  });
});

describe("marketsOf, of several kinds", () => {
  const assets: AssetState[] = [
    { asset: BASE, symbol: "WETH", decimals: 18, lookThrough: [] },
    { asset: QUOTE, symbol: "USDC", decimals: 6, lookThrough: [] },
    { asset: tokensOfPool(curveCrypto())[1]!, symbol: "WBTC", decimals: 8, lookThrough: [] },
  ];
  const rules = { stables: new Set(["USDC"]), quotes: ["WETH"], minPoolDepthUsd: 0 };
  const none = new Float64Array(3).fill(NaN);

  it("depth adds up at equal marginal price, and a sale along it brings what the exact split brings", () => {
    const pools = [v2(5n), v3(10n ** 18n), weighted(4n), balancerStable(1n)];
    const { markets } = marketsOf(assets, pools, none, rules);
    const { curve, priceUsd, feeFrac } = markets.get(0)!;
    for (const drop of [0.02, 0.05, 0.1]) {
      const target = priceUsd * (1 - drop) * 1e-12;
      const each = pools.map((pool) => {
        const { price, soldTo } = curveOfPool(pool, PAIR)!;
        return soldTo(target / price) - soldTo((priceUsd * 1e-12) / price);
      });
      const sum = each.reduce((total, units) => total + units, 0) * 1e-18 * priceUsd;
      expect(depthUsdAt(curve, drop)).to.be.closeTo(sum, 5e-3 * sum);
    }
    for (const units of [200n, 1_000n, 3_000n]) {
      const { amountOut } = splitSale(pools, PAIR, units * WAD);
      const usd = Number(units) * priceUsd;
      const along = usd * averageFactor(curve, usd) * (1 - feeFrac);
      expect(along, `${units} sold`).to.be.closeTo(Number(amountOut) * 1e-6, 3e-3 * along);
    }
  });

  it("of a pool of three, the most usual quote is the quote of both others", () => {
    const { markets, flags } = marketsOf(assets, [curveCrypto()], none, rules);
    expect(flags).to.deep.equal([]);
    expect([...markets.keys()].sort()).to.deep.equal([0, 2]);
    expect(markets.get(0)!.priceUsd).to.be.closeTo(2_010, 20);
    expect(markets.get(2)!.priceUsd).to.be.closeTo(64_000, 640);
  });
});
