import { expect } from "chai";
import fc from "fast-check";
import { riskLevel, smartLtv } from "../../../keeper/src/model/smart-ltv.js";

const RUNS = { seed: 20260214, numRuns: 300 } as const;
const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const markets = fc.record({
  clf: share(0.1, 20),
  sigma: share(0.001, 2),
  liquidityUsd: share(1e3, 1e9),
  capUsd: share(1e3, 1e9),
  bonusFrac: share(0, 0.2),
});

describe("smartLtv", () => {
  it("default: the literal of its authors' own tests", () => {
    const market = { clf: 3, sigma: 0.1, liquidityUsd: 1_000_000, capUsd: 200_000, bonusFrac: 0.05 };
    expect(smartLtv(market)).to.be.closeTo(0.82444657, 1e-8);
  });

  it("edge: what cannot be lent on is 0, and nothing to sell leaves the bonus", () => {
    const market = { clf: 4.9, sigma: 9.99, liquidityUsd: 1e7, capUsd: 1e7, bonusFrac: 0.19 };
    expect(smartLtv(market)).to.equal(0);
    expect(smartLtv({ ...market, liquidityUsd: 0 })).to.equal(0);
    expect(smartLtv({ ...market, capUsd: 0 })).to.equal(0.81);
  });

  it("property: more depth allows more, more volatility or a larger bonus less", () => {
    fc.assert(
      fc.property(markets, (market) => {
        const ltv = smartLtv(market);
        expect(smartLtv({ ...market, liquidityUsd: market.liquidityUsd * 2 })).to.be.at.least(ltv);
        expect(smartLtv({ ...market, sigma: market.sigma * 2 })).to.be.at.most(ltv);
        expect(smartLtv({ ...market, bonusFrac: market.bonusFrac + 0.05 })).to.be.at.most(ltv);
      }),
      RUNS,
    );
  });
});

describe("riskLevel", () => {
  it("property: is 1/c of the loan-to-value that c gives", () => {
    fc.assert(
      fc.property(markets, (market) => {
        const ltv = smartLtv(market);
        fc.pre(ltv > 1e-6 && ltv + market.bonusFrac < 0.999);
        expect(riskLevel(ltv, market) * market.clf).to.be.closeTo(1, 1e-9);
      }),
      RUNS,
    );
  });
});
