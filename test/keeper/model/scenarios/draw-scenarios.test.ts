import { expect } from "chai";
import type { SystemState } from "../../../../keeper/src/graph/system-state.js";
import { keccak256Hex } from "../../../../keeper/src/keccak.js";
import { parseCalibration, type Calibration } from "../../../../keeper/src/model/calibration.js";
import { drawScenarios } from "../../../../keeper/src/model/scenarios/draw-scenarios.js";
import type { ScenarioSet } from "../../../../keeper/src/model/scenarios/scenario-set.js";
import { shippedCalibration } from "../calibration-file.js";

type Drawn = Pick<SystemState, "assets" | "backing">;
type Scenarios = Calibration["scenarios"];

const SHIPPED = shippedCalibration("mainnet-1");
const SYMBOLS = ["WETH", "WBTC", "CRV", "GEM", "USDC", "stETH"];
/** 99 % quantiles of Student's t, from tables, scaled to unit variance. */
const T4_99 = 3.746947 / Math.sqrt(4 / 2);
const T6_99 = 3.142668 / Math.sqrt(6 / 4);

describe(drawScenarios.name, () => {
  it("default: the calibration's seed, count and horizon", () => {
    const set = drawScenarios(assetsOf(SYMBOLS), SHIPPED);
    expect(set).to.include({ seed: "bulkhead/scenarios/1", count: 200, horizonSec: 86_400, depegFrom: 190 });
    expect([set.dropFrac.length, set.depthFactor.length]).to.deep.equal([1_200, 1_200]);
  });

  for (const [name, digest] of [
    ["mainnet-1", "0c2066b2c6b32930614e1a8bf6fdc63d5bfa731fc7664766d7c2fe908d7b90d3"],
    ["lab-1", "41050aa915b0c80c84de37bff7d6b1839336932745fc3043e1b7c9975c73cae6"],
  ] as const) {
    it(`${name}: golden bits of the published set`, () => {
      const { dropFrac, depthFactor } = drawScenarios(assetsOf(SYMBOLS), shippedCalibration(name));
      expect(keccak256Hex(bitsOf(dropFrac) + bitsOf(depthFactor))).to.equal(digest);
    });
  }

  it("an asset's column is its own: others come, go and change places without moving it", () => {
    const all = drawScenarios(assetsOf(SYMBOLS), SHIPPED, { count: 60 });
    const some = drawScenarios(assetsOf(["GEM", "NEW", "CRV"]), SHIPPED, { count: 60 });
    expect(column(some, 3, 0)).to.deep.equal(column(all, 6, 3));
    expect(column(some, 3, 2)).to.deep.equal(column(all, 6, 2));
  });

  it("a longer set starts with the shorter one, up to its depegs", () => {
    const [short, long] = [60, 200].map((count) => drawScenarios(assetsOf(SYMBOLS), SHIPPED, { count }));
    const joint = short!.depegFrom * SYMBOLS.length;
    expect(long!.dropFrac.subarray(0, joint)).to.deep.equal(short!.dropFrac.subarray(0, joint));
  });

  it("another seed is another set", () => {
    const other = drawScenarios(assetsOf(SYMBOLS), SHIPPED, { seed: "other" });
    expect(other.dropFrac).to.not.deep.equal(drawScenarios(assetsOf(SYMBOLS), SHIPPED).dropFrac);
  });

  it("error: RangeError for half a pair, and for more jumps than rare events", () => {
    expect(() => drawScenarios(assetsOf(SYMBOLS), SHIPPED, { count: 7 })).to.throw(RangeError, "saw 7 scenarios");
    const horizonSec = 86_400 * 365 * 100;
    expect(() => drawScenarios(assetsOf(SYMBOLS), SHIPPED, { horizonSec })).to.throw(RangeError, "expected jumps");
  });
});

describe("drawScenarios: the Student-t", () => {
  const COUNT = 20_000;
  const calm = adapted({ jumps: noJumps() });
  const set = drawScenarios(assetsOf(SYMBOLS), calm, { count: COUNT });
  const falls = SYMBOLS.map((_, k) => fallsOf(set, SYMBOLS.length, k));

  it("pairs are antithetic: their log falls cancel", () => {
    for (const k of [0, 1, 2, 3])
      for (let row = 0; row < 200; row += 2) expect(falls[k]![row]! + falls[k]![row + 1]!).to.be.closeTo(0, 1e-12);
  });

  it("standard deviation is sigma, and grows with the root of the horizon", () => {
    const quarter = drawScenarios(assetsOf(SYMBOLS), calm, { count: COUNT, horizonSec: 21_600 });
    SYMBOLS.slice(0, 4).forEach((symbol, k) => {
      const sigma = (SHIPPED.sigmaDaily[symbol] ?? SHIPPED.sigmaDaily["default"]!).value;
      expect(deviation(falls[k]!)).to.be.closeTo(sigma, 0.05 * sigma);
      expect(deviation(fallsOf(quarter, SYMBOLS.length, k))).to.be.closeTo(sigma / 2, 0.05 * (sigma / 2));
    });
  });

  it("99 % quantiles are those of tables: the market's nearly exactly, others' as draws have them", () => {
    const six = adapted({ jumps: noJumps(), nu: { ...SHIPPED.scenarios.nu, value: 6 } });
    const milder = fallsOf(drawScenarios(assetsOf(["WETH"]), six, { count: COUNT }), 1, 0);
    const sigma = (symbol: string) => SHIPPED.sigmaDaily[symbol]!.value;
    expect(sortedAt(falls[0]!, 0.99) / sigma("WETH")).to.be.closeTo(T4_99, 0.01);
    expect(sortedAt(milder, 0.99) / sigma("WETH")).to.be.closeTo(T6_99, 0.01);
    expect(sortedAt(falls[2]!, 0.99) / sigma("CRV")).to.be.closeTo(T4_99, 0.15);
  });

  it("a small set meets the market's quantiles whatever the seed, and others' nearly", () => {
    const beyond = (k: number, seed: string) => {
      const few = fallsOf(drawScenarios(assetsOf(SYMBOLS), calm, { count: 200, seed }), SYMBOLS.length, k);
      const sigma = SHIPPED.sigmaDaily[SYMBOLS[k]!]!.value;
      return few.filter((fall) => fall > T4_99 * sigma).length;
    };
    const seeds = Array.from({ length: 30 }, (_, i) => `seed ${i}`);
    for (const seed of seeds) expect(beyond(0, seed), seed).to.be.within(1, 3);
    expect(seeds.reduce((sum, seed) => sum + beyond(1, seed), 0)).to.be.within(40, 80);
  });

  it("the market falls in the first row of a pair", () => {
    expect(falls[0]!.filter((fall, row) => (row % 2 === 0 ? fall <= 0 : fall >= 0))).to.have.lengthOf(0);
  });

  it("correlations are C_w; an asset that the calibration does not name has the other one's with the market", () => {
    const { normal, tail } = SHIPPED.scenarios.correlation;
    const mixed = (i: number, j: number) => 0.5 * normal.value[i]![j]! + 0.5 * tail.value[i]![j]!;
    expect(correlation(falls[0]!, falls[1]!)).to.be.closeTo(mixed(2, 0), 0.02);
    expect(correlation(falls[1]!, falls[2]!)).to.be.closeTo(mixed(7, 2), 0.02);
    expect(correlation(falls[0]!, falls[3]!)).to.be.closeTo(SHIPPED.scenarios.otherCorrelation.value, 0.02);
  });

  it("assets crash together even where they do not correlate, as no normals would", () => {
    const apart = { ...SHIPPED.scenarios.otherCorrelation, value: 0 };
    const pair = drawScenarios(assetsOf(["WETH", "GEM"]), adapted({ jumps: noJumps(), otherCorrelation: apart }), {
      count: 4 * COUNT,
    });
    const [eth, gem] = [fallsOf(pair, 2, 0), fallsOf(pair, 2, 1)];
    const [q0, q1] = [sortedAt(eth, 0.99), sortedAt(gem, 0.99)];
    const both = eth.filter((fall, row) => fall > q0 && gem[row]! > q1).length / eth.length;
    // Beyond both 99 % quantiles: 0.0001 for independent normals, 0.00096 (4 million draws) for a bivariate t of 4 degrees.
    expect(correlation(eth, gem)).to.be.closeTo(0, 0.02);
    expect(both).to.be.closeTo(0.00096, 3e-4);
  }).timeout(30_000);

  it("no drop goes beyond 99 %", () => {
    const wild = { ...calm, sigmaDaily: { default: { ...SHIPPED.sigmaDaily["default"]!, value: 5 } } };
    const drops = drawScenarios(assetsOf(["WETH"]), wild).dropFrac;
    expect(Math.max(...drops)).to.equal(0.99);
    expect(Math.min(...drops)).to.be.lessThan(-1);
  });
});

describe("drawScenarios: jumps", () => {
  const COUNT = 20_000;
  const own = { perDay: 0.5, meanLog: 0.2, sdLog: 0.1 };

  it("without other movement: mean and variance of a compound Poisson, and no jump on exp(-lambda) of days", () => {
    const still = { ...adapted({ jumps: { market: entries(none()), own: entries(own) } }), sigmaDaily: tiny() };
    const falls = fallsOf(drawScenarios(assetsOf(["WETH"]), still, { count: COUNT }), 1, 0);
    expect(mean(falls)).to.be.closeTo(0.5 * 0.2, 0.004);
    expect(deviation(falls)).to.be.closeTo(Math.sqrt(0.5 * (0.2 * 0.2 + 0.1 * 0.1)), 0.005);
    expect(falls.filter((fall) => fall === 0).length / COUNT).to.be.closeTo(Math.exp(-0.5), 0.01);
  });

  it("of the market: every base asset at once, by its tail beta", () => {
    const still = { ...adapted({ jumps: { market: entries(own), own: entries(none()) } }), sigmaDaily: tiny() };
    const set = drawScenarios(assetsOf(["WETH", "CRV"]), still, { count: 2_000 });
    const [eth, crv] = [fallsOf(set, 2, 0), fallsOf(set, 2, 1)];
    const beta = SHIPPED.tailBeta["CRV"]!.value;
    eth.forEach((fall, row) => {
      if (beta * fall < 4) expect(crv[row]).to.be.closeTo(beta * fall, 1e-9);
    });
    expect(deviation(eth)).to.be.greaterThan(0.1);
  });

  it("are part of the volatility, not on top of it", () => {
    const falls = fallsOf(drawScenarios(assetsOf(["WETH"]), SHIPPED, { count: 40_000 }), 1, 0);
    const sigma = SHIPPED.sigmaDaily["WETH"]!.value;
    expect(deviation(falls)).to.be.closeTo(sigma, 0.06 * sigma);
  }).timeout(30_000);
});

describe("drawScenarios: pegs", () => {
  const set = drawScenarios(assetsOf(SYMBOLS), SHIPPED);

  it("stables and discounts stand still but in the last rows, where each falls in turn", () => {
    const [usdc, steth] = [column(set, 6, 4), column(set, 6, 5)];
    expect([...usdc, ...steth].filter((drop) => drop !== 0)).to.have.lengthOf(10);
    for (let row = 190; row < 200; row++) {
      expect([usdc[row], steth[row]]).to.deep.equal(row % 2 === 0 ? [0.087, 0] : [0, 0.067]);
    }
  });

  it("the market moves in these rows too, as it does without depegs", () => {
    const without = drawScenarios(assetsOf(SYMBOLS), SHIPPED, { depegShare: 0 });
    expect(without.depegFrom).to.equal(200);
    expect(column(without, 6, 0)).to.deep.equal(column(set, 6, 0));
  });

  it("more pegs than rows: every one falls, several in a row", () => {
    const names = Array.from({ length: 23 }, (_, i) => `USD${i}`);
    const many = drawScenarios(assetsOf([], names), SHIPPED);
    names.forEach((_, k) => expect(column(many, 23, k).filter((drop) => drop === 0.21)).to.have.lengthOf(1));
  });

  it("no assets: rows of nothing", () => {
    expect(drawScenarios(assetsOf([]), SHIPPED).dropFrac).to.have.lengthOf(0);
  });
});

describe("drawScenarios: depth", () => {
  it("halves with every depthHalvingDrop, and does not grow with a rise", () => {
    const { dropFrac, depthFactor } = drawScenarios(assetsOf(SYMBOLS), SHIPPED);
    dropFrac.forEach((drop, e) => {
      expect(depthFactor[e]).to.be.closeTo(drop > 0 ? 0.5 ** (drop / 0.1) : 1, 1e-12);
    });
  });
});

describe("calibration: scenarios", () => {
  const { correlation } = SHIPPED.scenarios;
  const tampered = (changes: object) => () =>
    parseCalibration({ ...SHIPPED, scenarios: { ...SHIPPED.scenarios, ...changes } });

  it("error: CalibrationError for a triangle of another size, or without its diagonal", () => {
    const short = { ...correlation.tail, value: correlation.tail.value.slice(1) };
    expect(tampered({ correlation: { ...correlation, tail: short } })).to.throw("correlation.tail: expected 14 rows");
    const flat = { ...correlation.normal, value: correlation.normal.value.map((row) => row.map(() => 0.5)) };
    expect(tampered({ correlation: { ...correlation, normal: flat } })).to.throw("correlation.normal: expected 14");
  });

  it("error: CalibrationError for a matrix that is not positive definite", () => {
    const symbols = { ...correlation.symbols, value: ["A", "B", "C"] };
    const rows = { ...correlation.normal, value: [[1], [0.9, 1], [0.9, -0.9, 1]] };
    expect(tampered({ correlation: { symbols, normal: rows, tail: rows } })).to.throw("not positive definite");
  });

  it("error: CalibrationError for an odd count, an odd nu, a seed of nothing", () => {
    const { count, nu, seed } = SHIPPED.scenarios;
    expect(tampered({ count: { ...count, value: 199 } })).to.throw("scenarios.count.value");
    expect(tampered({ nu: { ...nu, value: 5 } })).to.throw("scenarios.nu.value");
    expect(tampered({ seed: { ...seed, value: "" } })).to.throw("scenarios.seed.value");
  });
});

/** Base assets, but for USDC and `stables`, which are stable, and stETH, which is a claim on the first. */
function assetsOf(symbols: readonly string[], stables: readonly string[] = []): Drawn {
  const assets = [...symbols, ...stables].map((symbol) => ({
    address: `0x${keccak256Hex(symbol).slice(0, 40)}` as const,
    symbol,
    stable: symbol === "USDC" || stables.includes(symbol),
    curve: { kind: "none" } as const,
    marketUsd: 1,
    poolFeeFrac: 0,
    pooled: false,
  }));
  const start = Int32Array.from({ length: assets.length + 1 }, (_, k) => (assets[k - 1]?.symbol === "stETH" ? 1 : 0));
  return { assets, backing: { start, asset: Int32Array.of(0), weight: Float64Array.of(1) } };
}

function adapted(changes: Partial<Scenarios>): Calibration {
  return { ...SHIPPED, scenarios: { ...SHIPPED.scenarios, ...changes } };
}

function none() {
  return { perDay: 0, meanLog: 0.1, sdLog: 0 };
}

function entries({ perDay, meanLog, sdLog }: ReturnType<typeof none>): Scenarios["jumps"]["own"] {
  const { own } = SHIPPED.scenarios.jumps;
  return {
    perDay: { ...own.perDay, value: perDay },
    meanLog: { ...own.meanLog, value: meanLog },
    sdLog: { ...own.sdLog, value: sdLog },
  };
}

function noJumps(): Scenarios["jumps"] {
  return { market: entries(none()), own: entries(none()) };
}

/** So little volatility that jumps are all there is. */
function tiny(): Calibration["sigmaDaily"] {
  return { default: { ...SHIPPED.sigmaDaily["default"]!, value: 1e-12 } };
}

function column({ dropFrac, count }: ScenarioSet, size: number, k: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => dropFrac[row * size + k]!);
}

function fallsOf(set: ScenarioSet, size: number, k: number): Float64Array {
  return column(set, size, k).map((drop) => -Math.log1p(-drop));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function deviation(values: Float64Array): number {
  const m = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - m) * (x - m), 0) / values.length);
}

function correlation(x: Float64Array, y: Float64Array): number {
  const [mx, my] = [mean(x), mean(y)];
  return mean(x.map((value, row) => (value - mx) * (y[row]! - my))) / (deviation(x) * deviation(y));
}

function sortedAt(values: Float64Array, level: number): number {
  return values.toSorted()[Math.floor(level * values.length)]!;
}

function bitsOf(values: Float64Array): string {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, e) => bytes.writeDoubleBE(value, 8 * e));
  return bytes.toString("hex");
}
