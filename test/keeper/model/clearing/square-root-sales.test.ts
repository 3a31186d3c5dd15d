import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { fireSaleSqrt } from "../../../../scripts/vectors/firesale-sqrt.js";
import {
  createEquilibrium,
  findEquilibrium,
  markToMarketLossUsd,
  maxDropFrac,
  type SquareRootMarket,
} from "../../../../keeper/src/model/clearing/square-root-sales.js";
import { slowDrops, slowEquilibrium, type SlowMarket } from "./slow-square-root.js";

const SEED = { seed: 20260305 } as const;
const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe("findEquilibrium against syslosseval, EBA 2016, and its toy of two equilibria", () => {
  for (const one of fireSaleSqrt.check(JSON.parse(readFileSync("test/vectors/firesale_sqrtlaw.json", "utf8")))) {
    it(one.name, () => expect(one.error).to.be.at.most(one.tolerance));
  }
});

const markets: fc.Arbitrary<SlowMarket> = fc.integer({ min: 1, max: 8 }).chain((n) => {
  const row = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: n, maxLength: n });
  return fc.record({
    equity: row(share(1, 12)),
    loans: row(share(50, 300)),
    holdings: row(fc.tuple(share(0, 40), share(0, 40))),
    impact: fc.tuple(share(0.001, 0.02), share(0.001, 0.02)),
    maxLeverage: share(15, 45),
  });
});

const typed = ({ equity, loans, holdings, impact, maxLeverage }: SlowMarket): SquareRootMarket => ({
  equityUsd: Float64Array.from(equity),
  loansUsd: Float64Array.from(loans),
  holdingsUsd: Float64Array.from(holdings.flat()),
  impactPerRootUsd: Float64Array.from(impact),
  maxLeverage,
});

describe("findEquilibrium: what must hold", () => {
  it("agrees with the slow version from either end, rounds included", () => {
    const cases = fc.property(markets, fc.constantFrom("least" as const, "greatest" as const), (market, which) => {
      const run = createEquilibrium(typed(market));
      findEquilibrium(typed(market), which, run);
      const slow = slowEquilibrium(market, which);
      slow.drops.forEach((drop, k) => expect(run.dropFrac[k]!).to.be.closeTo(drop, 1e-8));
      expect(Math.abs(run.rounds - slow.rounds)).to.be.at.most(1);
      expect(run.converged).to.equal(true);
    });
    fc.assert(cases, { ...SEED, numRuns: 300 });
  });

  it("is a fixed point; the greatest is nowhere below the least, nor above a sale of everything", () => {
    const cases = fc.property(markets, (market) => {
      const [low, high] = [createEquilibrium(typed(market)), createEquilibrium(typed(market))];
      findEquilibrium(typed(market), "least", low);
      findEquilibrium(typed(market), "greatest", high);
      const most = maxDropFrac(typed(market));
      for (const run of [low, high]) {
        slowDrops(market, [...run.dropFrac]).forEach((d, k) => expect(d).to.be.closeTo(run.dropFrac[k]!, 2e-9));
        expect(run.soldFrac.every((s) => s >= 0 && s <= 1)).to.equal(true);
      }
      low.dropFrac.forEach((d, k) => {
        expect(d).to.be.at.most(high.dropFrac[k]! + 1e-8);
        expect(high.dropFrac[k]!).to.be.at.most(most[k]! + 1e-12);
      });
      expect(markToMarketLossUsd(typed(market), low)).to.be.at.most(markToMarketLossUsd(typed(market), high) + 1e-5);
    });
    fc.assert(cases, SEED);
  });

  it("a bank whose equity the drops use up sells everything", () => {
    const market = typed({ equity: [1, 9], loans: [50, 90], holdings: [[40], [400]], impact: [0.02], maxLeverage: 20 });
    const run = createEquilibrium(market);
    findEquilibrium(market, "greatest", run);
    expect(run.soldFrac[0]).to.equal(1);
  });

  it("error: RangeError where a sale of everything would leave no price", () => {
    const market = typed({ equity: [1], loans: [1], holdings: [[100]], impact: [0.1], maxLeverage: 20 });
    expect(() => findEquilibrium(market, "least", createEquilibrium(market))).to.throw(RangeError, "expected below 1");
  });
});
