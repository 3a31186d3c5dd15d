import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { weightRows } from "../../../keeper/src/graph/backing.js";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import type { SystemState } from "../../../keeper/src/graph/system-state.js";
import { averageBetween, averageOwn } from "../../../keeper/src/model/execution.js";
import { marginalFactor } from "../../../keeper/src/model/impact.js";
import {
  takeOffers,
  type Offer,
  type Participation,
  type SaleMarket,
} from "../../../keeper/src/model/participation.js";
import { createPriceState, markPrices, shockPrices } from "../../../keeper/src/model/price-state.js";
import { anyCurve } from "./random-system.js";
import { oneAccount } from "./run-small.js";
import { stateOf } from "./small-system.js";

const SEED = { seed: 20260214 } as const;
const INF: DepthCurve = { kind: "inf" };
const POOL: DepthCurve = { kind: "cpmm", reserveUsd: 1_000 };

/** Asset 0 is the numeraire, asset 1 sells into `curve`, after a fall of `drop`. */
function marketOf(curve: DepthCurve, drop = 0): SaleMarket {
  const state = stateOf(oneAccount({ collateral: 1, debt: 0, lt: 0.8, bonus: 0.05 }, { curves: [INF, curve] }));
  const shock = { dropFrac: Float64Array.of(0, drop), depthFactor: Float64Array.of(1, 1) };
  const prices = createPriceState(2);
  shockPrices(prices, state, shock);
  return { state, prices, shock, pendingUsd: new Float64Array(2) };
}

function offer(repaidUsd: number, bonus = 0.05, rest: Partial<Offer> = {}): Offer {
  return { account: 0, venue: 0, repaidUsd, legs: [[1, 1 + bonus]], cashUsd: 1, ...rest };
}

function terms(rest: Partial<Participation> = {}): Participation {
  return { gasUsd: 0, capacityUsd: Float64Array.of(Infinity), sizing: "break-even", ...rest };
}

const taken = (offers: readonly Offer[], market: SaleMarket, rest: Partial<Participation> = {}) =>
  takeOffers(offers, market, terms(rest)).map(({ repaidUsd }) => repaidUsd);

describe(takeOffers.name, () => {
  interface T4 {
    T4_cpmm_profit_cap: { reserve: number; bonus: number; x_max: number; profit_at_half: number };
    T4_cpmm_profit_argmax: { x_star_closed: number };
  }
  const { cases } = JSON.parse(readFileSync("test/vectors/analytic_closed_forms.json", "utf8")) as { cases: T4 };
  const { reserve, bonus, x_max: most, profit_at_half: atHalf } = cases.T4_cpmm_profit_cap;
  const pool: DepthCurve = { kind: "cpmm", reserveUsd: reserve };

  it("T4: a pool pays for x_max, and most for x*", () => {
    expect(taken([offer(1e6, bonus)], marketOf(pool))[0]).to.be.closeTo(most, 1e-9);
    const best = taken([offer(1e6, bonus)], marketOf(pool), { sizing: "best" })[0]!;
    expect(best).to.be.closeTo(cases.T4_cpmm_profit_argmax.x_star_closed, 1e-5);
    expect(takeOffers([offer(most / 2, bonus)], marketOf(pool), terms())[0]!.profitUsd).to.be.closeTo(atHalf, 1e-12);
  });

  it("behavior: what is asked for is taken whole where it pays", () => {
    expect(taken([offer(47)], marketOf(POOL))).to.deep.equal([47]);
    expect(taken([offer(1e6)], marketOf(INF))).to.deep.equal([1e6]);
  });

  it("behavior: gas moves both ends: x is the larger root of (1+b) x R/(R+(1+b)x) - x = gas", () => {
    const gasUsd = 0.3;
    const [a, b, c] = [1.05, gasUsd * 1.05 - 50, gasUsd * 1_000];
    const root = (-b + Math.sqrt(b * b - 4 * a * c)) / (2 * a);
    expect(taken([offer(1e6)], marketOf(POOL), { gasUsd })[0]).to.be.closeTo(root, 1e-9);
    expect(taken([offer(1e6)], marketOf(POOL), { gasUsd: 0.6 })).to.deep.equal([0]);
  });

  it("edge: a bonus below gas is not worth it, however deep the market (depth beyond dust)", () => {
    expect(taken([offer(19)], marketOf(INF), { gasUsd: 1 })).to.deep.equal([0]);
    expect(taken([offer(21)], marketOf(INF), { gasUsd: 1 })).to.deep.equal([21]);
  });

  it("edge: no market, or a pool thinner than dust: everything is stranded", () => {
    expect(taken([offer(100)], marketOf({ kind: "none" }))).to.deep.equal([0]);
    const [dust] = taken([offer(100)], marketOf({ kind: "cpmm", reserveUsd: 1e-9 }));
    expect(dust).to.be.within(0, 1e-10);
  });

  it("behavior: the first takes what pays, and leaves nothing to the next", () => {
    const offers = [offer(1e6, 0.05, { account: 4 }), offer(1e6, 0.1, { account: 9 })];
    const [small, large] = taken(offers, marketOf(POOL));
    expect(large).to.be.closeTo(100 / 1.1, 1e-9);
    expect(small).to.equal(0);
  });

  it("behavior: a round's sales add up: the second is at the market that the first leaves", () => {
    // After v sold, the pool pays R²/((R+v)(R+v+w)) w for w more: break-even w = (1+b) R²/(R+v) - R - v.
    const first = taken([offer(10, 0.2), offer(1e6, 0.05, { account: 1 })], marketOf(POOL));
    expect(first[0]).to.equal(10);
    const v = 12;
    expect(1.05 * first[1]!).to.be.closeTo((1.05 * 1e6) / (1_000 + v) - 1_000 - v, 1e-6);
  });

  it("behavior: a venue's capacity goes to the most profitable", () => {
    const offers = [offer(50, 0.05, { account: 0 }), offer(50, 0.08, { account: 1 }), offer(50, 0.05, { account: 2 })];
    const round = { capacityUsd: Float64Array.of(80) };
    expect(taken(offers, marketOf(INF), round)).to.deep.equal([30, 50, 0]);
    expect(taken(offers.toReversed(), marketOf(INF), round)).to.deep.equal([0, 50, 30]);
  });

  it("behavior: an oracle above the market eats the bonus", () => {
    // The oracle has not seen a fall of 4 %: a unit seized at 1.05 fetches 1.05 · 0.96.
    expect(taken([offer(50)], marketOf(INF, 0.04))).to.deep.equal([50]);
    expect(taken([offer(50)], marketOf(INF, 0.05))).to.deep.equal([0]);
  });

  it("behavior: a debt that has to be bought back is a leg of its own", () => {
    const short = offer(1e6, 0.05, {
      legs: [
        [0, 1.05],
        [1, -1],
      ],
      cashUsd: 0,
    });
    // Buying x from the pool costs x R/(R-x), which is 1.05 x at x = R (1 - 1/1.05).
    expect(taken([short], marketOf(POOL))[0]).to.be.closeTo(1_000 * (1 - 1 / 1.05), 1e-9);
  });

  it("behavior: a token that is redeemed is sold in the market of what it is redeemed into", () => {
    const plain = marketOf(POOL);
    const rows = weightRows(3, (j) => (j === 2 ? [[1, 1]] : []));
    const state: SystemState = {
      ...plain.state,
      assets: [...plain.state.assets, plain.state.assets[0]!],
      saleOrder: Int32Array.of(2, 1, 0),
      backing: rows,
      passOn: rows,
    };
    const shock = { dropFrac: new Float64Array(3), depthFactor: Float64Array.of(1, 1, 1) };
    const prices = createPriceState(3);
    shockPrices(prices, state, shock);
    const market = { state, shock, prices, pendingUsd: new Float64Array(3) };
    expect(taken([offer(1e6, bonus, { legs: [[2, 1 + bonus]] })], market)[0]).to.be.closeTo(most, 1e-9);
    expect([...market.pendingUsd.subarray(1)]).to.deep.equal([market.pendingUsd[2], market.pendingUsd[2]]);
  });

  it("behavior: the order of offers does not matter", () => {
    const one = fc.record({
      usd: fc.double({ min: 1, max: 500, noNaN: true }),
      b: fc.double({ min: 0.01, max: 0.1, noNaN: true }),
    });
    const property = fc.property(fc.array(one, { maxLength: 8 }), (rows) => {
      const offers = rows.map(({ usd, b }, account) => offer(usd, b, { account }));
      const limit = { capacityUsd: Float64Array.of(600), gasUsd: 0.01 };
      expect(taken(offers.toReversed(), marketOf(POOL), limit).toReversed()).to.deep.equal(
        taken(offers, marketOf(POOL), limit),
      );
    });
    fc.assert(property, SEED);
  });

  it("what it takes never loses, and one more per cent would", () => {
    const property = fc.property(anyCurve, fc.double({ min: 0.001, max: 0.2, noNaN: true }), (curve, b) => {
      const [x] = takeOffers([offer(1e9, b)], marketOf(curve), terms());
      expect(x!.profitUsd).to.be.at.least(-1e-6 * x!.repaidUsd);
      const more = 1.01 * x!.repaidUsd * (1 + b);
      expect(more * averageBetween(curve, 0, more)).to.be.lessThan(1.01 * x!.repaidUsd);
    });
    fc.assert(property, SEED);
  });
});

describe(averageOwn.name, () => {
  const table: DepthCurve = { kind: "table", drop: Float64Array.of(-1, 0, 0.5), usd: Float64Array.of(-50, 0, 100) };

  it("of a sliver is the price that is marked, on tables and beyond their ends too", () => {
    for (const drop of [0, 0.1, 0.6, -0.5, -2]) {
      for (const sold of [30, -30, 500, -500]) {
        const market = marketOf(table, drop);
        market.prices.temporaryUsd[1] = sold;
        markPrices(market.prices, market.state, market.shock);
        const marked = market.prices.price[1]!;
        expect(averageOwn(market, 1, sold, 0), `${sold} after ${drop}`).to.be.closeTo(marked, 1e-12);
        expect(averageOwn(market, 1, sold, 1e-6), `${sold} after ${drop}`).to.be.closeTo(marked, 1e-6);
      }
    }
  });

  it("of a table is the mean along it", () => {
    expect(averageOwn(marketOf(table), 1, 0, 100)).to.be.closeTo(0.75, 1e-12);
    expect(averageOwn(marketOf(table, 0.1), 1, 20, 60)).to.be.closeTo(1 - (40 + 100) / 400, 1e-12);
  });
});

describe(averageBetween.name, () => {
  it("is the mean of the marginal price, on every family, both ways", () => {
    const usd = fc.double({ min: -4_000, max: 20_000, noNaN: true });
    const property = fc.property(anyCurve, usd, usd, (curve, from, to) => {
      const steps = 4_000;
      let sum = 0;
      for (let m = 0; m < steps; m++) sum += marginalFactor(curve, from + ((to - from) * (m + 0.5)) / steps);
      expect(averageBetween(curve, from, to)).to.be.closeTo(sum / steps, 2e-4);
    });
    fc.assert(property, SEED);
  });

  it("of nothing is the marginal price, and a sliver's is next to it", () => {
    for (const to of [500, 500 + 1e-7, 500 - 1e-7]) {
      expect(averageBetween(POOL, 500, to)).to.be.closeTo((1_000 / 1_500) ** 2, 1e-9);
    }
  });
});
