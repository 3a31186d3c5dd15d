import { expect } from "chai";
import { readFileSync } from "node:fs";
import { commonPrice, KNOTS, tabulate } from "../../../keeper/src/graph/depth-curve.js";
import { marketsOf } from "../../../keeper/src/graph/markets.js";
import { baseSoldTo, walkOfPool, type PoolWalk } from "../../../keeper/src/graph/pool-walk.js";
import { getSqrtRatioAtTick, sqrtFromX96 } from "../../../keeper/src/graph/uniswap-v3/tick-math.js";
import { averageFactor, depthUsdAt, marginalFactor } from "../../../keeper/src/model/impact.js";
import type { UniswapV3Pool } from "../../../keeper/src/snapshot/pool-state.js";
import type { AssetState } from "../../../keeper/src/snapshot/snapshot.js";
import { fullRangePool, STETH, USDC, WETH } from "./snapshot-fixture.js";

interface SwapVectors {
  pools: {
    description: string;
    fee: number;
    tickSpacing: number;
    startingSqrtPriceX96: string;
    positions: { tickLower: number; tickUpper: number; liquidity: string }[];
  }[];
  poolSwaps: {
    pool: string;
    case: { zeroForOne: boolean; exactOut: boolean | null; amount: string | null };
    expected: { amount0Delta?: string; amount1Delta?: string; tickBefore?: number };
    sqrtPriceX96After_bigint_check?: string;
  }[];
  tickToSqrt: { tick: number; sqrtRatioX96: string }[];
}

/** Literals of the genuine pool's own test suite. */
const vectors = JSON.parse(readFileSync("test/vectors/uniswap_v3_swaps.json", "utf8")) as SwapVectors;

describe("getSqrtRatioAtTick", () => {
  for (const { tick, sqrtRatioX96 } of vectors.tickToSqrt) {
    it(`tick ${tick}`, () => expect(getSqrtRatioAtTick(tick)).to.equal(BigInt(sqrtRatioX96)));
  }

  it("error: RangeError beyond the last tick", () => {
    expect(() => getSqrtRatioAtTick(887_273)).to.throw(RangeError, "saw tick 887273");
    expect(() => getSqrtRatioAtTick(0.5)).to.throw(RangeError);
  });
});

describe("baseSoldTo against the genuine pool's swaps", () => {
  let compared = 0;
  for (const swap of vectors.poolSwaps) {
    const after = swap.sqrtPriceX96After_bigint_check;
    const { amount0Delta, amount1Delta, tickBefore } = swap.expected;
    if (after === undefined || amount0Delta === undefined || amount1Delta === undefined) continue;
    const { zeroForOne } = swap.case;
    const paid = Number(zeroForOne ? amount0Delta : amount1Delta);
    const got = -Number(zeroForOne ? amount1Delta : amount0Delta);
    const pool = poolOf(
      vectors.pools.find((p) => p.description === swap.pool)!,
      tickBefore!,
    );
    compared++;
    it(`${swap.pool}: ${JSON.stringify(swap.case)}`, () => {
      const end = sqrtFromX96(BigInt(after));
      const sellers = walkOfPool(pool, zeroForOne);
      const sold = baseSoldTo(sellers, zeroForOne ? end : 1 / end);
      expect(sold).to.be.closeTo(paid, 1e-9 * paid + slack(sellers));
      const buyers = walkOfPool(pool, !zeroForOne);
      const bought = -baseSoldTo(buyers, zeroForOne ? 1 / end : end);
      expect(bought).to.be.closeTo(got, 1e-9 * got + slack(buyers));
    });
  }

  it("covers every swap of the file that ends at a known price", () => expect(compared).to.be.at.least(100));
});

describe("tabulate", () => {
  const pool = fullRangePool(1, { base: "WETH", quote: "USDC" }, 1_000, 2_000);
  const walk = walkOfPool(pool, true);
  const sold = (price: number) => baseSoldTo(walk, walk.start * Math.sqrt(price / 2_000)) * 1e-18;
  const curve = tabulate([sold], 2_000, 2_000);
  const cpmm = { kind: "cpmm", reserveUsd: 2_000_000 } as const;

  it("a full-range position is x y = k", () => {
    for (const drop of [0.001, 0.01, 0.05, 0.1, 0.3, 0.6, 0.9]) {
      const exact = depthUsdAt(cpmm, drop);
      expect(depthUsdAt(curve, drop)).to.be.closeTo(exact, (drop < 0.5 ? 1e-3 : 1e-2) * exact);
      expect(marginalFactor(curve, exact)).to.be.closeTo(1 - drop, 2e-3 * drop);
      expect(averageFactor(curve, exact)).to.be.closeTo(averageFactor(cpmm, exact), 1e-3);
    }
  });

  it("purchases raise the price along the same curve", () => {
    const rise = 1 / (1 - 0.1) ** 2;
    expect(marginalFactor(curve, -0.1 * 2_000_000)).to.be.closeTo(rise, 2e-3 * (rise - 1));
  });

  it("has 64 knots a side, ascending, through the origin", () => {
    if (curve.kind !== "table") throw new Error("expected a table");
    expect(curve.drop.length).to.equal(2 * KNOTS - 1);
    expect([curve.drop[KNOTS - 1], curve.usd[KNOTS - 1]]).to.deep.equal([0, 0]);
    for (let m = 1; m < curve.drop.length; m++) {
      expect(curve.drop[m]!).to.be.greaterThan(curve.drop[m - 1]!);
      expect(curve.usd[m]!).to.be.at.least(curve.usd[m - 1]!);
    }
  });

  it("past the last tick with liquidity there is nobody left", () => {
    const band: UniswapV3Pool = {
      ...pool,
      ticks: [
        [pool.tick - 1_000, pool.liquidity],
        [pool.tick + 1_000, -pool.liquidity],
      ],
    };
    const bandWalk = walkOfPool(band, true);
    const bandSold = (price: number) => baseSoldTo(bandWalk, bandWalk.start * Math.sqrt(price / 2_000)) * 1e-18;
    const short = tabulate([bandSold], 2_000, 2_000);
    const all = depthUsdAt(short, 0.999);
    expect(all).to.be.closeTo(depthUsdAt(cpmm, 1 - 1.0001 ** -1_000), 1e-3 * all);
    expect(marginalFactor(short, all)).to.be.closeTo(0.001, 1e-12);
  });
});

describe("commonPrice", () => {
  const cpmmAt = (mid: number, reserve: number) => (price: number) => reserve * (Math.sqrt(mid / price) - 1);

  it("two pools of one size meet where what one takes the other gives", () => {
    const pools = [cpmmAt(100, 10), cpmmAt(104, 10)];
    const price = commonPrice(pools, [100, 104]);
    expect(price).to.be.within(100, 104);
    expect(pools[0]!(price) + pools[1]!(price)).to.be.closeTo(0, 1e-9);
  });

  it("the deeper pool decides", () => {
    expect(commonPrice([cpmmAt(100, 1e6), cpmmAt(104, 1)], [100, 104])).to.be.closeTo(100, 1e-4);
    expect(commonPrice([cpmmAt(100, 1)], [100])).to.equal(100);
  });
});

describe("marketsOf", () => {
  const assets: AssetState[] = [
    { asset: WETH, symbol: "WETH", decimals: 18, lookThrough: [] },
    { asset: STETH, symbol: "stETH", decimals: 18, lookThrough: [{ asset: WETH, unitsWad: 10n ** 18n }] },
    { asset: USDC, symbol: "USDC", decimals: 6, lookThrough: [] },
  ];
  const rules = { stables: new Set(["USDC"]), quotes: ["WETH"], minPoolDepthUsd: 0 };
  const wethPool = fullRangePool(1, { base: "WETH", quote: "USDC" }, 1_000, 2_000);
  const stethPool = fullRangePool(2, { base: "stETH", quote: "WETH" }, 500, 0.95);
  const none = new Float64Array(3).fill(NaN);

  it("values a chain of pools in USD, stables at par", () => {
    const { markets } = marketsOf(assets, [stethPool, wethPool], none, rules);
    expect(markets.get(0)!.priceUsd).to.be.closeTo(2_000, 1e-6);
    expect(markets.get(1)!.priceUsd).to.be.closeTo(1_900, 1e-6);
    expect([...markets.get(1)!.passOn]).to.deep.equal([[0, 1]]);
    expect([...markets.get(0)!.passOn]).to.deep.equal([]);
    expect(depthUsdAt(markets.get(1)!.curve, 0.1)).to.be.closeTo(950_000 * (1 / Math.sqrt(0.9) - 1), 100);
  });

  it("two pools of an asset add up", () => {
    const twin = { ...wethPool, pool: `0x${"ee".repeat(20)}` as const };
    const one = marketsOf(assets, [wethPool], none, rules).markets.get(0)!;
    const two = marketsOf(assets, [wethPool, twin], none, rules).markets.get(0)!;
    expect(depthUsdAt(two.curve, 0.2)).to.be.closeTo(2 * depthUsdAt(one.curve, 0.2), 1);
  });

  it("a pool that is too thin or not started is flagged, not used", () => {
    const thin = marketsOf(assets, [wethPool], none, { ...rules, minPoolDepthUsd: 1e9 });
    expect(thin.markets.size).to.equal(0);
    expect(thin.flags.map((f) => f.kind)).to.deep.equal(["pool-unused"]);
    const empty = marketsOf(assets, [{ ...wethPool, liquidity: 0n, ticks: [] }], none, rules);
    expect(empty.markets.size).to.equal(0);
    const unstarted = marketsOf(assets, [{ ...wethPool, sqrtPriceX96: 0n }], none, rules);
    expect(unstarted.flags.map((f) => f.id)).to.deep.equal([wethPool.pool]);
  });
});

/** Amounts are integers, and a float64 price is known to one part in 2^52 of what the pool holds. */
function slack(walk: PoolWalk): number {
  return 2 + (Math.max(0, ...walk.liquidity) / walk.start) * 2 ** -51;
}

function poolOf(p: SwapVectors["pools"][number], tick: number): UniswapV3Pool {
  const net = new Map<number, bigint>();
  for (const { tickLower, tickUpper, liquidity } of p.positions) {
    net.set(tickLower, (net.get(tickLower) ?? 0n) + BigInt(liquidity));
    net.set(tickUpper, (net.get(tickUpper) ?? 0n) - BigInt(liquidity));
  }
  return {
    pool: USDC,
    kind: "uniswap-v3",
    token0: WETH,
    token1: USDC,
    fee: p.fee,
    tickSpacing: p.tickSpacing,
    sqrtPriceX96: BigInt(p.startingSqrtPriceX96),
    tick,
    liquidity: 0n,
    ticks: [...net].sort(([a], [b]) => a - b),
  };
}
