import { expect } from "chai";
import { openBook, type Book } from "../../../../keeper/src/model/book.js";
import { createCascade } from "../../../../keeper/src/model/cascade.js";
import { LADDER_RULES } from "../../../../keeper/src/model/leverage.js";
import type { Shock } from "../../../../keeper/src/model/price-state.js";
import { amplifications } from "../../../../keeper/src/model/sensitivity/amplification.js";
import { cliffDistance } from "../../../../keeper/src/model/sensitivity/cliff.js";
import { delta, gamma } from "../../../../keeper/src/model/sensitivity/derivatives.js";
import { fullLoss, lookThroughCollateral } from "../../../../keeper/src/model/loss.js";
import { systemicness } from "../../../../keeper/src/model/sensitivity/systemicness.js";
import type { DepthCurve } from "../../../../keeper/src/graph/depth-curve.js";
import { fullLoss as lossOf, oneAccount, runSmall, total } from "../run-small.js";
import { stateOf, type SmallSystem } from "../small-system.js";

const EXP: DepthCurve = { kind: "exp", deltaUsd: 400 };
const INF: DepthCurve = { kind: "inf" };
const account = oneAccount({ collateral: 100, debt: 70, lt: 0.8, bonus: 0.05 }, { curves: [INF, EXP] });

function shockOf(...drops: number[]): Shock {
  return { dropFrac: Float64Array.from(drops), depthFactor: new Float64Array(drops.length).fill(1) };
}

/** Every number that the sensitivities give at `drops`. */
function allOf(book: Book, ...drops: number[]): number[] {
  const run = createCascade(book, 0);
  const loss = (s: Float64Array) => fullLoss(book, LADDER_RULES, run)(shockOf(...s));
  const at = Float64Array.from(drops);
  const split = systemicness(book, shockOf(...drops), run);
  return [
    ...amplifications(book, run).flatMap(({ jacobian, radius, inverse }) => [...jacobian, radius, ...(inverse ?? [])]),
    ...delta(loss, at),
    ...gamma(loss, at),
    ...split.account,
    split.totalUsd,
  ];
}

describe("edge cases of MODEL 8: sensitivities", () => {
  it("shock 0: nobody is to blame, and the delta is what is held", () => {
    const book = openBook(stateOf(account));
    const run = createCascade(book, 0);
    expect(systemicness(book, shockOf(0, 0), run).totalUsd).to.equal(0);
    const loss = (s: Float64Array) => fullLoss(book, LADDER_RULES, run)(shockOf(...s));
    expect([...delta(loss, new Float64Array(2))].map((usd) => Math.round(usd * 1e9) / 1e9)).to.deep.equal([0, 100]);
  });

  it("shock of 100 %: everything is lost by the shock, nothing is left to amplify", () => {
    const book = openBook(stateOf(account));
    const run = createCascade(book, 0);
    expect(fullLoss(book, LADDER_RULES, run)(shockOf(0, 1))).to.equal(100);
    expect(systemicness(book, shockOf(0, 1), run).totalUsd).to.equal(0);
    expect(allOf(book, 0, 0.985).some(Number.isNaN)).to.equal(false);
  });

  it("K = 1: one asset that is everything, its own collateral and debt", () => {
    const only: SmallSystem = {
      ...account,
      prices: [1],
      curves: [EXP],
      collateral: [[100]],
      debt: [[70]],
      lt: [[0.8]],
      bonus: [[0.05]],
    };
    const book = openBook(stateOf(only));
    expect(allOf(book, 0.1).some(Number.isNaN)).to.equal(false);
    const { dropFrac } = cliffDistance(book, (d) => shockOf(d), { maxDropFrac: 0.3, sigmaDaily: 0.03 });
    expect(dropFrac).to.equal(Infinity);
  });

  it("duplicate accounts of one owner weigh the same, and are one owner", () => {
    const twice = <T>(rows: readonly T[]) => [...rows, ...rows];
    const split = (owner: number[]) => {
      const [collateral, debt] = [twice(account.collateral), twice(account.debt)];
      const book = openBook(stateOf({ ...account, collateral, debt, venue: [0, 0], owner }));
      return systemicness(book, shockOf(0, 0.15), createCascade(book, 0));
    };
    const { account: each, owner, totalUsd } = split([0, 0]);
    expect(each[0]).to.equal(each[1]);
    expect([...owner]).to.deep.equal([totalUsd]);
    expect(totalUsd).to.be.greaterThan(0);
    expect([...split([0, 1]).owner]).to.deep.equal([...each]);
  });

  it("a position of one wei, and a market of one cent, leave no NaN", () => {
    for (const [size, deltaUsd] of [
      [1e-18, 400],
      [100, 0.01],
    ] as const) {
      const tiny = oneAccount(
        { collateral: size, debt: 0.7 * size, lt: 0.8, bonus: 0.05 },
        { curves: [INF, { kind: "exp", deltaUsd }] },
      );
      expect(allOf(openBook(stateOf(tiny)), 0, 0.2).some(Number.isNaN)).to.equal(false);
    }
  });

  it("no market at all: nothing is sold, nothing amplifies", () => {
    const stuck = openBook(stateOf({ ...account, curves: [INF, { kind: "none" }] }));
    const run = createCascade(stuck, 0);
    expect(systemicness(stuck, shockOf(0, 0.3), run).totalUsd).to.equal(0);
    expect(amplifications(stuck, run).map(({ radius }) => radius)).to.deep.equal([0, 0, 0]);
  });

  it("accounts under water at t0 are in no sensitivity", () => {
    const drowned: SmallSystem = {
      ...account,
      collateral: [...account.collateral, [0, 1_000]],
      debt: [...account.debt, [1_001, 0]],
      venue: [0, 0],
    };
    const [with_, without] = [openBook(stateOf(drowned)), openBook(stateOf(account))];
    expect([...lookThroughCollateral(with_)]).to.deep.equal([...lookThroughCollateral(without)]);
    const [a, b] = [with_, without].map((book) => systemicness(book, shockOf(0, 0.15), createCascade(book, 0)));
    expect(a!.totalUsd).to.equal(b!.totalUsd);
    expect(a!.account[1]).to.equal(0);
  });
});

describe("edge cases of MODEL 8: a stable loses its peg", () => {
  /** Asset 0 is the stable: pledged by one, owed by the other. */
  const both: SmallSystem = {
    ...account,
    curves: [EXP, INF],
    collateral: [
      [100, 0],
      [0, 100],
    ],
    debt: [
      [0, 75],
      [75, 0],
    ],
    venue: [0, 0],
    lt: [[0.8, 0.8]],
    bonus: [[0.05, 0.05]],
  };

  it("down: who pledged it is liquidated, who owes it owes less", () => {
    const { book, run } = runSmall(both, [0.1, 0]);
    expect(run.prices.price[0]!).to.be.lessThan(0.9);
    expect(run.repaidUsd[book.rank[0]!]!).to.be.greaterThan(0);
    expect(run.repaidUsd[book.rank[1]!]).to.equal(0);
  });

  it("up: who owes it is liquidated, and buying it back drives it further", () => {
    const { book, run } = runSmall(both, [-0.1, 0], { buyBack: true });
    expect(run.repaidUsd[book.rank[1]!]!).to.be.greaterThan(0);
    expect(run.repaidUsd[book.rank[0]!]).to.equal(0);
    expect(run.prices.price[0]!).to.be.greaterThan(1.1);
    expect(runSmall(both, [-0.1, 0]).run.prices.price[0]).to.be.closeTo(1.1, 1e-15);
  });

  it("either way losses stay finite and no debt is lost sight of", () => {
    for (const drop of [-0.5, -0.1, 0.1, 0.5]) {
      const { book, run } = runSmall(both, [drop, 0]);
      expect(Number.isFinite(lossOf(book, run))).to.equal(true);
      expect(total(run.badDebtUsd)).to.be.at.least(0);
      expect(run.converged).to.equal(true);
    }
  });
});
