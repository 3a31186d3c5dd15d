import { expect } from "chai";
import fc from "fast-check";
import { parametricPayout, premiumFloors } from "../../../keeper/src/model/insurance.js";
import { normalQuantile } from "../../../keeper/src/model/scenarios/normal-quantile.js";
import {
  badDebtRisk,
  columnSums,
  entropicValueAtRisk,
  expectedShortfall,
  knownOutcomes,
  liquidationAtRisk,
  netOfBackstop,
  quantile,
  shortfallContributions,
  tailRho,
  worstRows,
} from "../../../keeper/src/model/tail-risk.js";

/** 1, 2 ... n, in an order that is not sorted. */
const shuffled = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => ((i * 7) % n) + 1);
const outcomes = fc
  .array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((values) => Float64Array.from(values));
const level = fc.double({ min: 0.01, max: 0.999, noNaN: true });

describe(quantile.name, () => {
  it("the ceil(level N)-th smallest: of 200, 99 % is the third largest", () => {
    expect(quantile(shuffled(200), 0.99)).to.equal(198);
    expect(quantile(shuffled(200), 0.95)).to.equal(190);
    expect(quantile(shuffled(199), 0.99)).to.equal(198);
    expect(quantile(shuffled(201), 0.99)).to.equal(199);
    expect(quantile(shuffled(200), 1)).to.equal(200);
    expect(quantile(shuffled(200), 1e-12)).to.equal(1);
    expect(quantile(Float64Array.of(5), 0.99)).to.equal(5);
  });

  it("is the smallest outcome that at least the level's share do not exceed", () => {
    fc.assert(
      fc.property(outcomes, level, (values, q) => {
        const value = quantile(values, q);
        const shareAt = values.filter((x) => x <= value).length / values.length;
        const shareBelow = values.filter((x) => x < value).length / values.length;
        expect(shareAt).to.be.at.least(q - 1e-9);
        expect(shareBelow).to.be.lessThan(q + 1e-9);
      }),
    );
  });

  it("unknown is not dropped", () => {
    expect(quantile(Float64Array.of(1, NaN, 3), 0.5)).to.be.NaN;
  });

  it("error: RangeError", () => {
    expect(() => quantile(new Float64Array(0), 0.99)).to.throw(RangeError, "no outcomes");
    expect(() => quantile(shuffled(3), 1.5)).to.throw(RangeError, "saw level 1.5");
    expect(() => quantile(shuffled(3), NaN)).to.throw(RangeError, "saw level NaN");
  });
});

describe(expectedShortfall.name, () => {
  it("mean of the worst rows", () => {
    expect(expectedShortfall(shuffled(200), 0.99)).to.equal(199.5);
    expect(expectedShortfall(shuffled(10), 0.8)).to.equal(9.5);
  });

  it("counts in part the row that straddles the level: 2.5 of 10", () => {
    expect(expectedShortfall(shuffled(10), 0.75)).to.be.closeTo((10 + 9 + 8 / 2) / 2.5, 1e-12);
  });

  it("fewer rows than a hundred: the worst one", () => {
    expect(expectedShortfall(shuffled(20), 0.99)).to.equal(20);
  });

  it("agrees with Rockafellar and Uryasev: least over c of c + E[(X - c)+] / (1 - level)", () => {
    fc.assert(
      fc.property(outcomes, level, (values, q) => {
        fc.pre(values.length * (1 - q) >= 1);
        const at = (c: number) => {
          const excess = values.reduce((sum, x) => sum + Math.max(0, x - c), 0) / values.length;
          return c + excess / (1 - q);
        };
        const least = Math.min(...[...values].map(at));
        expect(expectedShortfall(values, q)).to.be.closeTo(least, 1e-6 * Math.max(1, Math.abs(least)));
      }),
    );
  });

  it("of a normal: density at the quantile over the tail", () => {
    const normal = normalGrid(20_000);
    const z = 2.3263478740408408;
    const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
    expect(expectedShortfall(normal, 0.99)).to.be.closeTo(density / 0.01, 2e-3);
  });
});

describe(entropicValueAtRisk.name, () => {
  it("of a normal: mu + sigma sqrt(-2 ln(1 - level)) (Ahmadi-Javid 2012, example)", () => {
    const sample = normalGrid(10_000).map((z) => 7 + 3 * z);
    for (const q of [0.8, 0.9, 0.95]) {
      const closed = 7 + 3 * Math.sqrt(-2 * Math.log(1 - q));
      // The grid ends at 3.9 sigma: it can only fall short of the closed form, and by little.
      expect(entropicValueAtRisk(sample, q).usd).to.be.within(closed * 0.99, closed);
    }
  });

  it("of two points: the share at which the relative entropy is -ln(1 - level)", () => {
    const sample = Float64Array.from({ length: 1_000 }, (_, i) => (i < 3 ? 1e7 : 0));
    expect(entropicValueAtRisk(sample, 0.99).usd).to.be.closeTo(1e7 * twoPointShare(0.003, 0.99), 1e-3);
  });

  it("the largest, where that is likely enough by itself; a constant is itself", () => {
    const sample = Float64Array.from({ length: 200 }, (_, i) => (i < 2 ? 5 : 1));
    expect(entropicValueAtRisk(sample, 0.99)).to.deep.equal({ usd: 5, gapUsd: 0 });
    expect(entropicValueAtRisk(new Float64Array(200).fill(3), 0.99)).to.deep.equal({ usd: 3, gapUsd: 0 });
    expect(entropicValueAtRisk(Float64Array.of(1, 2), 1)).to.deep.equal({ usd: 2, gapUsd: 0 });
  });

  it("bounds expected shortfall, which bounds value at risk; none exceeds the largest", () => {
    fc.assert(
      fc.property(outcomes, level, (values, q) => {
        const evar = entropicValueAtRisk(values, q).usd;
        const es = expectedShortfall(values, q);
        const slack = 1e-9 * Math.max(1, ...values.map(Math.abs));
        const enough = values.length * (1 - q) >= 1;
        expect(evar).to.be.at.least(enough ? es - slack : quantile(values, q) - slack);
        expect(es).to.be.at.least(quantile(values, q) - slack);
        expect(evar).to.be.at.most(Math.max(...values));
      }),
    );
  });

  it("its certificate closes, and no tilt on a grid gives less", () => {
    fc.assert(
      fc.property(outcomes, level, (values, q) => {
        const { usd, gapUsd } = entropicValueAtRisk(values, q);
        const scale = Math.max(1, ...values.map(Math.abs));
        expect(gapUsd).to.be.within(0, 1e-6 * scale);
        for (let power = -40; power <= 40; power++) {
          expect(chernoff(values, 1.5 ** power / scale, q)).to.be.at.least(usd - 1e-9 * scale);
        }
      }),
    );
  });

  it("scales and shifts with money, at any size", () => {
    const sample = shuffled(300);
    const { usd } = entropicValueAtRisk(sample, 0.99);
    const scaled = (factor: number) => sample.map((x) => factor * x);
    for (const factor of [1e-12, 1e12])
      expect(entropicValueAtRisk(scaled(factor), 0.99).usd / factor).to.be.closeTo(usd, 1e-9 * usd);
    expect(entropicValueAtRisk(sample.map((x) => x + 1e6), 0.99).usd).to.be.closeTo(usd + 1e6, 1e-6); // prettier-ignore
  });

  it("unknown is not dropped", () => {
    expect(entropicValueAtRisk(Float64Array.of(1, NaN), 0.99).usd).to.be.NaN;
  });
});

describe(shortfallContributions.name, () => {
  /** Three venues over six scenarios; the worst third is rows 1 and 4. */
  const parts = Float64Array.of(1, 0, 2, 9, 1, 5, 0, 0, 0, 2, 2, 2, 0, 20, 4, 3, 0, 0);
  const total = Float64Array.of(3, 15, 0, 6, 24, 3);

  it("each venue's mean over the system's worst rows, by hand", () => {
    expect(columnSums(parts, 3, [0, 1, 2])).to.deep.equal(total);
    const worst = worstRows(total, 2 / 3);
    expect([...worst.rows]).to.deep.equal([4, 1]);
    expect([...shortfallContributions(parts, 3, worst)]).to.deep.equal([4.5, 10.5, 4.5]);
  });

  it("sum to the expected shortfall, and are its derivative in a venue's size", () => {
    const worst = worstRows(total, 0.75);
    const contributions = shortfallContributions(parts, 3, worst);
    const es = expectedShortfall(total, 0.75);
    expect(contributions.reduce((sum, usd) => sum + usd, 0)).to.be.closeTo(es, 1e-12);
    const h = 1e-6;
    contributions.forEach((usd, v) => {
      const larger = columnSums(parts.map((x, e) => (e % 3 === v ? (1 + h) * x : x)), 3, [0, 1, 2]); // prettier-ignore
      expect((expectedShortfall(larger, 0.75) - es) / h).to.be.closeTo(usd, 1e-6);
    });
  });

  it("equals go in order of their row, so that everybody picks the same", () => {
    expect([...worstRows(Float64Array.of(2, 2, 1, 2), 0.5).rows]).to.deep.equal([0, 1]);
  });
});

describe(knownOutcomes.name, () => {
  it("a cascade that did not end is unknown, and so is every tail that it could be in", () => {
    const parts = knownOutcomes(Float64Array.of(5, 6, 1, 2, 3, 4), Uint8Array.of(1, 0, 1));
    expect([...parts]).to.deep.equal([5, 6, NaN, NaN, 3, 4]);
    const total = columnSums(parts, 2, [0, 1]);
    expect([...worstRows(total, 0.3).rows]).to.deep.equal([1, 0, 2]);
    expect(expectedShortfall(total, 0.99)).to.be.NaN;
    expect([...shortfallContributions(parts, 2, worstRows(total, 0.99))]).to.deep.equal([NaN, NaN]);
    expect(premiumFloors(parts, 2, { capitalChargeYearly: 0, horizonSec: 1 })[0]!.premiumUsd).to.be.NaN;
    expect(liquidationAtRisk(total, 10, 0.5)).to.be.NaN;
  });
});

describe(badDebtRisk.name, () => {
  it("coverage is the backstop over ES99; nothing to cover is covered without end", () => {
    const { var95Usd, es99Usd, evar99Usd, coverageX } = badDebtRisk(shuffled(200), 399);
    expect([var95Usd, es99Usd, coverageX]).to.deep.equal([190, 199.5, 2]);
    expect(evar99Usd).to.be.within(199.5, 200);
    expect(badDebtRisk(new Float64Array(200), 0).coverageX).to.equal(Infinity);
    expect(badDebtRisk(Float64Array.of(NaN, 1), 1).coverageX).to.be.NaN;
  });

  it("net of backstops, venue by venue: one fund does not pay for another's", () => {
    const net = netOfBackstop(Float64Array.of(5, 1, 0, 7), Float64Array.of(4, 10));
    expect([...net]).to.deep.equal([1, 0, 0, 0]);
  });
});

describe(liquidationAtRisk.name, () => {
  it("the quantile over the debt; 0 without debt", () => {
    expect(liquidationAtRisk(shuffled(200), 396, 0.99)).to.equal(0.5);
    expect(liquidationAtRisk(new Float64Array(200), 0, 0.99)).to.equal(0);
  });
});

describe(tailRho.name, () => {
  it("both losses over the rows with the largest full loss, by hand", () => {
    const [first, full] = [Float64Array.of(9, 4, 2, 8), Float64Array.of(10, 16, 2, 20)];
    expect(tailRho(first, full, 0.5)).to.be.closeTo(1 - 12 / 36, 1e-15);
  });

  it("0 where the system damps, or where nothing is lost; NaN where a loss is unknown", () => {
    expect(tailRho(Float64Array.of(5, 1), Float64Array.of(4, 1), 0.5)).to.equal(0);
    expect(tailRho(new Float64Array(2), new Float64Array(2), 0.5)).to.equal(0);
    expect(tailRho(Float64Array.of(1, 1), Float64Array.of(NaN, 1), 0.5)).to.be.NaN;
  });
});

describe(premiumFloors.name, () => {
  /** Of 200 days, one costs the first venue 100, another the second 40. */
  const badDebt = new Float64Array(400);
  badDebt[2 * 17] = 100;
  badDebt[2 * 60 + 1] = 40;
  const terms = { capitalChargeYearly: 0.1, horizonSec: 31_536_000 / 10 };

  it("ES99 contribution times capital charge, plus the expected loss, by hand", () => {
    const floors = premiumFloors(badDebt, 2, terms);
    expect(floors[0]).to.deep.equal({ expectedUsd: 0.5, capitalUsd: 50, premiumUsd: 50 * 0.01 + 0.5 });
    expect(floors[1]!.expectedUsd).to.be.closeTo(0.2, 1e-15);
    expect(floors[1]!.premiumUsd).to.be.closeTo(20 * 0.01 + 0.2, 1e-15);
  });
});

describe(parametricPayout.name, () => {
  const cover = { evarTriggerUsd: 1_000, deductibleUsd: 10, limitUsd: 50 };

  it("pays the deficit above the deductible up to the limit, only where the published risk reached the trigger", () => {
    expect(parametricPayout({ evar99Usd: 1_000, deficitUsd: 30 }, cover)).to.equal(20);
    expect(parametricPayout({ evar99Usd: 1_000, deficitUsd: 900 }, cover)).to.equal(50);
    expect(parametricPayout({ evar99Usd: 1_000, deficitUsd: 9 }, cover)).to.equal(0);
    expect(parametricPayout({ evar99Usd: 999, deficitUsd: 900 }, cover)).to.equal(0);
    expect(parametricPayout({ evar99Usd: NaN, deficitUsd: 900 }, cover)).to.equal(0);
  });
});

/** A standard normal as `n` equally likely midpoints of its quantile function. */
function normalGrid(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n));
}

/** The bound that one t gives, by the definition and shifted by the largest. */
function chernoff(values: Float64Array, t: number, q: number): number {
  const most = Math.max(...values);
  const mean = values.reduce((sum, x) => sum + Math.exp(t * (x - most)), 0) / values.length;
  return most + (Math.log(mean) - Math.log(1 - q)) / t;
}

/** Share s >= p with s ln(s/p) + (1-s) ln((1-s)/(1-p)) = -ln(1 - level): EVaR of 1 with probability p, else 0. */
function twoPointShare(p: number, q: number): number {
  let [low, high] = [p, 1];
  for (let i = 0; i < 200; i++) {
    const s = (low + high) / 2;
    const entropy = s * Math.log(s / p) + (1 - s) * Math.log((1 - s) / (1 - p));
    if (entropy < -Math.log(1 - q)) low = s;
    else high = s;
  }
  return low;
}
