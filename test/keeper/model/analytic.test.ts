import { expect } from "chai";
import { readFileSync } from "node:fs";
import { leontiefInverse, lookThrough } from "../../../keeper/src/graph/look-through.js";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { openBook } from "../../../keeper/src/model/book.js";
import { createCascade, runCascade } from "../../../keeper/src/model/cascade.js";
import { averageFactor, depthUsdAt, marginalFactor } from "../../../keeper/src/model/impact.js";
import { spectralRadius } from "../../../keeper/src/model/sensitivity/spectral.js";
import { crowd, crowdShock } from "./crowd.js";
import { oneAccount, PLAIN, runSmall } from "./run-small.js";
import { stateOf } from "./small-system.js";

/** Closed forms of MODEL 10; the file also holds independent simulations of each. */
const { cases } = JSON.parse(readFileSync("test/vectors/analytic_closed_forms.json", "utf8")) as {
  cases: Record<string, Record<string, number>>;
};
const matrices = JSON.parse(JSON.stringify(cases)) as Record<
  string,
  Record<string, number[]> & Record<string, number[][]>
>;

const ACCOUNTS = 20_000;

describe("T1-T3: a crowd of accounts and linear impact", () => {
  for (const rho of ["0.1", "0.195", "0.5", "0.8", "0.9", "0.99"]) {
    const vector = cases[`T1_geometric_rho${rho}`]!;
    it(`rho ${rho}: d = d0 / (1 - rho) = ${vector["d_closed"]}`, () => {
      const g = vector["g_units_per_unit_drop"]!;
      const range = Math.min(1, 1.2 * vector["d_closed"]!);
      const d = finalDrop((x) => g * x, vector["lam"]!, vector["d0"]!, range);
      expect(d).to.be.closeTo(
        vector["d_closed"]!,
        1e-3 * vector["d_closed"]! + gridError(vector["multiplier"]!, range),
      );
      expect(d / vector["d0"]!).to.be.closeTo(vector["multiplier"]!, 4e-3 * vector["multiplier"]!);
    });
  }

  it("T2, rho >= 1: the price goes to 0", () => {
    expect(finalDrop((x) => 50.05 * x, 0.02, 0.005, 1)).to.be.closeTo(cases["T2_supercritical"]!["d_sim"]!, 1e-9);
  });

  for (const part of ["0.1", "0.5", "0.9"]) {
    const vector = cases[`T3_fold_${part}`]!;
    it(`T3 at ${part} of the fold: d = ${vector["d_closed"]}, delta = ${vector["delta_closed"]}`, () => {
      const [lambda, g0, g1, d0] = [vector["lam"]!, vector["g0"]!, vector["g1"]!, vector["d0"]!];
      const sold = (x: number) => g0 * x + (g1 * x * x) / 2;
      const range = 1.5 * vector["d_closed"]!;
      const d = finalDrop(sold, lambda, d0, range);
      expect(d).to.be.closeTo(vector["d_closed"]!, 1e-3 * vector["d_closed"]!);
      const h = 0.02 * d0;
      const above = finalDrop(sold, lambda, d0 + h, range);
      const slope = (above - finalDrop(sold, lambda, d0 - h, range)) / (2 * h);
      expect(slope).to.be.closeTo(vector["delta_closed"]!, 0.03 * vector["delta_closed"]!);
    });
  }
});

describe("T4: what a constant-product pool pays a liquidator", () => {
  const { reserve, bonus, x_max, profit_at_half } = cases["T4_cpmm_profit_cap"]!;
  const curve: DepthCurve = { kind: "cpmm", reserveUsd: reserve! };
  const profit = (repaid: number) => {
    const seized = repaid * (1 + bonus!);
    return seized * averageFactor(curve, seized) - repaid;
  };

  it("breaks even at x_max = b R / (1 + b)", () => {
    expect(profit(x_max!)).to.be.closeTo(0, 1e-9);
    expect(profit(x_max! / 2)).to.be.closeTo(profit_at_half!, 1e-9);
  });

  it("pays most at x* = R (sqrt(1 + b) - 1) / (1 + b)", () => {
    const best = cases["T4_cpmm_profit_argmax"]!["x_star_closed"]!;
    expect(profit(best)).to.be.greaterThan(profit(best * 0.99));
    expect(profit(best)).to.be.greaterThan(profit(best * 1.01));
  });
});

describe("T5: past LTV 1 / (1 + b) a liquidation raises the LTV", () => {
  for (const [name, vector] of Object.entries(cases).filter(([key]) => key.startsWith("T5_"))) {
    it(name, () => {
      const bonus = 1 / vector["frontier"]! - 1;
      const ltv = vector["LTV0"]!;
      // Every account is past its limit at once, and one round repays a hundredth of the debt.
      const system = oneAccount(
        { collateral: 1, debt: ltv, lt: 0.5, bonus },
        { closeFactor: [0.01], fullCloseHf: [0] },
      );
      const { run } = runSmall(system, [0, 0], { maxRounds: 1 });
      const after = (ltv * run.debtLeft[0]!) / run.collateralLeft[0]!;
      expect(after > ltv).to.equal(vector["worse"]);
      expect(Math.sign(after - ltv)).to.equal(Math.sign(vector["LTV1"]! - ltv));
    });
  }
});

describe("T6, T7, T10: Leontief inverses", () => {
  it("T6: look-through of a chain of wrappers", () => {
    const { A, lookthrough_to_ETH: expected } = matrices["T6_leontief"]!;
    const { units, circular } = lookThrough(Float64Array.from(A!.flat()), A!.length);
    expect(circular).to.deep.equal([]);
    expected!.forEach((value, j) => expect(units[j * A!.length]!).to.be.closeTo(value, 1e-12));
  });

  it("T6: a token that holds itself divides by 1 - A_jj", () => {
    const { A } = matrices["T6_selfloop"]!;
    const { units } = lookThrough(Float64Array.from(A!.flat()), 2);
    expect(units[2]).to.be.closeTo(cases["T6_selfloop"]!["closed"]!, 1e-12);
  });

  it("T7: distress h = (I - Lambda)^-1 h1, and its spectral radius", () => {
    const { Lambda, h1, h_closed } = matrices["T7_debtrank"]!;
    close(multiply(leontiefInverse(Float64Array.from(Lambda!.flat()), 3)!, h1!), h_closed!);
    const { radius } = spectralRadius(Float64Array.from(Lambda!.flat()), 3);
    expect(radius).to.be.closeTo(cases["T7_debtrank"]!["rho"]!, 1e-9);
  });

  it("T10: drops of three assets, and the multiple of the loss", () => {
    const t10 = matrices["T10_multiasset"]!;
    const J = Float64Array.from(t10["J"]!.flat());
    const drops = multiply(leontiefInverse(J, 3)!, t10["shock"]!);
    close(drops, t10["drop_closed"]!);
    expect(spectralRadius(J, 3).radius).to.be.closeTo(cases["T10_multiasset"]!["rho"]!, 1e-9);
    const loss = drops.reduce((sum, d, k) => sum + d * t10["N"]![k]!, 0);
    expect(loss / cases["T10_multiasset"]!["L1"]!).to.be.closeTo(cases["T10_multiasset"]!["M"]!, 1e-9);
  });

  it("the spectral radius of matrices that only ever pass on is 0, of a cycle its geometric mean", () => {
    expect(spectralRadius(Float64Array.from([0, 5, 0, 0]), 2)).to.deep.equal({ radius: 0, converged: true });
    expect(spectralRadius(Float64Array.from([0, 4, 1, 0]), 2).radius).to.be.closeTo(2, 1e-9);
  });
});

describe("T13: Cont-Schaanning impact", () => {
  const vector = cases["T13_cont_schaanning_impact"]!;
  const curve: DepthCurve = { kind: "cs", floorFrac: vector["B"]!, depthUsd: vector["depth_D"]! };

  it("psi(q) as printed", () => {
    const psi = matrices["T13_cont_schaanning_impact"]!["psi"] as number[][];
    for (const [q, drop] of psi) expect(1 - marginalFactor(curve, q!)).to.be.closeTo(drop!, 1e-9);
  });

  it("slope 1/D at 0", () => {
    expect((1 - marginalFactor(curve, 1e-3)) / 1e-3).to.be.closeTo(vector["slope0"]!, 1e-9);
  });
});

describe("impact families", () => {
  const curves: DepthCurve[] = [
    { kind: "linear", deltaUsd: 1_000 },
    { kind: "exp", deltaUsd: 1_000 },
    { kind: "cs", floorFrac: 0.3, depthUsd: 1_000 },
    { kind: "sqrt", y: 1, sigma: 0.05, volumeUsd: 1_000 },
    { kind: "cpmm", reserveUsd: 1_000 },
  ];
  for (const curve of curves) {
    it(`${curve.kind}: depth inverts the marginal price, the average is its mean`, () => {
      for (const drop of [0.001, 0.05, 0.4]) {
        const usd = depthUsdAt(curve, drop);
        expect(marginalFactor(curve, usd)).to.be.closeTo(1 - drop, 1e-12);
        expect(averageFactor(curve, usd)).to.be.closeTo(
          curve.kind === "cpmm" ? Math.sqrt(1 - drop) : mean(curve, usd),
          1e-5,
        );
      }
      expect(marginalFactor(curve, 0)).to.equal(1);
      expect(averageFactor(curve, 0)).to.equal(1);
      expect(marginalFactor(curve, -10)).to.be.greaterThan(1);
    });
  }

  it("cpmm: purchases stop at 99 % of the reserve, short of the pole", () => {
    const curve: DepthCurve = { kind: "cpmm", reserveUsd: 1_000 };
    expect(marginalFactor(curve, -5_000)).to.equal(marginalFactor(curve, -990));
    expect(marginalFactor(curve, -5_000)).to.be.closeTo(10_000, 1e-6);
  });

  it("linear and sqrt end at 0, and so does their average", () => {
    expect(marginalFactor({ kind: "linear", deltaUsd: 10 }, 20)).to.equal(0);
    expect(averageFactor({ kind: "linear", deltaUsd: 10 }, 20)).to.equal(0.25);
    const sqrt: DepthCurve = { kind: "sqrt", y: 1, sigma: 1, volumeUsd: 10 };
    expect(marginalFactor(sqrt, 40)).to.equal(0);
    expect(averageFactor(sqrt, 40)).to.be.closeTo(1 / 12, 1e-12);
  });

  it("none and inf", () => {
    expect([marginalFactor({ kind: "none" }, 1), depthUsdAt({ kind: "none" }, 0.5)]).to.deep.equal([0, 0]);
    expect([marginalFactor({ kind: "inf" }, 1e30), depthUsdAt({ kind: "inf" }, 0.5)]).to.deep.equal([1, Infinity]);
  });
});

/** An account more or less, amplified like any other drop. */
function gridError(multiplier: number, range: number): number {
  return (multiplier * range) / ACCOUNTS;
}

/** Final drop after an outside drop d0, with `sold(x)` units sold by accounts whose threshold lies within a drop x. */
function finalDrop(sold: (x: number) => number, lambda: number, d0: number, range: number): number {
  const book = openBook(stateOf(crowd(sold, lambda, range, ACCOUNTS)));
  const run = createCascade(book, 0);
  runCascade(book, crowdShock(d0), PLAIN, run);
  expect(run.converged).to.equal(true);
  return 1 - run.prices.price[1]!;
}

function mean(curve: DepthCurve, usd: number): number {
  const steps = 20_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += marginalFactor(curve, (usd * (i + 0.5)) / steps);
  return sum / steps;
}

function multiply(matrix: Float64Array, vector: readonly number[]): number[] {
  return vector.map((_, i) => vector.reduce((sum, x, k) => sum + matrix[i * vector.length + k]! * x, 0));
}

function close(actual: readonly number[], expected: readonly number[]): void {
  expected.forEach((value, k) => expect(actual[k]!).to.be.closeTo(value, 1e-9));
}
