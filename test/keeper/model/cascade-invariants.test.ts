import { expect } from "chai";
import fc from "fast-check";
import { byAccount } from "../../../keeper/src/model/book.js";
import { anyCurve, smoothCurve, systems } from "./random-system.js";
import { fullLoss, runSmall, total } from "./run-small.js";
import type { SmallSystem } from "./small-system.js";

const SEED = { seed: 20261201 } as const;
const drop = fc.double({ min: 0, max: 0.6, noNaN: true });
const order = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 });

describe("runCascade: what must not change", () => {
  it("the numbers that accounts, assets and venues have", () => {
    const property = fc.property(systems(anyCurve), drop, drop, order, (system, a, b, keys) => {
      const accounts = sortedBy(system.venue.length, keys);
      const [assets, venues] = [sortedBy(3, keys), sortedBy(2, keys)];
      const shock = [0, a, b];
      const plain = runSmall(system, shock);
      const mixed = runSmall(
        renumbered(system, accounts, assets, venues),
        assets.map((k) => shock[k]!),
      );
      expectClose(
        [...mixed.run.prices.price],
        assets.map((k) => plain.run.prices.price[k]!),
      );
      for (const name of ["repaidUsd", "badDebtUsd"] as const) {
        const before = byAccount(plain.book, plain.run[name], 0);
        expectClose(
          [...byAccount(mixed.book, mixed.run[name], 0)],
          accounts.map((i) => before[i]!),
        );
      }
    });
    fc.assert(property, SEED);
  });

  it("a system beside another that shares nothing with it", () => {
    const property = fc.property(systems(smoothCurve), systems(smoothCurve), drop, drop, (one, other, a, b) => {
      const both = runSmall(beside(one, other), [0, a, a, 0, b, b]);
      const [left, right] = [runSmall(one, [0, a, a]), runSmall(other, [0, b, b])];
      expectClose([...both.run.prices.price], [...left.run.prices.price, ...right.run.prices.price]);
      expectClose([total(both.run.repaidUsd)], [total(left.run.repaidUsd) + total(right.run.repaidUsd)]);
    });
    fc.assert(property, SEED);
  });
});

describe("runCascade: cash", () => {
  it("every dollar owed in the numeraire is repaid, bad, or still owed", () => {
    const property = fc.property(systems(anyCurve), drop, drop, (system, a, b) => {
      const { book, run } = runSmall(inNumeraire(system), [0, a, b]);
      const [repaid, bad] = [byAccount(book, run.repaidUsd, 0), byAccount(book, run.badDebtUsd, 0)];
      const left = byAccount(book, run.debtLeft, 1);
      expectClose(
        Array.from(repaid, (usd, i) => usd + bad[i]! + left[i]! * book.debtUsd[i]!),
        [...book.debtUsd],
      );
    });
    fc.assert(property, SEED);
  });

  it("what is seized pays the debt and the bonus, to the cent where sales move no price", () => {
    const property = fc.property(systems(anyCurve), drop, drop, (system, a, b) => {
      const still: SmallSystem = { ...inNumeraire(system), curves: system.curves.map(() => ({ kind: "inf" })) };
      const { book, run } = runSmall(still, [0, a, b]);
      const price = [1, 1 - a, 1 - b];
      const left = byAccount(book, run.collateralLeft, 1);
      const seized = system.collateral.map((row, i) =>
        row.reduce((sum, units, k) => sum + units * system.prices[k]! * price[k]! * (1 - left[i]!), 0),
      );
      expectClose([seized.reduce((x, y) => x + y, 0)], [total(run.repaidUsd) + run.bonusUsd]);
    });
    fc.assert(property, SEED);
  });
});

describe("runCascade: the bonus", () => {
  it("below the toxic frontier a smaller bonus never costs more", () => {
    const property = fc.property(
      systems(smoothCurve),
      drop,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (system, s, part) => {
        const full = inNumeraire(system);
        fc.pre(full.lt.every((row, v) => row.every((lt, k) => lt * (1 + full.bonus[v]![k]!) < 1)));
        const less = { ...full, bonus: full.bonus.map((row) => row.map((b) => b * part)) };
        const [high, low] = [full, less].map((it) => {
          const { book, run } = runSmall(it, [0, s, s]);
          return fullLoss(book, run);
        });
        expect(low!).to.be.at.most(high! * (1 + 1e-9) + 1e-9);
      },
    );
    fc.assert(property, { ...SEED, numRuns: 500 });
  });
});

function sortedBy(count: number, keys: readonly number[]): number[] {
  return Array.from({ length: count }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || b - a);
}

/** Account i of the result is `accounts[i]` of the system, and so for assets and venues. */
function renumbered(
  system: SmallSystem,
  accounts: readonly number[],
  assets: readonly number[],
  venues: readonly number[],
): SmallSystem {
  const byAsset = <T>(row: readonly T[]) => assets.map((k) => row[k]!);
  const byVenue = <T>(rows: readonly T[]) => venues.map((v) => rows[v]!);
  return {
    ...system,
    prices: byAsset(system.prices),
    curves: byAsset(system.curves),
    collateral: accounts.map((i) => byAsset(system.collateral[i]!)),
    debt: accounts.map((i) => byAsset(system.debt[i]!)),
    venue: accounts.map((i) => venues.indexOf(system.venue[i]!)),
    lt: byVenue(system.lt).map(byAsset),
    bonus: byVenue(system.bonus).map(byAsset),
    closeFactor: byVenue(system.closeFactor),
    fullCloseHf: byVenue(system.fullCloseHf),
    dustUsd: byVenue(system.dustUsd),
  };
}

function beside(one: SmallSystem, other: SmallSystem): SmallSystem {
  const none = [0, 0, 0];
  const rows = (key: "collateral" | "debt" | "lt" | "bonus") => [
    ...one[key].map((row) => [...row, ...none]),
    ...other[key].map((row) => [...none, ...row]),
  ];
  return {
    prices: [...one.prices, ...other.prices],
    curves: [...one.curves, ...other.curves],
    collateral: rows("collateral"),
    debt: rows("debt"),
    venue: [...one.venue, ...other.venue.map((v) => v + 2)],
    lt: rows("lt"),
    bonus: rows("bonus"),
    closeFactor: [...one.closeFactor, ...other.closeFactor],
    fullCloseHf: [...one.fullCloseHf, ...other.fullCloseHf],
    dustUsd: [...one.dustUsd, ...other.dustUsd],
  };
}

/** All debts as the same money in asset 0, whose price does not move. */
function inNumeraire(system: SmallSystem): SmallSystem {
  return { ...system, debt: system.debt.map((row) => [row[0]! + row[2]! * system.prices[2]!, 0, 0]) };
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).to.equal(expected.length);
  expected.forEach((value, k) => expect(actual[k]!).to.be.closeTo(value, 1e-9 * Math.max(1, Math.abs(value))));
}
