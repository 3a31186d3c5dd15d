import { expect } from "chai";
import fc from "fast-check";
import { buildSystem } from "../../../../keeper/src/graph/build-system.js";
import { openBook, type Book } from "../../../../keeper/src/model/book.js";
import { marketRules } from "../../../../keeper/src/model/calibration.js";
import { createCascade, runCascade } from "../../../../keeper/src/model/cascade.js";
import { LADDER_RULES } from "../../../../keeper/src/model/leverage.js";
import type { Shock } from "../../../../keeper/src/model/price-state.js";
import {
  amplifications,
  describeAmplification,
  SALES_ONLY,
} from "../../../../keeper/src/model/sensitivity/amplification.js";
import { jacobian, ownFactors } from "../../../../keeper/src/model/sensitivity/jacobian.js";
import { accountsOf, lossesWithout, mostSystemic } from "../../../../keeper/src/model/sensitivity/leave-one-out.js";
import { fullLoss, heldByAsset, lookThroughCollateral } from "../../../../keeper/src/model/loss.js";
import { contagionIndex } from "../../../../keeper/src/model/sensitivity/overlap.js";
import { largest, systemicness } from "../../../../keeper/src/model/sensitivity/systemicness.js";
import { shippedCalibration } from "../calibration-file.js";
import { crowd } from "../crowd.js";
import { smoothCurve, systems } from "../random-system.js";
import { oneAccount } from "../run-small.js";
import { stateOf, type SmallSystem } from "../small-system.js";
import { marketSnapshot } from "../snapshot-fixture.js";

const SEED = { seed: 20261201 } as const;
const WINDOW = 0.03;

/** Two pools in a row: stETH in WETH, WETH in USDC. Assets: 0 WETH, 1 stETH, 2 USDC, 3 GEM. */
const POOLED = openBook(
  buildSystem(
    marketSnapshot({
      prices: { WETH: 2_000, stETH: 1_980, USDC: 1, GEM: 10 },
      depth: { WETH: 20_000, stETH: 10_000 },
      accounts: [
        { collateral: { WETH: 100 }, debt: { USDC: 157_000 } },
        { collateral: { stETH: 100 }, debt: { USDC: 155_000 } },
        { collateral: { WETH: 50, stETH: 50 }, debt: { USDC: 156_500 } },
        { collateral: { stETH: 10_000 }, debt: { USDC: 1_000_000 } },
      ],
    }),
    marketRules(shippedCalibration("lab-1")),
  ).state,
);

describe("jacobian", () => {
  const at = (book: Book) => jacobian(book, createCascade(book, 0), { windowFrac: WINDOW, rules: SALES_ONLY });

  it("a derived asset answers for its discount alone: the fall of its backing is the backing's", () => {
    const matrix = at(POOLED);
    const run = createCascade(POOLED, 0);
    const shock = { ...shockOf([WINDOW, 0, 0, 0]) };
    runCascade(POOLED, shock, { ...SALES_ONLY, maxRounds: 1 }, run);
    const [weth, steth] = [run.prices.price[0]!, run.prices.price[1]!];
    expect(matrix[0]).to.be.closeTo((1 - weth / (1 - WINDOW)) / WINDOW, 1e-12);
    expect(matrix[4]).to.be.closeTo((1 - steth / weth) / WINDOW, 1e-12);
    expect(matrix[4]!).to.be.greaterThan(0);
    expect(ownFactors(POOLED.state, run.prices.price)[1]).to.be.closeTo(steth / weth, 1e-15);
  });

  it("sales that need no drop are not its own", () => {
    const late: SmallSystem = {
      ...oneAccount({ collateral: 100, debt: 81, lt: 0.8, bonus: 0.05 }),
      curves: [{ kind: "inf" }, { kind: "exp", deltaUsd: 500 }],
    };
    const book = openBook(stateOf(late));
    expect(firstDrops(book, shockOf([0, 0]))[1]!).to.be.greaterThan(0.08);
    expect(at(book)[3]!).to.be.closeTo(0, 1e-12);
  });

  it("is never negative, though a falling debt asset saves its debtors", () => {
    fc.assert(
      fc.property(systems(smoothCurve), (system) => {
        for (const entry of at(openBook(stateOf(system)))) expect(entry).to.be.at.least(0);
      }),
      SEED,
    );
  });
});

describe("amplifications", () => {
  const windows = (slope: number) => {
    const book = openBook(stateOf(crowd((x) => slope * x, 0.02, 0.4, 4_000)));
    return amplifications(book, createCascade(book, 0));
  };

  it("T1: radius lambda g at every window, and the inverse is the multiple", () => {
    const all = windows(25);
    expect(all.map(({ windowFrac }) => windowFrac)).to.deep.equal([0.01, 0.03, 0.05]);
    for (const { windowFrac, radius, inverse } of all) {
      expect(radius).to.be.closeTo(0.5 * (1 - windowFrac), 5e-3);
      expect(inverse![3]).to.be.closeTo(1 / (1 - radius), 1e-9);
    }
  });

  it("supercritical: no inverse, and it says at which window", () => {
    const [at1, , at5] = windows(52.2);
    expect(at1!.inverse).to.equal(null);
    expect(describeAmplification(at1!)).to.match(
      /^supercritical at window 1\.0 %: spectral radius 1\.0\d\d, no inverse$/,
    );
    expect(at5!.inverse).to.not.equal(null);
    expect(describeAmplification(at5!)).to.match(/^spectral radius 0\.99\d at window 5\.0 %$/);
  });
});

describe("systemicness", () => {
  it("T1: a crowd at rho 1/2 doubles the loss, and its members share what it adds by what they sell", () => {
    const book = openBook(stateOf(crowd((x) => 25 * x, 0.02, 0.1, 10_000)));
    const run = createCascade(book, 0);
    const shock = shockOf([0, WINDOW]);
    const { account, totalUsd, supercritical } = systemicness(book, shock, run);
    expect(supercritical).to.equal(false);
    const first = WINDOW * lookThroughCollateral(book)[1]!;
    const J = 0.5 * (1 - WINDOW);
    expect(totalUsd).to.be.closeTo((first * J) / (1 - J), 1e-3 * first);
    const added = fullLoss(book, LADDER_RULES, run)(shock) - first;
    expect(totalUsd).to.be.closeTo(added, 0.07 * added);
    const sellers = account.filter((usd) => usd > 0);
    expect(sellers.length).to.be.closeTo(3_000, 1);
    expect(Math.max(...sellers) / Math.min(...sellers)).to.be.closeTo(1, 1e-9);
  });

  it("Euler: every split adds up to what the linear system makes of the first-round drops", () => {
    const shocks = fc.tuple(
      fc.double({ min: 0.005, max: 0.3, noNaN: true }),
      fc.double({ min: 0, max: 0.3, noNaN: true }),
    );
    let measured = 0;
    fc.assert(
      fc.property(systems(smoothCurve), shocks, (system, [a, b]) => {
        const book = openBook(stateOf({ ...system, owner: system.venue.map((_, i) => i % 3) }));
        measured += Number(addsUp(book, shockOf([0, a, b])));
      }),
      { ...SEED, numRuns: 50 },
    );
    expect(measured).to.be.greaterThan(10);
  });

  it("Euler, with sales that go on as others: stETH sold into WETH, WETH into USDC", () => {
    expect(addsUp(POOLED, shockOf([WINDOW, 0.01, 0, 0]))).to.equal(true);
    const { account, asset } = systemicness(POOLED, shockOf([WINDOW, 0, 0, 0]), createCascade(POOLED, 0));
    expect(account[3]).to.equal(0);
    expect(account[1]!).to.be.greaterThan(account[0]!);
    expect(asset[1]!).to.be.greaterThan(asset[0]!);
  });

  it("supercritical: flagged, and only the first round is counted", () => {
    const book = openBook(stateOf(crowd((x) => 60 * x, 0.02, 0.4, 4_000)));
    const shock = shockOf([0, WINDOW]);
    const { totalUsd, supercritical } = systemicness(book, shock, createCascade(book, 0));
    expect(supercritical).to.equal(true);
    expect(totalUsd).to.be.closeTo(lookThroughCollateral(book)[1]! * firstDrops(book, shock)[1]!, 1e-9);
  });

  it("largest: most first, ties by index, nobody without", () => {
    expect(largest(Float64Array.of(1, 3, 0, 3, 2), 3)).to.deep.equal([1, 3, 4]);
    expect(largest(Float64Array.of(0, -1), 3)).to.deep.equal([]);
  });
});

describe("lossesWithout", () => {
  it("is the loss of a book without that account's debt, over the same collateral", () => {
    fc.assert(
      fc.property(systems(smoothCurve), fc.double({ min: 0.05, max: 0.4, noNaN: true }), (system, drop) => {
        const book = openBook(stateOf(system));
        const run = createCascade(book, 0);
        const shock = shockOf([0, drop, drop]);
        const all = fullLoss(book, LADDER_RULES, run)(shock);
        const groups = [[0], system.venue.map((_, i) => i)];
        const left = lossesWithout(book, shock, groups, run);
        groups.forEach((accounts, g) => {
          const debt = system.debt.map((row, i) => (accounts.includes(i) ? row.map(() => 0) : row));
          const free = openBook(stateOf({ ...system, debt }));
          const without = fullLoss(free, LADDER_RULES, createCascade(free, 0))(shock);
          expect(left[g]!.lossUsd).to.be.closeTo(all - without, 1e-9 * Math.max(1, all));
        });
        const first = drop * (heldByAsset(book)[1]! + heldByAsset(book)[2]!);
        expect(left[1]!.lossUsd).to.be.closeTo(all - first, 1e-9 * Math.max(1, all));
      }),
      SEED,
    );
  });

  it("an owner's accounts are left out together", () => {
    const one = oneAccount({ collateral: 100, debt: 79, lt: 0.8, bonus: 0.05 });
    const rows = [...one.collateral, ...one.collateral, ...one.collateral];
    const book = openBook(
      stateOf({ ...one, collateral: rows, debt: rows.map(() => [79, 0]), venue: [0, 0, 0], owner: [1, 0, 1] }),
    );
    expect(accountsOf(book, 1)).to.deep.equal([0, 2]);
    expect(accountsOf(book, 0)).to.deep.equal([1]);
  });
});

describe("mostSystemic", () => {
  it("at most 50, most first, linear and exact side by side", () => {
    const book = openBook(stateOf(crowd((x) => 25 * x, 0.02, 0.1, 1_000)));
    const shock = shockOf([0, WINDOW]);
    const { supercritical, accounts } = mostSystemic(book, shock, createCascade(book, 0));
    const { account } = systemicness(book, shock, createCascade(book, 0));
    expect([supercritical, accounts.length]).to.deep.equal([false, 50]);
    expect(accounts.map((it) => it.account)).to.deep.equal(largest(account, 50));
    // What follows one of them is whole accounts or none, where the linear system has a share of one.
    for (const it of accounts) expect(it.exactUsd / it.linearUsd).to.be.within(0.4, 1.2);
    const [first] = lossesWithout(book, shock, [[accounts[0]!.account]], createCascade(book, 0));
    expect(accounts[0]!.exactUsd).to.equal(first!.lossUsd);
  });
});

describe("contagionIndex", () => {
  const curves = [{ kind: "inf" }, { kind: "linear", deltaUsd: 500 }, { kind: "linear", deltaUsd: 2_000 }] as const;
  const held = (rows: readonly (readonly number[])[]) =>
    openBook(
      stateOf({
        ...oneAccount({ collateral: 1, debt: 0, lt: 0.8, bonus: 0 }),
        prices: [1, 1, 1],
        curves,
        collateral: rows.map((row) => [0, ...row]),
        debt: rows.map(() => [0, 0, 0]),
        venue: rows.map(() => 0),
        lt: [[0.8, 0.8, 0.8]],
        bonus: [[0, 0, 0]],
      }),
    );

  it("one market: in proportion to what each holds of it", () => {
    const { vector, radius } = contagionIndex(
      held([
        [30, 0],
        [10, 0],
        [0, 0],
      ]),
      3,
      (i) => i,
    );
    expectClose(vector, [0.75, 0.25, 0]);
    expect(radius).to.be.closeTo((30 * 30 + 10 * 10) / 500, 1e-9);
  });

  it("two markets: the leading eigenvector of X diag(1/depth) X', by its closed form", () => {
    const [a, b, c] = [100 * (100 / 500), 100 * (50 / 500), 50 * (50 / 500) + 80 * (80 / 2_000)];
    const root = (a + c + Math.sqrt((a - c) * (a - c) + 4 * b * b)) / 2;
    const [x, y] = [b, root - a];
    const { vector, radius } = contagionIndex(
      held([
        [100, 0],
        [50, 80],
      ]),
      2,
      (i) => i,
    );
    expect(radius).to.be.closeTo(root, 1e-9);
    expectClose(vector, [x / (x + y), y / (x + y)], 1e-6);
  });

  it("what is sold on counts where it ends: stETH weighs on WETH's market too", () => {
    const { start, asset, weight } = POOLED.state.passOn;
    expect([asset[start[1]!], weight[start[1]!]]).to.deep.equal([0, 1]);
    const { vector } = contagionIndex(POOLED, 4, (i) => i);
    expect(vector[1]!).to.be.greaterThan(vector[0]!);
    expect(vector[0]!).to.be.greaterThan(0);
    expect(vector.reduce((sum, share) => sum + share, 0)).to.be.closeTo(1, 1e-12);
  });

  it("nothing held, no index", () => {
    expect(
      contagionIndex(
        held([
          [0, 0],
          [0, 0],
        ]),
        2,
        (i) => i,
      ),
    ).to.deep.equal({
      radius: 0,
      vector: new Float64Array(2),
      converged: true,
    });
  });
});

function shockOf(drops: readonly number[]): Shock {
  return { dropFrac: Float64Array.from(drops), depthFactor: new Float64Array(drops.length).fill(1) };
}

function firstDrops(book: Book, shock: Shock): Float64Array {
  const run = createCascade(book, 0);
  runCascade(book, shock, { ...SALES_ONLY, maxRounds: 1 }, run);
  return ownFactors(book.state, run.prices.price).map((own, k) => 1 - own / (1 - shock.dropFrac[k]!));
}

/** Sum J^n d by hand against every split; false where it does not converge and the book is flagged for it. */
function addsUp(book: Book, shock: Shock): boolean {
  const run = createCascade(book, 0);
  const matrix = jacobian(book, run, { windowFrac: WINDOW, rules: SALES_ONLY });
  const split = systemicness(book, shock, run);
  if (split.supercritical) return false;
  let drops = firstDrops(book, shock);
  const W = lookThroughCollateral(book);
  const size = W.length;
  let expected = 0;
  for (let round = 0; round < 100_000 && drops.some((d) => d > 1e-15); round++) {
    expected += W.reduce((sum, usd, k) => sum + usd * drops[k]!, 0);
    const before = drops;
    drops = drops.map((_, k) => before.reduce((sum, d, l) => sum + matrix[k * size + l]! * d, 0));
  }
  for (const parts of [split.account, split.owner, split.venue, split.asset, [split.totalUsd]]) {
    const sum = Array.from(parts).reduce((a, b) => a + b, 0);
    expect(sum).to.be.closeTo(expected, 1e-6 * Math.max(1, expected));
  }
  return true;
}

function expectClose(actual: Float64Array, expected: readonly number[], tolerance = 1e-9): void {
  expect(actual.length).to.equal(expected.length);
  expected.forEach((value, k) => expect(actual[k]!).to.be.closeTo(value, tolerance));
}
