import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { clearingNetwork } from "../../../../keeper/src/model/clearing/clearing-network.js";
import { clearGreatest, clearLeast, createClearing, isUnique } from "../../../../keeper/src/model/clearing/clearing.js";
import { sparseOfRows } from "../../../../keeper/src/model/clearing/sparse.js";
import { faces, slowGreatest, slowLeast, slowStep, type SmallClearing } from "./slow-clearing.js";

const SEED = { seed: 20260301 } as const;
const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });

interface VectorCase {
  readonly name: string;
  readonly L: number[][];
  readonly ea: number[];
  readonly el: number[];
  readonly alpha: number;
  readonly beta: number;
  readonly clearing: number[];
  readonly default?: number[];
}
const vectors = JSON.parse(readFileSync("test/vectors/clearing_eisenberg_noe_rogers_veraart.json", "utf8")) as Record<
  "cases" | "third_peer_literals",
  VectorCase[]
>;

/** Both ends, and the network they belong to. */
function bounds(system: SmallClearing) {
  const network = clearingNetwork(sparseOfRows(system.owes), Float64Array.from(system.owesOutside));
  const externalUsd = Float64Array.from(system.external);
  const terms = { externalUsd, recovery: { externalFrac: system.alpha, claimFrac: system.beta } };
  const [greatest, least] = [createClearing(network), createClearing(network)];
  clearGreatest(network, terms, greatest);
  clearLeast(network, terms, least);
  return { greatest, least, network, unique: isUnique(network, [greatest, least], 1e-9) };
}

const plain = (owes: number[][], external: number[], alpha = 1, beta = alpha): SmallClearing => ({
  owes,
  external,
  owesOutside: external.map(() => 0),
  alpha,
  beta,
});

describe("clearGreatest against CRAN systemicrisk and FinNetValu", () => {
  for (const one of [...vectors.cases, ...vectors.third_peer_literals]) {
    it(one.name, () => {
      const system = { owes: one.L, external: one.ea, owesOutside: one.el, alpha: one.alpha, beta: one.beta };
      const { greatest } = bounds(system);
      expectClose(greatest.paidUsd, one.clearing);
      if (one.default !== undefined) expect([...greatest.inDefault]).to.deep.equal(one.default);
      expect(greatest.residual).to.be.below(1e-13);
    });
  }
});

describe("clearLeast: closed forms", () => {
  it("Rogers and Veraart, example 3.3: (2.2, 2.2) and (1, 1)", () => {
    const owes = [
      [0, 2.2],
      [2.2, 0],
    ];
    const { greatest, least, unique } = bounds(plain(owes, [1, 1], 0.5));
    expectClose(greatest.paidUsd, [2.2, 2.2]);
    expectClose(least.paidUsd, [1, 1]);
    expect([[...greatest.inDefault], [...least.inDefault], unique]).to.deep.equal([[0, 0], [1, 1], false]);
  });

  it("Eisenberg and Noe, appendix 2: any (t, t) clears; a cent from outside makes it one", () => {
    const owes = [
      [0, 1],
      [1, 0],
    ];
    const circular = bounds(plain(owes, [0, 0]));
    expect([...circular.greatest.paidUsd]).to.deep.equal([1, 1]);
    expect([...circular.least.paidUsd]).to.deep.equal([0, 0]);
    expect(circular.unique).to.equal(false);
    const backed = bounds(plain(owes, [0.01, 0]));
    expectClose(backed.least.paidUsd, [1, 1]);
    expect(backed.unique).to.equal(true);
  });

  it("a crumb of backing: exact, where iterating from 0 would take a billion rounds", () => {
    const owes = [
      [0, 1],
      [1, 0],
    ];
    const { least } = bounds(plain(owes, [1e-9, 0]));
    expectClose(least.paidUsd, [1, 1]);
    expect(least.rounds).to.be.below(10);
  });

  it("circular receipt tokens: the greatest is their face, the least what backs them from outside", () => {
    // A holds 80 of B, B holds 60 of A; A owes its holders 100, B 90, of which 20 and 30 are backed.
    const owes = [
      [0, 60],
      [80, 0],
    ];
    const system = { ...plain(owes, [20, 30]), owesOutside: [40, 10] };
    const backed = bounds(system);
    expectClose(backed.greatest.paidUsd, [100, 90]);
    expectClose(backed.least.paidUsd, [100, 90]);
    // The same two without a cent outside, and nobody but each other to pay: face, or nothing.
    const hollow = bounds(
      plain(
        [
          [0, 60],
          [60, 0],
        ],
        [0, 0],
      ),
    );
    expect([[...hollow.greatest.paidUsd], [...hollow.least.paidUsd]]).to.deep.equal([
      [60, 60],
      [0, 0],
    ]);
  });

  it("a circle without backing counts for nothing to those who hold its paper", () => {
    // 0 and 1 hold only each other; 2 lends real money and holds a claim on 0.
    const owes = [
      [0, 5, 5],
      [10, 0, 0],
      [0, 0, 0],
    ];
    const { least, greatest } = bounds({ ...plain(owes, [0, 0, 3]), owesOutside: [0, 0, 8] });
    expectClose(least.paidUsd, [0, 0, 3]);
    expectClose(greatest.paidUsd, [0, 0, 3]);
  });

  it("alpha = 0: who is solvent by itself is rescued though nothing of it would be recovered", () => {
    const owes = [
      [0, 4],
      [0, 0],
    ];
    const { least } = bounds({ ...plain(owes, [5, 1], 0, 1), owesOutside: [0, 5] });
    expectClose(least.paidUsd, [4, 5]);
  });
});

const systems: fc.Arbitrary<SmallClearing> = fc.integer({ min: 1, max: 9 }).chain((n) =>
  fc.record({
    owes: fc
      .array(
        fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, share(0.1, 10)), { minLength: n, maxLength: n }),
        {
          minLength: n,
          maxLength: n,
        },
      )
      .map((rows) => rows.map((row, i) => row.map((x, j) => (i === j ? 0 : x)))),
    external: fc.array(fc.oneof(fc.constant(0), share(0.1, 12)), { minLength: n, maxLength: n }),
    owesOutside: fc.array(fc.oneof(fc.constant(0), share(0.1, 10)), { minLength: n, maxLength: n }),
    alpha: fc.constantFrom(1, 0.9, 0.5, 0),
    beta: fc.constantFrom(1, 0.9, 0.5, 0),
  }),
);

describe("clearGreatest and clearLeast: what must hold", function () {
  this.timeout(30_000); // iterating the map takes thousands of rounds where hardly anything is paid outside
  it("agree with iterating the map from either end", () => {
    const cases = fc.property(systems, (system) => {
      const { greatest, least } = bounds(system);
      expectClose(greatest.paidUsd, slowGreatest(system), 1e-8);
      expectClose(least.paidUsd, slowLeast(system), 1e-8);
    });
    fc.assert(cases, { ...SEED, numRuns: 300 });
  });

  it("both are fixed points, the greatest nowhere below the least, nobody pays more than it owes or has", () => {
    const cases = fc.property(systems, (system) => {
      const { greatest, least, network } = bounds(system);
      for (const run of [greatest, least]) {
        expectClose(slowStep(system, [...run.paidUsd]), [...run.paidUsd]);
        expect([run.converged, run.residual < 1e-12]).to.deep.equal([true, true]);
        run.paidUsd.forEach((paid, i) => {
          expect(paid).to.be.within(0, network.faceUsd[i]!);
          expect(paid).to.be.at.most((system.external[i]! + run.inflowUsd[i]!) * (1 + 1e-9) + 1e-12);
        });
      }
      greatest.paidUsd.forEach((paid, i) => expect(paid).to.be.at.least(least.paidUsd[i]! - 1e-12 * paid));
    });
    fc.assert(cases, { ...SEED, numRuns: 300 });
  });

  it("without costs of default money is conserved: what all have is what all keep and pay outside", () => {
    const cases = fc.property(systems, (given) => {
      const system = { ...given, alpha: 1, beta: 1 };
      const { greatest } = bounds(system);
      const full = faces(system);
      const outside = total(
        full.map((face, i) => (face > 0 ? (system.owesOutside[i]! / face) * greatest.paidUsd[i]! : 0)),
      );
      const kept = total(full.map((_, i) => system.external[i]! + greatest.inflowUsd[i]! - greatest.paidUsd[i]!));
      expect(outside + kept).to.be.closeTo(total(system.external), 1e-9 * (1 + total(system.external)));
    });
    fc.assert(cases, SEED);
  });

  it("scale and order do not matter", () => {
    const cases = fc.property(systems, fc.constantFrom(1e-6, 3, 1e9), (system, c) => {
      const scale = (xs: readonly number[]) => xs.map((x) => c * x);
      const scaled = { ...system, owes: system.owes.map(scale), external: scale(system.external) };
      const { greatest, least } = bounds({ ...scaled, owesOutside: scale(system.owesOutside) });
      const turned = bounds({
        ...system,
        owes: [...system.owes].reverse().map((row) => [...row].reverse()),
        external: [...system.external].reverse(),
        owesOutside: [...system.owesOutside].reverse(),
      });
      expectClose(greatest.paidUsd, scale([...turned.greatest.paidUsd].reverse()));
      expectClose(least.paidUsd, scale([...turned.least.paidUsd].reverse()));
    });
    fc.assert(cases, SEED);
  });
});

describe("clearGreatest: large and stiff systems", () => {
  it("a long chain of nearly closed circles is solved to rounding", () => {
    // Each pays its neighbour but for a millionth: sweeps alone would need millions of rounds.
    const n = 60;
    const owes = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (j === (i + 1) % n ? 1 : 0)));
    const system = { ...plain(owes, Array<number>(n).fill(5e-7)), owesOutside: Array<number>(n).fill(1e-6) };
    const { greatest, least } = bounds(system);
    // By symmetry p = e + p / (1 + 1e-6).
    const expected = 5e-7 / (1 - 1 / (1 + 1e-6));
    expectClose(greatest.paidUsd, Array<number>(n).fill(expected));
    expectClose(least.paidUsd, Array<number>(n).fill(expected));
  });

  it("a scratch can be used again", () => {
    const network = clearingNetwork(sparseOfRows([[0, 2], [1, 0]]), Float64Array.of(1, 1)); // prettier-ignore
    const run = createClearing(network);
    const recovery = { externalFrac: 1, claimFrac: 1 };
    clearGreatest(network, { externalUsd: Float64Array.of(0, 0), recovery }, run);
    clearGreatest(network, { externalUsd: Float64Array.of(9, 9), recovery }, run);
    expect([[...run.paidUsd], [...run.inDefault]]).to.deep.equal([
      [3, 2],
      [0, 0],
    ]);
  });
});

describe("clearing: bad input", () => {
  it("error: RangeError for amounts that are no amounts, and recoveries that are no shares", () => {
    const rows = [
      [0, 1],
      [1, 0],
    ];
    const outside = Float64Array.of(0, 0);
    expect(() => clearingNetwork(sparseOfRows([[0, -1], [1, 0]]), outside)).to.throw(RangeError, "is -1"); // prettier-ignore
    expect(() => clearingNetwork(sparseOfRows(rows), Float64Array.of(0))).to.throw(RangeError, "saw 1 values");
    expect(() => sparseOfRows([[0, 1]])).to.throw(RangeError, "row 0 has 2 cells, expected 1");
    expect(() => bounds(plain(rows, [NaN, 0]))).to.throw(RangeError, "external assets[0] is NaN");
    expect(() => bounds(plain(rows, [0, 0], 1.1))).to.throw(RangeError, "recovery of 1.1");
  });
});

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  expect(actual.length).to.equal(expected.length);
  const scale = Math.max(1e-12, ...Array.from(expected));
  Array.from(expected).forEach((x, i) => expect(actual[i]!).to.be.closeTo(x, tolerance * scale));
}

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
