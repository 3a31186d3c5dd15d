import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { debtRankRing } from "../../../../scripts/vectors/debtrank-ring.js";
import { neva } from "../../../../scripts/vectors/neva.js";
import { normalCdf } from "../../../../keeper/src/model/clearing/error-function.js";
import { sparseOfRows } from "../../../../keeper/src/model/clearing/sparse.js";
import {
  createEquities,
  juniorPaymentsUsd,
  TO_ROUNDING,
  valueEquities,
  type Valuation,
} from "../../../../keeper/src/model/clearing/valuation.js";
import { slowEquities, slowNormalCdf, type SmallBanks } from "./slow-equities.js";

const SEED = { seed: 20260302 } as const;
const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe("normalCdf", () => {
  it("tail values to all printed digits", () => {
    // Abramowitz and Stegun 1964, table 26.1, and the tails 26.2.
    for (const [x, p] of [
      [0, 0.5],
      [1, 0.841344746068543],
      [-1, 0.158655253931457],
      [2, 0.977249868051821],
    ] as const) {
      // prettier-ignore
      expect(normalCdf(x)).to.be.closeTo(p, 1e-15);
    }
    expect(normalCdf(-5) / 2.866515718791939e-7).to.be.closeTo(1, 1e-13);
    expect(normalCdf(-10) / 7.619853024160527e-24).to.be.closeTo(1, 1e-13);
  });

  it("agrees with Simpson's rule everywhere, and ends at 0 and 1", () => {
    for (let x = -8; x <= 8; x += 0.173) expect(normalCdf(x)).to.be.closeTo(slowNormalCdf(x, 4_000), 1e-12);
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(-60)]).to.deep.equal([0, 1, 0]);
  });
});

describe("valueEquities against NEVA and against Barucca's DebtRank", () => {
  for (const [format, name] of [
    [neva, "neva_equities"],
    [debtRankRing, "debtrank_ring"],
  ] as const) {
    // prettier-ignore
    for (const one of format.check(JSON.parse(readFileSync(`test/vectors/${name}.json`, "utf8")))) {
      it(one.name, () => expect(one.error).to.be.at.most(one.tolerance));
    }
  }
});

/** Up to 6 banks; the valuation is drawn with them. */
const systems: fc.Arbitrary<SmallBanks> = fc.integer({ min: 1, max: 6 }).chain((n) => {
  const row = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: n, maxLength: n });
  const typed = (of: fc.Arbitrary<number>) => row(of).map((values) => Float64Array.from(values));
  const valuation: fc.Arbitrary<Valuation> = fc.oneof(
    typed(share(1, 20)).map((liabilitiesUsd): Valuation => ({ kind: "eisenbergNoe", liabilitiesUsd })),
    typed(share(0.5, 5)).map((equityBeforeUsd): Valuation => ({ kind: "linearDebtRank", equityBeforeUsd })),
    fc
      .tuple(typed(share(5, 20)), typed(share(0.05, 0.5)), typed(share(0, 0.9)))
      .map(([externalUsd, volatility, recoveryFrac]): Valuation => ({
        kind: "blackCox",
        externalUsd,
        volatility,
        recoveryFrac,
      })),
  );
  return fc.record({ claims: row(row(fc.oneof(fc.constant(0), share(0.05, 1.5)))), own: row(share(-4, 4)), valuation });
});

function equities({ claims, own, valuation }: SmallBanks, from: "face" | "nothing") {
  const start = own.map((e, i) => e + (from === "face" ? claims[i]!.reduce((a, b) => a + b, 0) : 0));
  const run = createEquities(own.length);
  const banks = { claims: sparseOfRows(claims), ownUsd: Float64Array.from(own), valuation };
  valueEquities(banks, Float64Array.from(start), TO_ROUNDING, run);
  return run;
}

describe("valueEquities: what must hold", function () {
  this.timeout(30_000); // Simpson's rule for each value of each round
  it("agrees with the slow iteration; from nothing it ends nowhere above", () => {
    const cases = fc.property(systems, (system) => {
      const greatest = equities(system, "face");
      const least = equities(system, "nothing");
      slowEquities(system).forEach((e, i) => {
        expect(greatest.equityUsd[i]!).to.be.closeTo(e, 1e-6);
        expect(least.equityUsd[i]!).to.be.at.most(greatest.equityUsd[i]! + 1e-9);
      });
      expect(greatest.valueFrac.every((v) => v >= 0 && v <= 1)).to.equal(true);
    });
    fc.assert(cases, { ...SEED, numRuns: 20 });
  });

  it("more assets of one bank never cost another", () => {
    const cases = fc.property(systems, share(0.1, 3), (system, gift) => {
      const before = equities(system, "face").equityUsd;
      const own = system.own.map((e, i) => (i === 0 ? e + gift : e));
      // The bank's own value function stays: only its equity changes.
      const after = equities({ ...system, own }, "face").equityUsd;
      after.forEach((e, i) => expect(e).to.be.at.least(before[i]! - 1e-9));
    });
    fc.assert(cases, SEED);
  });

  it("says so where it was stopped", () => {
    const run = createEquities(1);
    const banks = { claims: sparseOfRows([[0]]), ownUsd: Float64Array.of(1), valuation: { kind: "linearDebtRank", equityBeforeUsd: Float64Array.of(2) } } as const; // prettier-ignore
    valueEquities(banks, Float64Array.of(2), { maxRounds: 1, tolerance: 0 }, run);
    expect([run.rounds, run.converged, run.residual]).to.deep.equal([1, false, 1]);
    valueEquities(banks, Float64Array.of(2), { maxRounds: 9, tolerance: 0 }, run);
    expect([run.rounds, run.converged, run.residual]).to.deep.equal([2, true, 0]);
  });
});

describe("juniorPaymentsUsd", () => {
  it("pays peers what external creditors leave, at most all, at least nothing", () => {
    expect([...juniorPaymentsUsd(Float64Array.of(1, -1, -7), Float64Array.of(4, 4, 4))]).to.deep.equal([4, 3, 0]);
  });
});
