import { expect } from "chai";
import fc from "fast-check";
import { badDebtOf } from "../../../keeper/src/model/attribution.js";
import { openBook, type Book } from "../../../keeper/src/model/book.js";
import { createCascade, runCascade, type Cascade } from "../../../keeper/src/model/cascade.js";
import { expectedShortfall } from "../../../keeper/src/model/tail-risk.js";
import { nettingReport, poolOwners, unifiedValueUsd } from "../../../keeper/src/model/unified-margin.js";
import { smoothCurve, systems } from "./random-system.js";
import { PLAIN, runSmall, total } from "./run-small.js";
import { stateOf, type SmallSystem } from "./small-system.js";

/** Owner 0: well covered in venue 0, at its limit in venue 1. Owner 1: one account. */
const TWO: SmallSystem = {
  prices: [1, 10],
  curves: [{ kind: "inf" }, { kind: "inf" }],
  collateral: [
    [0, 100],
    [0, 20],
    [0, 10],
  ],
  debt: [
    [200, 0],
    [160, 0],
    [50, 0],
  ],
  venue: [0, 1, 1],
  owner: [0, 0, 1],
  lt: [
    [0, 0.7],
    [0, 0.8],
  ],
  bonus: [
    [0, 0.05],
    [0, 0.1],
  ],
  closeFactor: [0.5, 1],
  fullCloseHf: [0.95, 0.95],
  dustUsd: [0, 0],
};

describe(poolOwners.name, () => {
  it("puts an owner's holdings into one account, on their own terms, under the venue where it owes most", () => {
    const pooled = poolOwners(stateOf(TWO));
    expect([...pooled.collateral.start]).to.deep.equal([0, 2, 3]);
    expect([...pooled.collateral.usd]).to.deep.equal([1_000, 200, 100]);
    expect([...pooled.collateralLt]).to.deep.equal([0.7, 0.8, 0.8]);
    expect([...pooled.collateralBonus]).to.deep.equal([0.05, 0.1, 0.1]);
    expect([...pooled.debt.usd]).to.deep.equal([200, 160, 50]);
    expect([...pooled.accountVenue]).to.deep.equal([0, 1]);
  });

  it("keeps assets, thresholds and totals: with one account an owner, it is the same system", () => {
    fc.assert(
      fc.property(systems(smoothCurve), (system) => {
        const state = stateOf(system);
        const pooled = poolOwners(state);
        expect(pooled.collateral).to.deep.equal(state.collateral);
        expect(pooled.debt).to.deep.equal(state.debt);
        expect(pooled.accountVenue).to.deep.equal(state.accountVenue);
      }),
      { numRuns: 50 },
    );
  });

  it("in one pool the engine liquidates nobody whom the rest of the pool covers", () => {
    // 0.8 * 200 = 160: venue 1 liquidates on any drop; the pool's health factor of 0.9 * 860 / 360 is far above 1.
    expect(total(runSmall(TWO, [0, 0.1]).run.repaidUsd)).to.be.greaterThan(0);
    expect(total(after(openBook(poolOwners(stateOf(TWO))), 0.1).repaidUsd)).to.equal(0);
  });
});

describe(unifiedValueUsd.name, () => {
  it("is the bad debt that netting saves in the worst scenarios", () => {
    const drops = Array.from({ length: 100 }, (_, s) => s / 200);
    const [separate, pooled] = [openBook(stateOf(TWO)), openBook(poolOwners(stateOf(TWO)))].map((book) =>
      Float64Array.from(drops, (drop) => total(badDebtOf(book, after(book, drop), 1).venue)),
    );
    // The worst of a hundred is a drop of 49.5 %. Apart, venue 1 seizes all of 101 for 101 / 1.1 and is owed 160, and
    // all of owner 1's 50.5 for 50.5 / 1.1 of 50. Together owner 0 is covered.
    const last = 0.505;
    const apart = 160 - (200 * last) / 1.1 + (50 - (100 * last) / 1.1);
    expect(expectedShortfall(separate!, 0.99)).to.be.closeTo(apart, 1e-9);
    expect(unifiedValueUsd(separate!, pooled!)).to.be.closeTo(160 - (200 * last) / 1.1, 1e-9);
  });
});

function after(book: Book, drop: number): Cascade {
  const run = createCascade(book, 0);
  runCascade(book, { dropFrac: Float64Array.of(0, drop), depthFactor: Float64Array.of(1, 1) }, PLAIN, run);
  return run;
}

describe(nettingReport.name, () => {
  it("by hand, after a drop of 30 %", () => {
    const report = nettingReport(openBook(stateOf(TWO)), Float64Array.of(1, 0.7));
    expect(report).to.have.length(1);
    const { owner, accounts, debtUsd, separateHf, pooledHf, separateShortfallUsd, pooledShortfallUsd } = report[0]!;
    expect([owner, accounts, debtUsd]).to.deep.equal([0, 2, 360]);
    expect(separateHf).to.be.closeTo((0.7 * 160) / 160, 1e-12);
    expect(pooledHf).to.be.closeTo((0.7 * (700 + 160)) / 360, 1e-12);
    expect(separateShortfallUsd).to.be.closeTo(160 - 140, 1e-12);
    expect(pooledShortfallUsd).to.equal(0);
  });

  it("edge: owners without debt, or with one account, have nothing to net", () => {
    const idle = {
      ...TWO,
      debt: [
        [0, 0],
        [0, 0],
        [50, 0],
      ],
    };
    expect(nettingReport(openBook(stateOf(idle)), Float64Array.of(1, 1))).to.deep.equal([]);
  });

  it("property: a pool's shortfall is never the larger, its health factor never the lower one", () => {
    const owners = fc.array(fc.nat(3), { minLength: 12, maxLength: 12 });
    const prices = fc.array(fc.double({ min: 0.05, max: 1.2, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(systems(smoothCurve), owners, prices, (system, owner, price) => {
        const owned = { ...system, owner: system.venue.map((_, i) => owner[i]!) };
        for (const row of nettingReport(openBook(stateOf(owned)), Float64Array.from(price))) {
          expect(row.pooledShortfallUsd).to.be.at.most(row.separateShortfallUsd * (1 + 1e-12) + 1e-9);
          expect(row.pooledHf).to.be.at.least(row.separateHf * (1 - 1e-12));
        }
      }),
      { numRuns: 200 },
    );
  });
});
