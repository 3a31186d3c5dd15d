import { expect } from "chai";
import fc from "fast-check";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { byAccount } from "../../../keeper/src/model/book.js";
import { latentBadDebtUsd } from "../../../keeper/src/model/latent.js";
import { anyCurve, smoothCurve, systems } from "./random-system.js";
import { fullLoss, runSmall, total } from "./run-small.js";
import { slowCascade } from "./slow-cascade.js";
import type { SmallSystem } from "./small-system.js";

const SEED = { seed: 20260214 } as const;
const drop = fc.double({ min: 0, max: 0.6, noNaN: true });

describe("runCascade against the slow reference", () => {
  it("agrees on prices, repayments, bad debt and what is left", () => {
    const rules = fc.record({
      latency: fc.nat(2),
      keep: fc.constantFrom(1, 0.8),
      permanent: fc.constantFrom(0, 0.3, 1),
      buyBack: fc.boolean(),
    });
    const cases = fc.property(systems(anyCurve), drop, drop, rules, (system, s1, s2, r) => {
      const slow = slowCascade(system, { shock: [0, s1, s2], ...r });
      const { book, run } = runSmall(system, [0, s1, s2], {
        latencyRounds: r.latency,
        keepFrac: r.keep,
        permanentFrac: r.permanent,
        buyBack: r.buyBack,
      });
      close(
        [...run.prices.price].map((x, k) => x * system.prices[k]!),
        slow.price,
      );
      close([...byAccount(book, run.repaidUsd, 0)], slow.repaid);
      close([...byAccount(book, run.badDebtUsd, 0)], slow.badDebt);
      close([run.bonusUsd], [slow.bonus]);
      expect(run.rounds).to.equal(slow.rounds);
      expect(run.converged).to.equal(true);
      const collateralLeft = byAccount(book, run.collateralLeft, 1);
      system.collateral.forEach((row, i) => {
        const left = row.map((u) => u * collateralLeft[i]!);
        close(left, slow.unitsLeft[i]!);
      });
      expect(book.order.length).to.be.at.most(system.venue.length);
    });
    fc.assert(cases, { ...SEED, numRuns: 400 });
  });
});

describe("runCascade: what must hold", () => {
  const plain = systems(smoothCurve);

  it("losses rise with the shock, permanent impact, no buy-back", () => {
    fc.assert(
      fc.property(plain, drop, drop, (system, a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        const first = lossOf(system, [0, small, small]);
        const second = lossOf(system, [0, large, large]);
        expect(second).to.be.at.least(first * (1 - 1e-9) - 1e-9);
      }),
      SEED,
    );
  });

  it("losses rise with debt and fall with depth", () => {
    fc.assert(
      fc.property(plain, drop, fc.double({ min: 0.5, max: 1, noNaN: true }), (system, s, factor) => {
        const shock = [0, s, s];
        const base = lossOf(system, shock);
        const lighter = { ...system, debt: system.debt.map((row) => row.map((u) => u * factor)) };
        const deeper = { ...system, curves: system.curves.map((curve) => deepen(curve, 1 / factor)) };
        expect(lossOf(lighter, shock)).to.be.at.most(base * (1 + 1e-9) + 1e-9);
        expect(lossOf(deeper, shock)).to.be.at.most(base * (1 + 1e-9) + 1e-9);
      }),
      SEED,
    );
  });

  it("the order of accounts does not matter", () => {
    fc.assert(
      fc.property(systems(anyCurve), drop, (system, s) => {
        const forward = runSmall(system, [0, s, s]);
        const backward = runSmall(reversed(system), [0, s, s]);
        close([...backward.run.prices.price], [...forward.run.prices.price]);
        const repaid = ({ book, run }: typeof forward) => [...byAccount(book, run.repaidUsd, 0)];
        close(repaid(backward).reverse(), repaid(forward));
      }),
      SEED,
    );
  });

  it("scaling every amount of money by c scales every result by c", () => {
    fc.assert(
      fc.property(plain, drop, fc.constantFrom(1e-3, 7, 1e6), (system, s, c) => {
        const one = runSmall(system, [0, s, s]).run;
        const many = runSmall(scaled(system, c), [0, s, s]).run;
        close([...many.prices.price], [...one.prices.price]);
        close([total(many.repaidUsd)], [c * total(one.repaidUsd)]);
        close([total(many.badDebtUsd)], [c * total(one.badDebtUsd)]);
      }),
      SEED,
    );
  });

  it("units and money are conserved", () => {
    fc.assert(
      fc.property(systems(anyCurve), drop, (system, s) => {
        const { book, run } = runSmall(system, [0, s, s]);
        const collateralLeft = byAccount(book, run.collateralLeft, 1);
        const sold = [0, 1, 2].map(
          (k) => (run.prices.temporaryUsd[k]! + run.prices.permanentUsd[k]!) / system.prices[k]!,
        );
        for (const k of [1, 2]) {
          const start = system.collateral.reduce((sum, row) => sum + row[k]!, 0);
          const left = system.collateral.reduce((sum, row, i) => sum + row[k]! * collateralLeft[i]!, 0);
          close([left + sold[k]!], [start]);
        }
        for (let rank = 0; rank < book.order.length; rank++) {
          expect(run.debtLeft[rank]).to.be.within(0, 1);
          expect(run.collateralLeft[rank]).to.be.within(0, 1);
          expect(latentBadDebtUsd(book, run, rank)).to.be.at.least(0);
        }
      }),
      SEED,
    );
  });
});

function lossOf(system: SmallSystem, shock: readonly number[]): number {
  const { book, run } = runSmall(withoutOtherDebt(system), shock);
  return fullLoss(book, run);
}

/** A debt that is itself risky shrinks when its asset falls: left out where losses must be monotone. */
function withoutOtherDebt(system: SmallSystem): SmallSystem {
  return { ...system, debt: system.debt.map((row) => [row[0]! + row[2]! * system.prices[2]!, 0, 0]) };
}

function deepen(curve: DepthCurve, factor: number): DepthCurve {
  if (curve.kind === "exp" || curve.kind === "linear") return { ...curve, deltaUsd: curve.deltaUsd * factor };
  return curve.kind === "cs" ? { ...curve, depthUsd: curve.depthUsd * factor } : curve;
}

function reversed(system: SmallSystem): SmallSystem {
  const flip = <T>(rows: readonly T[]) => [...rows].reverse();
  return { ...system, collateral: flip(system.collateral), debt: flip(system.debt), venue: flip(system.venue) };
}

function scaled(system: SmallSystem, c: number): SmallSystem {
  const times = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((u) => u * c));
  return {
    ...system,
    collateral: times(system.collateral),
    debt: times(system.debt),
    curves: system.curves.map((curve) => deepen(curve, c)),
    dustUsd: system.dustUsd.map((d) => d * c),
  };
}

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).to.equal(expected.length);
  expected.forEach((value, k) => expect(actual[k]!).to.be.closeTo(value, 1e-9 * Math.max(1, Math.abs(value))));
}
