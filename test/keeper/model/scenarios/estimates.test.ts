import { expect } from "chai";
import { measuredSection } from "../../../../scripts/estimate/section.js";
import { dailyReturns } from "../../../../scripts/estimate/measure.js";
import { choleskyFactor } from "../../../../keeper/src/model/scenarios/cholesky.js";
import {
  fromTriangle,
  mixedCorrelation,
  sampleCorrelation,
  shrunkCorrelation,
  type SampleCorrelation,
} from "../../../../keeper/src/model/scenarios/correlation.js";
import { estimateJumps } from "../../../../keeper/src/model/scenarios/jumps.js";
import {
  largestFall,
  logReturns,
  returnsOf,
  standardDeviation,
  tailBetas,
  tailDays,
  type ReturnTable,
} from "../../../../keeper/src/model/scenarios/returns.js";
import { requireShared } from "../../../shared-data.js";
import { shippedCalibration } from "../calibration-file.js";
import { seeded } from "../seeded.js";

const PRICES = "data/prices-coingecko-1h-2021-23";
const allDays = (table: ReturnTable): Int32Array => Int32Array.from(table.change[0]!.keys());

describe(choleskyFactor.name, () => {
  it("3 x 3 by hand", () => {
    // Lower triangle of L L' with L = [2 . .; 6 1 .; -8 5 3], the textbook's example.
    const matrix = Float64Array.of(4, 0, 0, 12, 37, 0, -16, -43, 98);
    expect([...choleskyFactor(matrix, 3)!]).to.deep.equal([2, 0, 0, 6, 1, 0, -8, 5, 3]);
  });

  it("null where the matrix is not positive definite", () => {
    expect(choleskyFactor(Float64Array.of(1, 1, 1, 1), 2)).to.equal(null);
    expect(choleskyFactor(fromTriangle([[1], [0.9, 1], [0.9, -0.9, 1]]), 3)).to.equal(null);
    expect(choleskyFactor(Float64Array.of(NaN), 1)).to.equal(null);
  });
});

describe(logReturns.name, () => {
  it("log of price ratios; unknown where a price is", () => {
    const { change } = logReturns({ symbols: ["A"], usd: [Float64Array.of(1, Math.E, NaN, 2, 2)] });
    expect([...change[0]!]).to.deep.equal([1, NaN, NaN, 0]);
  });

  it("error: RangeError", () => {
    const usd = [new Float64Array(3), new Float64Array(2)];
    expect(() => logReturns({ symbols: ["A", "B"], usd })).to.throw(RangeError, "B has 2 days, expected 3 as of A");
    expect(() => returnsOf({ symbols: ["A"], change: [] }, "B")).to.throw(RangeError, "no returns of B, only of A");
  });
});

describe(tailBetas.name, () => {
  /** Two assets with known slopes: 0.5 on ordinary days; 1.5 and 0.8 on the worst. */
  const market = Float64Array.from({ length: 200 }, (_, t) => ((t * 37) % 200) / 1_000 - 0.1);
  const table: ReturnTable = {
    symbols: ["M", "A", "B"],
    change: [
      market,
      market.map((x) => (x <= -0.09 ? 1.5 : 0.5) * x),
      market.map((x, t) => (t % 2 === 0 ? NaN : (x <= -0.09 ? 0.8 : 0.5) * x)),
    ],
  };

  it("of the tail alone, the market's own is 1, over the days that are known", () => {
    const betas = tailBetas(table, "M", 0.05);
    expect(betas.map(({ beta }) => Number(beta.toFixed(12)))).to.deep.equal([1, 1.5, 0.8]);
    expect(betas.map(({ days }) => days)).to.deep.equal([10, 10, 5]);
  });

  it("the tail is the worst twentieth, the mildest of it included", () => {
    const { days, thresholdLog } = tailDays(table, "M", 0.05);
    expect([days.length, thresholdLog]).to.deep.equal([10, 9 / 1_000 - 0.1]);
  });

  it("on recorded prices: the calibration's, which were estimated apart", function () {
    requireShared(this, PRICES);
    const { tailBeta, sigmaDaily, scenarios } = shippedCalibration("mainnet-1");
    const { table: recorded } = dailyReturns(scenarios.correlation.symbols.value);
    tailBetas(recorded, "WETH", 0.05).forEach(({ symbol, beta }, a) => {
      if (symbol !== "stETH") expect(beta, symbol).to.be.closeTo(tailBeta[symbol]!.value, 0.016);
      expect(standardDeviation(recorded.change[a]!), symbol).to.be.closeTo(sigmaDaily[symbol]!.value, 3e-4);
    });
  }).timeout(30_000);
});

describe(sampleCorrelation.name, () => {
  it("by hand, about the mean and about zero", () => {
    const table = { symbols: ["A", "B"], change: [Float64Array.of(1, 2, 3), Float64Array.of(1, 3, 2)] };
    expect(sampleCorrelation(table, allDays(table), "mean").matrix[1]).to.be.closeTo(0.5, 1e-15);
    expect(sampleCorrelation(table, allDays(table), "zero").matrix[1]).to.be.closeTo(13 / 14, 1e-15);
  });

  it("its variance is (1 - rho^2)^2 / n for normals", () => {
    const table = onefactor(4_000, 0.6);
    const { variance, matrix } = sampleCorrelation(table, allDays(table), "mean");
    const rho = matrix[1]!;
    const expected = ((1 - rho * rho) * (1 - rho * rho)) / 4_000;
    expect(variance[1]).to.be.closeTo(expected, 0.15 * expected);
  });

  it("on recorded prices: in a crash assets fall together, which correlations about the mean would hide", function () {
    requireShared(this, PRICES);
    const { table } = dailyReturns(["WETH", "WBTC", "LINK", "UNI", "MKR", "CRV"]);
    const { days } = tailDays(table, "WETH", 0.05);
    const mean = (sample: SampleCorrelation) => shrunkCorrelation(sample, 6).meanCorrelation;
    const always = mean(sampleCorrelation(table, allDays(table), "mean"));
    expect(mean(sampleCorrelation(table, days, "zero"))).to.be.greaterThan(always + 0.1);
    expect(mean(sampleCorrelation(table, days, "mean"))).to.be.lessThan(always);
  }).timeout(30_000);

  it("skips days on which either is unknown", () => {
    const table = { symbols: ["A", "B"], change: [Float64Array.of(1, 2, NaN, 3), Float64Array.of(1, 3, 9, 2)] };
    expect(sampleCorrelation(table, allDays(table), "mean").matrix[1]).to.be.closeTo(0.5, 1e-15);
  });
});

describe(shrunkCorrelation.name, () => {
  it("lands nearer to the truth than the sample, where the truth is constant", () => {
    const table = onefactor(30, 0.7);
    const sample = sampleCorrelation(table, allDays(table), "mean");
    const shrunk = shrunkCorrelation(sample, 5);
    const far = (matrix: Float64Array) => matrix.reduce((sum, r) => sum + (r === 1 ? 0 : (r - 0.7) * (r - 0.7)), 0);
    expect(far(shrunk.matrix)).to.be.lessThan(far(sample.matrix));
    expect(shrunk.shrinkFrac).to.be.greaterThan(0.5);
  });

  it("by hand: variances 0.01 against squared distances of 0.04, 0.04 and 0", () => {
    const matrix = fromTriangle([[1], [0.3, 1], [0.5, 0.7, 1]]);
    const variance = fromTriangle([[0], [0.01, 0], [0.01, 0.01, 0]]);
    const shrunk = shrunkCorrelation({ matrix, variance }, 3);
    expect(shrunk.meanCorrelation).to.be.closeTo(0.5, 1e-15);
    expect(shrunk.shrinkFrac).to.be.closeTo(0.03 / 0.08, 1e-12);
    expect(shrunk.matrix[1 * 3 + 0]).to.be.closeTo(0.3 + 0.2 * 0.375, 1e-12);
  });

  it("repairs what is not positive definite by shrinking on", () => {
    const matrix = fromTriangle([[1], [0.9, 1], [0.9, -0.5, 1]]);
    const shrunk = shrunkCorrelation({ matrix, variance: new Float64Array(9) }, 3);
    expect(choleskyFactor(matrix, 3)).to.equal(null);
    expect(choleskyFactor(shrunk.matrix, 3)).to.not.equal(null);
    expect(shrunk.shrinkFrac).to.be.within(0.05, 0.6);
  });

  it("leaves a constant matrix alone", () => {
    const matrix = fromTriangle([[1], [0.5, 1]]);
    expect(shrunkCorrelation({ matrix, variance: new Float64Array(4) }, 2).matrix).to.deep.equal(matrix);
  });
});

describe(mixedCorrelation.name, () => {
  it("(1 - w) normal + w tail", () => {
    const mixed = mixedCorrelation(fromTriangle([[1], [0.2, 1]]), fromTriangle([[1], [0.8, 1]]), 0.25);
    expect([...mixed].map((r) => Number(r.toFixed(12)))).to.deep.equal([1, 0.35, 0.35, 1]);
  });
});

describe(estimateJumps.name, () => {
  it("counts what falls have more than rises, sized by the falls", () => {
    const falls = Float64Array.of(0.1, 0.3, 0.5, 0.02, 0.01);
    const rises = Float64Array.of(0.01, 0.02, 0.3, 0.1, 0);
    const { perDay, meanLog, sdLog } = estimateJumps(falls, rises, 0.2);
    expect([perDay, meanLog]).to.deep.equal([1 / 5, 0.4]);
    expect(sdLog).to.be.closeTo(0.1, 1e-15);
    expect(estimateJumps(falls, falls, 0.2).perDay).to.equal(0);
    expect(estimateJumps(falls, rises, 9)).to.deep.equal({ perDay: 0, meanLog: 0, sdLog: 0 });
  });
});

describe(largestFall.name, () => {
  it("within so many steps, passing over what is unknown", () => {
    const prices = Float64Array.of(1, 0.9, NaN, 0.6, 1.2, 0.72);
    expect(largestFall(prices, 1)).to.be.closeTo(0.4, 1e-15);
    expect(largestFall(prices.subarray(0, 4), 1)).to.be.closeTo(0.1, 1e-15);
    expect(largestFall(prices.subarray(0, 4), 3)).to.be.closeTo(0.4, 1e-15);
  });
});

describe("the shipped calibrations", () => {
  for (const name of ["lab-1", "mainnet-1"] as const) {
    it(`${name} holds what scripts/estimate-calibration.ts measures`, function () {
      requireShared(this, PRICES);
      requireShared(this, "data/prices-1h");
      const { scenarios } = shippedCalibration(name);
      const { falls, ...measured } = measuredSection(scenarios.correlation.normal.date);
      expect(measured).to.deep.equal({ correlation: scenarios.correlation, jumps: scenarios.jumps });
      expect(scenarios.depegs.dropFrac).to.deep.include(falls);
    }).timeout(30_000);
  }
});

/** Five assets with one common factor, so that any two correlate by `rho`. */
function onefactor(days: number, rho: number): ReturnTable {
  const { normal: next } = seeded(days);
  const common = Float64Array.from({ length: days }, next);
  const change = Array.from({ length: 5 }, () => common.map((x) => Math.sqrt(rho) * x + Math.sqrt(1 - rho) * next()));
  return { symbols: ["A", "B", "C", "D", "E"], change };
}
