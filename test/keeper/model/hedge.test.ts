import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { leontiefInverse } from "../../../keeper/src/graph/look-through.js";
import { hedge, totalDelta, type HedgeInstrument } from "../../../keeper/src/model/hedge.js";

const short = (exposure: readonly number[], rest: Partial<HedgeInstrument> = {}): HedgeInstrument => ({
  exposure: Float64Array.from(exposure),
  costFrac: 0,
  lossProbability: 0,
  maxUsd: Infinity,
  ...rest,
});
const TOLERATED = 1_000;

describe(totalDelta.name, () => {
  const { T10_multiasset: t10 } = (
    JSON.parse(readFileSync("test/vectors/analytic_closed_forms.json", "utf8")) as {
      cases: { T10_multiasset: { J: number[][]; N: number[]; delta_by_asset: number[] } };
    }
  ).cases;

  it("T10: (I-J')^-1 W", () => {
    const { usd, upliftX } = totalDelta(Float64Array.from(t10.N), inverseOf(t10.J.flat()));
    t10.delta_by_asset.forEach((delta, k) => {
      expect(usd[k]!).to.be.closeTo(delta, 1e-9 * delta);
      expect(upliftX[k]!)
        .to.be.closeTo(delta / t10.N[k]!, 1e-9)
        .and.be.greaterThan(1);
    });
  });

  it("one asset: 1/(1-rho)", () => {
    expect(totalDelta(Float64Array.of(100), inverseOf([0.75])).usd[0]).to.be.closeTo(400, 1e-9);
  });

  it("uplift: 1 without any exposure, Infinity where only the cascade brings one", () => {
    // A drop of asset 1 makes sales of asset 0.
    const { usd, upliftX } = totalDelta(Float64Array.of(100, 0, 0), inverseOf([0, 0.5, 0, 0, 0, 0, 0, 0, 0]));
    expect([...usd]).to.deep.equal([100, 50, 0]);
    expect([...upliftX]).to.deep.equal([1, Infinity, 1]);
  });
});

describe(hedge.name, () => {
  it("one sure and free instrument takes all of it away", () => {
    const { notionalUsd, residualUsd, residualNormUsd, converged } = hedge(
      Float64Array.of(500),
      [short([-1])],
      TOLERATED,
    );
    expect([notionalUsd[0], residualUsd[0], residualNormUsd, converged]).to.deep.equal([500, 0, 0, true]);
  });

  it("a cost leaves cost * toleratedUsd, or everything", () => {
    const costly = hedge(Float64Array.of(500), [short([-1], { costFrac: 0.1 })], TOLERATED);
    expect(costly.residualUsd[0]).to.be.closeTo(100, 1e-12);
    expect(costly.costUsd).to.be.closeTo(40, 1e-12);
    expect(hedge(Float64Array.of(50), [short([-1], { costFrac: 0.1 })], TOLERATED).notionalUsd[0]).to.equal(0);
  });

  it("a chance pi of losing the only instrument: sized as ever when free, leaves delta sqrt(pi); less when it costs", () => {
    // E(d - B x)^2 = (1-pi)(d-x)^2 + pi d^2, least at x = d; with a cost at x = d - cost * tolerated / (1-pi).
    const free = hedge(Float64Array.of(500), [short([-1], { lossProbability: 0.36 })], TOLERATED);
    expect(free.notionalUsd[0]).to.be.closeTo(500, 1e-9);
    expect(free.residualNormUsd).to.be.closeTo(300, 1e-9);
    expect(free.residualUsd[0]).to.be.closeTo(180, 1e-9);
    const costly = hedge(Float64Array.of(500), [short([-1], { lossProbability: 0.5, costFrac: 0.1 })], TOLERATED);
    expect(costly.notionalUsd[0]).to.be.closeTo(300, 1e-9);
  });

  it("two alike that may fail independently share the load: the normal equations", () => {
    const pi = 0.5;
    const pair = [short([-1], { lossProbability: pi }), short([-1], { lossProbability: pi })];
    // (kept^2 + kept pi) x + kept^2 x = kept d.
    const each = 400 / (1 + (1 - pi));
    const { notionalUsd } = hedge(Float64Array.of(400), pair, TOLERATED);
    for (const usd of notionalUsd) expect(usd).to.be.closeTo(each, 1e-6);
  });

  it("two instruments on two assets: the normal equations; a limit; never a negative notional", () => {
    // [[2, 1], [1, 1]] x = (300, 200) at x = (100, 100).
    const both = [short([-2, -1]), short([-1, -1])];
    const free = hedge(Float64Array.of(300, 200), both, TOLERATED);
    for (const usd of free.notionalUsd) expect(usd).to.be.closeTo(100, 1e-6);
    // With the second held to 40: x1 = <h1, d - 40 h2> / 5 = (2 * 260 + 160) / 5.
    const limited = hedge(Float64Array.of(300, 200), [both[0]!, short([-1, -1], { maxUsd: 40 })], TOLERATED);
    expect(limited.notionalUsd[1]).to.equal(40);
    expect(limited.notionalUsd[0]).to.be.closeTo(136, 1e-9);
    expect(hedge(Float64Array.of(300), [short([1])], TOLERATED).notionalUsd[0]).to.equal(0);
  });

  it("edge: nothing to hedge with, and an instrument that does nothing", () => {
    expect(hedge(Float64Array.of(3, 4), [], TOLERATED).residualNormUsd).to.equal(5);
    expect(hedge(Float64Array.of(3, 4), [short([0, 0])], TOLERATED).notionalUsd[0]).to.equal(0);
  });

  it("error: RangeError for a cost, probability or limit out of range", () => {
    for (const bad of [{ costFrac: -1 }, { lossProbability: 1 }, { maxUsd: NaN }]) {
      expect(() => hedge(Float64Array.of(1), [short([-1], bad)], TOLERATED)).to.throw(RangeError, "instrument 0");
    }
  });

  it("property: no step of any notional does better", () => {
    const share = (max: number) => fc.double({ min: 0, max, noNaN: true });
    const instrument = fc
      .record({
        exposure: fc.array(share(1), { minLength: 3, maxLength: 3 }),
        cost: share(0.2),
        pi: share(0.9),
        max: share(2_000),
      })
      .map(({ exposure, cost, pi, max }) =>
        short(
          exposure.map((x) => -x),
          { costFrac: cost, lossProbability: pi, maxUsd: max },
        ),
      );
    const deltas = fc.array(share(1_000), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(deltas, fc.array(instrument, { minLength: 1, maxLength: 4 }), (delta, instruments) => {
        const found = hedge(Float64Array.from(delta), instruments, TOLERATED);
        const least = objective(delta, instruments, [...found.notionalUsd]);
        const norm = found.residualNormUsd * found.residualNormUsd;
        expect(norm / (2 * TOLERATED) + found.costUsd).to.be.closeTo(least, 1e-9 * (1 + least));
        instruments.forEach(({ maxUsd }, j) => {
          for (const step of [-1, 1]) {
            const moved = found.notionalUsd.map((usd, m) =>
              m === j ? Math.max(0, Math.min(maxUsd, usd + step)) : usd,
            );
            expect(objective(delta, instruments, [...moved])).to.be.at.least(least - 1e-6);
          }
        });
      }),
      { numRuns: 200 },
    );
  });
});

function inverseOf(jacobian: readonly number[]): Float64Array {
  return leontiefInverse(Float64Array.from(jacobian), Math.sqrt(jacobian.length))!;
}

/** The expectation by going through who fails. */
function objective(delta: readonly number[], instruments: readonly HedgeInstrument[], usd: readonly number[]): number {
  let expected = 0;
  for (let alive = 0; alive < 1 << instruments.length; alive++) {
    let probability = 1;
    const left = [...delta];
    instruments.forEach(({ exposure, lossProbability }, j) => {
      const stays = (alive >> j) & 1;
      probability *= stays === 1 ? 1 - lossProbability : lossProbability;
      exposure.forEach((h, k) => (left[k] = left[k]! + stays * h * usd[j]!));
    });
    expected += probability * left.reduce((sum, x) => sum + x * x, 0);
  }
  return expected / (2 * TOLERATED) + instruments.reduce((sum, { costFrac }, j) => sum + costFrac * usd[j]!, 0);
}
