import { expect } from "chai";
import { readFileSync } from "node:fs";
import { openBook } from "../../../../keeper/src/model/book.js";
import { createCascade } from "../../../../keeper/src/model/cascade.js";
import { adjoint, amplificationOf } from "../../../../keeper/src/model/sensitivity/amplification.js";
import { delta, gamma, smoothedDerivatives } from "../../../../keeper/src/model/sensitivity/derivatives.js";
import { fullLoss } from "../../../../keeper/src/model/loss.js";
import { standardNormals } from "../../../../keeper/src/model/sensitivity/standard-normals.js";
import { crowd, crowdShock, RISING } from "../crowd.js";
import { PLAIN } from "../run-small.js";
import { stateOf } from "../small-system.js";

const { cases } = JSON.parse(readFileSync("test/vectors/analytic_closed_forms.json", "utf8")) as {
  cases: Record<string, Record<string, number> & Record<string, number[]> & Record<string, number[][]>>;
};

/** 3 x^2 - 2 x y + 5 y^2 + 7 x + 11. */
const quadratic = ([x, y]: Float64Array) => 3 * x! * x! - 2 * x! * y! + 5 * y! * y! + 7 * x! + 11;

describe("delta and gamma", () => {
  for (const part of ["0.1", "0.5", "0.9"]) {
    const { d0, delta_closed, gamma_closed } = cases[`T3_fold_${part}`]!;
    it(`T3 at ${part} of the fold: delta ${delta_closed}, gamma ${gamma_closed}`, () => {
      const loss = ([d]: Float64Array) => RISING.finalDrop(d!);
      const at = Float64Array.of(d0!);
      expect(delta(loss, at, 1e-6)[0]).to.be.closeTo(delta_closed!, 1e-6 * delta_closed!);
      expect(gamma(loss, at, 1e-5)[0]).to.be.closeTo(gamma_closed!, 1e-4 * gamma_closed!);
    });
  }

  it("T3 on the engine: a crowd of accounts has the derivatives of its density", () => {
    const { d0, delta_closed, gamma_closed } = cases["T3_fold_0.9"]!;
    const book = openBook(stateOf(crowd(RISING.sold, RISING.lambda, 0.09, 10_000)));
    const units = RISING.sold(0.09);
    const engine = fullLoss(book, PLAIN, createCascade(book, 0));
    const loss = ([d]: Float64Array) => engine(crowdShock(d!)) / units;
    const h = 5e-4;
    const at = Float64Array.of(d0!);
    expect(delta(loss, at, h)[0]).to.be.closeTo(delta_closed!, 0.03 * delta_closed!);
    expect(gamma(loss, at, h)[0]).to.be.closeTo(gamma_closed!, 0.1 * gamma_closed!);
  });

  it("a quadratic has its own derivatives at any width, one-sided at 0 and short of 1", () => {
    const inside = Float64Array.of(0.3, 0.4);
    expectClose(delta(quadratic, inside), [6 * 0.3 - 2 * 0.4 + 7, -2 * 0.3 + 10 * 0.4]);
    expectClose(gamma(quadratic, inside), [6, -2, -2, 10]);
    const seen: number[] = [];
    const watched = (s: Float64Array) => {
      seen.push(...s);
      return quadratic(s);
    };
    expectClose(delta(watched, Float64Array.of(0, 0.995)), [7 - 2 * 0.995 + 3 * 0.01, 10 * 0.995 - 5 * 0.01]);
    expectClose(gamma(watched, Float64Array.of(0.01, 0.985)), [6, -2, -2, 10]);
    expect(Math.min(...seen)).to.be.at.least(0);
    expect(Math.max(...seen)).to.be.lessThan(1);
  });

  it("T10: in a linear system the delta is the adjoint (I - J')^-1 W, by differences and by one solve", () => {
    const t10 = cases["T10_multiasset"]!;
    const { inverse, radius } = amplificationOf(Float64Array.from((t10["J"] as number[][]).flat()), 3, 0.01);
    const W = Float64Array.from(t10["N"] as number[]);
    const expected = t10["delta_by_asset"] as number[];
    expectClose(adjoint(inverse!, W), expected);
    const loss = (s: Float64Array) =>
      s.reduce((sum, _, k) => sum + W[k]! * s.reduce((d, x, l) => d + inverse![k * 3 + l]! * x, 0), 0);
    expectClose(delta(loss, Float64Array.from(t10["shock"] as number[]), 1e-3), expected);
    for (const entry of gamma(loss, new Float64Array(3))) expect(Math.abs(entry)).to.be.lessThan(1e-2);
    expect(radius).to.be.closeTo(0.35838, 1e-6);
  });
});

describe("smoothedDerivatives", () => {
  it("a quadratic keeps its derivatives: draws on a circle have the moments of a normal up to the fifth", () => {
    const circle = Array.from({ length: 6 }, (_, m) => (m * Math.PI) / 3).flatMap((t) => [
      2 * Math.cos(t),
      2 * Math.sin(t),
    ]);
    const draws = Float64Array.from([...circle, ...circle.map(() => 0)]);
    const smooth = smoothedDerivatives(quadratic, Float64Array.of(0.3, 0.4), 0.05, draws);
    expectClose(smooth.delta, [6 * 0.3 - 2 * 0.4 + 7, -2 * 0.3 + 10 * 0.4]);
    expectClose(smooth.gamma, [6, -2, -2, 10]);
  });

  it("a jump of 1 at a distance of c widths has slope phi(c)/h and bend c phi(c)/h^2", () => {
    const draws = standardNormals(100_000, 1);
    const [h, c] = [0.02, 0.8];
    const jump = ([s]: Float64Array) => (s! > 0.1 + c * h ? 1 : 0);
    const smooth = smoothedDerivatives(jump, Float64Array.of(0.1), h, draws);
    const phi = Math.exp((-c * c) / 2) / Math.sqrt(2 * Math.PI);
    expect(smooth.delta[0]).to.be.closeTo(phi / h, 0.02 * (phi / h));
    expect(smooth.gamma[0]).to.be.closeTo((c * phi) / (h * h), 0.02 * ((c * phi) / (h * h)));
  });

  it("no drop reaches 1", () => {
    const seen: number[] = [];
    smoothedDerivatives(([s]) => seen.push(s!), Float64Array.of(0.98), 0.05, Float64Array.of(3));
    expect(Math.max(...seen)).to.equal(0.99);
  });
});

describe("standardNormals", () => {
  it("have the moments of independent normals, within four standard errors", () => {
    const draws = 40_000;
    const z = standardNormals(draws, 3);
    const mean = (f: (row: Float64Array) => number) => {
      let sum = 0;
      for (let n = 0; n < draws; n++) sum += f(z.subarray(3 * n, 3 * n + 3));
      return sum / draws;
    };
    const within = (variance: number) => 4 * Math.sqrt(variance / draws);
    for (const k of [0, 1, 2]) {
      expect(mean((row) => row[k]!)).to.be.closeTo(0, within(1));
      expect(mean((row) => row[k]! ** 2)).to.be.closeTo(1, within(2));
      expect(mean((row) => row[k]! ** 4)).to.be.closeTo(3, within(96));
      expect(mean((row) => row[k]! * row[(k + 1) % 3]!)).to.be.closeTo(0, within(1));
    }
  });

  it("more draws start with the fewer, and so do more assets", () => {
    const [few, many] = [standardNormals(5, 3), standardNormals(9, 3)];
    expect([...many.subarray(0, 15)]).to.deep.equal([...few]);
    const wide = standardNormals(5, 4);
    for (let n = 0; n < 5; n++)
      expect([...wide.subarray(4 * n, 4 * n + 3)]).to.deep.equal([...few.subarray(3 * n, 3 * n + 3)]);
  });
});

function expectClose(actual: Float64Array, expected: readonly number[]): void {
  expect(actual.length).to.equal(expected.length);
  expected.forEach((value, k) => expect(actual[k]!).to.be.closeTo(value, 1e-7 * Math.max(1, Math.abs(value))));
}
