import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { debtRank } from "../../../../scripts/vectors/debtrank.js";
import {
  createStress,
  impactNetwork,
  spreadStress,
  summariseStress,
  type Spread,
} from "../../../../keeper/src/model/clearing/debt-rank.js";
import { sparseOfEntries, sparseOfRows } from "../../../../keeper/src/model/clearing/sparse.js";
import { slowStress, type SmallExposures } from "./slow-debt-rank.js";

const SEED = { seed: 20260303 } as const;
const RULES = { tolerance: 1e-13, maxRounds: 100_000 } as const;
const SPREADS: readonly Spread[] = ["distress", "singleHit", "threshold"];
const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });

function stressOf({ exposures, buffers }: SmallExposures, initial: readonly number[], spread: Spread) {
  const network = impactNetwork(sparseOfRows(exposures), Float64Array.from(buffers));
  const run = createStress(buffers.length);
  spreadStress(network, Float64Array.from(initial), { ...RULES, spread }, run);
  return { run, network };
}

describe("spreadStress against NetworkRiskMeasures, 125 banks", () => {
  const cases = debtRank.check(JSON.parse(readFileSync("test/vectors/debtrank_125.json", "utf8")));
  for (const kind of ["distress", "singleHit", "summary", "table", "spectral"]) {
    it(kind, () => {
      const found = cases.filter(({ name }) => name.includes(kind));
      expect(found).to.not.be.empty;
      for (const { name, error, tolerance } of found) expect(error, name).to.be.at.most(tolerance);
    });
  }
});

describe("spreadStress: closed forms", () => {
  it("T7: uncapped distress is (I - Lambda)^-1 h", () => {
    const file = readFileSync("test/vectors/analytic_closed_forms.json", "utf8");
    const { Lambda, h1, h_closed } = (JSON.parse(file) as { cases: { T7_debtrank: Record<string, number[]> & { Lambda: number[][] } } }).cases.T7_debtrank; // prettier-ignore
    const { run } = stressOf({ exposures: Lambda, buffers: [1, 1, 1] }, h1!, "distress");
    h_closed!.forEach((h, i) => expect(run.stressFrac[i]!).to.be.closeTo(h, 1e-12));
    expect(run.converged).to.equal(true);
  });

  it("a chain: distress goes to its end, a threshold stops at who survives", () => {
    // 1 holds 2 of 0, 2 holds 3 of 1.
    const chain = {
      exposures: [
        [0, 0, 0],
        [2, 0, 0],
        [0, 3, 0],
      ],
      buffers: [1, 4, 6],
    };
    expect([...stressOf(chain, [1, 0, 0], "distress").run.stressFrac]).to.deep.equal([1, 0.5, 0.25]);
    expect([...stressOf(chain, [1, 0, 0], "threshold").run.stressFrac]).to.deep.equal([1, 0.5, 0]);
  });

  it("a circle: single hit goes round once", () => {
    const circle = {
      exposures: [
        [0, 1],
        [1, 0],
      ],
      buffers: [2, 2],
    };
    expect([...stressOf(circle, [0.5, 0], "singleHit").run.stressFrac]).to.deep.equal([0.625, 0.25]);
  });

  it("no stress spreads nothing", () => {
    const { run } = stressOf({ exposures: [[0, 1], [1, 0]], buffers: [1, 1] }, [0, 0], "distress"); // prettier-ignore
    expect([[...run.stressFrac], run.rounds, run.converged]).to.deep.equal([[0, 0], 1, true]);
  });
});

const systems: fc.Arbitrary<SmallExposures & { initial: number[] }> = fc.integer({ min: 1, max: 8 }).chain((n) => {
  const row = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: n, maxLength: n });
  return fc.record({
    exposures: row(row(fc.oneof(fc.constant(0), share(0.05, 4)))),
    buffers: row(share(0.5, 10)),
    initial: row(fc.oneof(fc.constantFrom(0, 1), share(0.001, 1))),
  });
});

describe("spreadStress: what must hold", function () {
  this.timeout(30_000); // the slow version multiplies whole matrices, thousands of times where distress hardly fades
  for (const spread of SPREADS) {
    it(`${spread} agrees with the whole matrix`, () => {
      const cases = fc.property(systems, (system) => {
        const { run } = stressOf(system, system.initial, spread);
        const slow = slowStress(system, system.initial, spread, RULES.tolerance);
        slow.forEach((s, i) => expect(run.stressFrac[i]!).to.be.closeTo(s, 1e-8 * Math.max(1, s)));
      });
      fc.assert(cases, { ...SEED, numRuns: 100 });
    });
  }

  it("distress is a fixed point, and nowhere below what one hit or defaults alone spread", () => {
    const cases = fc.property(systems, (system) => {
      const [distress, once, defaults] = SPREADS.map(
        (spread) => stressOf(system, system.initial, spread).run.stressFrac,
      );
      distress!.forEach((s, i) => {
        const spilt = system.exposures[i]!.reduce((sum, e, j) => sum + e * Math.min(1, distress![j]!), 0);
        expect(s).to.be.closeTo(system.initial[i]! + spilt / system.buffers[i]!, 1e-8 * Math.max(1, s));
        expect(s).to.be.at.least(Math.max(once![i]!, defaults![i]!) - 1e-9);
      });
    });
    fc.assert(cases, SEED);
  });

  it("what is summed up is conserved: losses are exposures to what was passed on", () => {
    const cases = fc.property(systems, (system) => {
      const { run, network } = stressOf(system, system.initial, "distress");
      const initial = Float64Array.from(system.initial);
      const summary = summariseStress(network, initial, new Float64Array(initial.length).fill(3), run);
      const spilt = system.exposures.map((row) => row.reduce((sum, e, j) => sum + e * run.passedFrac[j]!, 0));
      const all = spilt.reduce((a, b) => a + b, 0);
      expect(summary.additionalLossUsd).to.be.closeTo(all, 1e-8 * (1 + all));
      expect(summary.originalStressFrac + summary.additionalStressFrac).to.be.within(0, 1 + 1e-12);
    });
    fc.assert(cases, SEED);
  });
});

describe("impactNetwork and spreadStress: bad input", () => {
  const one = (buffer: number) => impactNetwork(sparseOfRows([[0]]), Float64Array.of(buffer));

  it("error: RangeError for empty buffers, negative stress, nodes that are not there", () => {
    expect(() => one(0)).to.throw(RangeError, "buffers[0] is 0");
    expect(() =>
      spreadStress(one(1), Float64Array.of(-0.1), { ...RULES, spread: "distress" }, createStress(1)),
    ).to.throw(RangeError, "stress[0] is -0.1");
    expect(() => sparseOfEntries(1, { row: [0], column: [1], value: [1] })).to.throw(RangeError, "saw index 1");
  });
});
