import { expect } from "chai";
import { openBook } from "../../../keeper/src/model/book.js";
import { createCascade, runCascade } from "../../../keeper/src/model/cascade.js";
import { latentBadDebtUsd } from "../../../keeper/src/model/latent.js";
import { leverageOf, LADDER_RULES, runLadder, squeezeUsd } from "../../../keeper/src/model/leverage.js";
import { standstill } from "../../../keeper/src/model/pause.js";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { shippedCalibration } from "./calibration-file.js";
import { fullLoss, oneAccount, PLAIN, runSmall, total } from "./run-small.js";
import { stateOf, type SmallSystem } from "./small-system.js";

const INF: DepthCurve = { kind: "inf" };
const CALIBRATION = shippedCalibration("lab-1");

describe("edge cases of MODEL 8: accounts", () => {
  it("a health factor of exactly 1 is healthy, one step below is not", () => {
    const at = oneAccount({ collateral: 128, debt: 64, lt: 0.5, bonus: 0.05 });
    expect(total(runSmall(at, [0, 0]).run.repaidUsd)).to.equal(0);
    const below = oneAccount({ collateral: 128, debt: 64.001, lt: 0.5, bonus: 0.05 });
    expect(total(runSmall(below, [0, 0]).run.repaidUsd)).to.be.greaterThan(0);
  });

  it("no debt: never liquidated, even at a price of 0", () => {
    const { book, run } = runSmall(oneAccount({ collateral: 1, debt: 0, lt: 0.8, bonus: 0.05 }), [0, 1]);
    expect(book.healthFactor[0]).to.equal(Infinity);
    expect([book.order.length, run.touchedCount]).to.deep.equal([0, 0]);
  });

  it("debt without collateral is bad debt at once", () => {
    const { book, run } = runSmall(oneAccount({ collateral: 0, debt: 7, lt: 0.8, bonus: 0.05 }), [0, 0]);
    expect(book.insolvent[0]).to.equal(1);
    expect([run.badDebtUsd[0], run.debtLeft[0]]).to.deep.equal([7, 0]);
  });

  it("shock of 100 %: everything seizable is worth nothing, all debt is bad", () => {
    const { run } = runSmall(oneAccount({ collateral: 100, debt: 50, lt: 0.8, bonus: 0.05 }), [0, 1]);
    expect(run.badDebtUsd[0]).to.equal(50);
    expect(run.converged).to.equal(true);
  });

  it("shock 0: nothing happens, one round says so", () => {
    const system = oneAccount({ collateral: 100, debt: 50, lt: 0.8, bonus: 0.05 });
    const { book, run } = runSmall(system, [0, 0]);
    expect([run.rounds, fullLoss(book, run), run.bonusUsd]).to.deep.equal([1, 0, 0]);
  });

  it("collateral and debt in one asset: its price cancels", () => {
    const system: SmallSystem = {
      ...oneAccount({ collateral: 100, debt: 0, lt: 0.9, bonus: 0.05 }),
      debt: [[0, 89]],
    };
    for (const drop of [0.1, 0.5, 0.9]) expect(total(runSmall(system, [0, drop]).run.repaidUsd)).to.equal(0);
  });

  it("K = 1: one asset that is everything", () => {
    const system: SmallSystem = {
      prices: [3],
      curves: [{ kind: "exp", deltaUsd: 100 }],
      collateral: [[10]],
      debt: [[9]],
      venue: [0],
      lt: [[0.85]],
      bonus: [[0.05]],
      closeFactor: [0.5],
      fullCloseHf: [0.95],
      dustUsd: [0],
    };
    const { run } = runSmall(system, [0.2]);
    expect(run.prices.price[0]!).to.be.lessThan(0.8);
    expect(run.converged).to.equal(true);
  });

  it("the close factor jumps to 1 at the full-close health factor: sales are not monotone in the price", () => {
    const system = oneAccount({ collateral: 100, debt: 80, lt: 0.8, bonus: 0.05 });
    const repaidAt = (drop: number) => runSmall(system, [0, drop], { maxRounds: 1 }).run.repaidUsd[0]!;
    expect(repaidAt(0.049)).to.be.closeTo(40, 1e-9);
    expect(repaidAt(0.051)).to.be.closeTo(80, 1e-9);
  });

  it("dust is closed at once", () => {
    const system = oneAccount({ collateral: 100, debt: 80, lt: 0.8, bonus: 0.05 });
    const dusty = { ...system, dustUsd: [81] };
    expect(runSmall(dusty, [0, 0.01], { maxRounds: 1 }).run.repaidUsd[0]).to.be.closeTo(80, 1e-9);
    expect(runSmall(system, [0, 0.01], { maxRounds: 1 }).run.repaidUsd[0]).to.be.closeTo(40, 1e-9);
  });

  it("a position of one wei leaves no NaN", () => {
    const { run } = runSmall(oneAccount({ collateral: 1e-18, debt: 9e-19, lt: 0.8, bonus: 0.05 }), [0, 0.3]);
    expect([...run.prices.price, ...run.badDebtUsd, ...run.repaidUsd].some(Number.isNaN)).to.equal(false);
  });

  it("duplicate accounts act like one of twice the size, as long as nothing is dust", () => {
    const curves: DepthCurve[] = [INF, { kind: "exp", deltaUsd: 500 }];
    const one = oneAccount({ collateral: 100, debt: 75, lt: 0.8, bonus: 0.05 }, { curves });
    const two: SmallSystem = {
      ...one,
      collateral: [
        [0, 50],
        [0, 50],
      ],
      debt: [
        [37.5, 0],
        [37.5, 0],
      ],
      venue: [0, 0],
    };
    const [a, b] = [runSmall(one, [0, 0.1]).run, runSmall(two, [0, 0.1]).run];
    expect(b.prices.price[1]).to.be.closeTo(a.prices.price[1]!, 1e-12);
    expect(total(b.repaidUsd)).to.be.closeTo(total(a.repaidUsd), 1e-9);
  });
});

describe("edge cases of MODEL 8: markets", () => {
  it("zero depth: nothing can be seized, all of the debt is latent bad debt", () => {
    const system = oneAccount({ collateral: 100, debt: 80, lt: 0.8, bonus: 0.05 }, { curves: [INF, { kind: "none" }] });
    const { book, run } = runSmall(system, [0, 0.05]);
    expect([run.repaidUsd[0], run.badDebtUsd[0]]).to.deep.equal([0, 0]);
    expect(latentBadDebtUsd(book, run, 0)).to.equal(80);
    const healthy = runSmall(system, [0, 0]);
    expect(latentBadDebtUsd(healthy.book, healthy.run, 0)).to.equal(0);
  });

  it("a mix of sellable and stranded collateral: the sellable part goes, the rest of the debt is latent", () => {
    const system: SmallSystem = {
      ...oneAccount({ collateral: 0, debt: 0, lt: 0.8, bonus: 0.05 }),
      prices: [1, 1, 1],
      curves: [INF, INF, { kind: "none" }],
      collateral: [[0, 21, 79]],
      debt: [[90, 0, 0]],
      lt: [[0.9, 0.8, 0.8]],
      bonus: [[0.05, 0.05, 0.05]],
    };
    const { book, run } = runSmall(system, [0, 0, 0]);
    expect(run.repaidUsd[0]).to.be.closeTo(20, 1e-9);
    expect(latentBadDebtUsd(book, run, 0)).to.be.closeTo(70, 1e-9);
  });

  it("buying the debt asset back squeezes it, up to 99 % of a pool and no further", () => {
    const system: SmallSystem = {
      ...oneAccount({ collateral: 0, debt: 0, lt: 0.8, bonus: 0.05 }),
      curves: [INF, { kind: "cpmm", reserveUsd: 10 }],
      collateral: [[100, 0]],
      debt: [[0, 95]],
      fullCloseHf: [0.99],
    };
    const { run } = runSmall(system, [0, 0], { buyBack: true });
    expect(run.prices.price[1]).to.be.closeTo(10_000, 1e-6);
    expect(runSmall(system, [0, 0]).run.prices.price[1]).to.equal(1);
  });

  it("a debt bought back a thousand times its market's depth has no price, and the cascade no result", () => {
    const short = oneAccount({ collateral: 0, debt: 0, lt: 0.8, bonus: 0.05 });
    const squeezed: SmallSystem = {
      ...short,
      curves: [INF, { kind: "exp", deltaUsd: 1_000 }],
      collateral: [[1_300_000, 0]],
      debt: [[0, 1_000_000]],
    };
    const { run } = runSmall(squeezed, [0.2, 0], { buyBack: true });
    expect([run.prices.price[1], run.converged]).to.deep.equal([Infinity, false]);
    // The market forgets at once, what was done at that price remains.
    const forgotten = runSmall(squeezed, [0.2, 0], { buyBack: true, keepFrac: 0 }).run;
    expect([forgotten.prices.price[1], forgotten.converged]).to.deep.equal([1, false]);
  });

  it("an oracle that lags keeps an account alive while the market is already below it", () => {
    const curves: DepthCurve[] = [INF, { kind: "exp", deltaUsd: 60 }];
    const crowd: SmallSystem = {
      ...oneAccount({ collateral: 100, debt: 79, lt: 0.8, bonus: 0.05 }, { curves }),
      collateral: [
        [0, 100],
        [0, 100],
      ],
      debt: [
        [79.9, 0],
        [70, 0],
      ],
      venue: [0, 0],
    };
    const prompt = runSmall(crowd, [0, 0.01], { maxRounds: 2 }).run;
    const lagging = runSmall(crowd, [0, 0.01], { maxRounds: 2, latencyRounds: 1 }).run;
    expect(prompt.repaidUsd[1]).to.be.greaterThan(0);
    expect(lagging.repaidUsd[1]).to.equal(0);
  });

  it("error: RangeError where scratch was made for another latency", () => {
    const book = openBook(stateOf(oneAccount({ collateral: 1, debt: 0.5, lt: 0.8, bonus: 0.05 })));
    const run = createCascade(book, 0);
    expect(() => runCascade(book, standstill(2), { ...PLAIN, latencyRounds: 2 }, run)).to.throw(
      RangeError,
      "expected 3",
    );
  });

  it("a round limit is reported, never dropped in silence", () => {
    const system = oneAccount({ collateral: 100, debt: 79, lt: 0.8, bonus: 0.05 });
    expect(runSmall(system, [0, 0.05], { maxRounds: 1 }).run.converged).to.equal(false);
  });
});

describe("edge cases of MODEL 8: the ladder", () => {
  const curves: DepthCurve[] = [INF, { kind: "exp", deltaUsd: 400 }];
  const healthy = { ...oneAccount({ collateral: 100, debt: 70, lt: 0.8, bonus: 0.05 }), curves };
  const leverage = (system: SmallSystem, direction = [0, 1]) => {
    const book = openBook(stateOf(system));
    const ladder = runLadder(book, Float64Array.from(direction), CALIBRATION, createCascade(book, 0));
    return leverageOf(ladder, { reserves: [0, 1] });
  };

  it("no shock, no loss: M = 1", () => {
    expect(leverage(healthy, [0, 0]).leverageX).to.equal(1);
  });

  it("without debt M = 1, with it more; the step where is reported", () => {
    expect(leverage({ ...healthy, debt: [[0, 0]] }).leverageX).to.equal(1);
    const { leverageX, stepFrac } = leverage(healthy);
    expect(leverageX).to.be.greaterThan(1);
    expect(stepFrac).to.equal(0.15);
  });

  it("M is not monotone in the shock: it falls once the book is exhausted", () => {
    const book = openBook(stateOf(healthy));
    const steps = runLadder(book, Float64Array.of(0, 1), CALIBRATION, createCascade(book, 0));
    const multiples = steps.map((s) => s.full[1]! / s.first[1]!);
    expect(multiples[0]).to.equal(1);
    expect(multiples[6]!).to.be.greaterThan(multiples[8]!);
  });

  it("accounts under water at t0 do not pollute M", () => {
    const drowned: SmallSystem = {
      ...healthy,
      collateral: [...healthy.collateral, [0, 1_000]],
      debt: [...healthy.debt, [1_001, 0]],
      venue: [0, 0],
    };
    expect(leverage(drowned)).to.deep.equal(leverage(healthy));
    const floating: SmallSystem = { ...drowned, debt: [...healthy.debt, [999, 0]] };
    expect(leverage(floating).leverageX).to.be.greaterThan(leverage(healthy).leverageX);
  });

  it("a squeezed debt asset that is also collateral gains, and the gain is told apart", () => {
    const squeezed: SmallSystem = {
      ...healthy,
      prices: [1, 1, 1],
      curves: [INF, INF, { kind: "exp", deltaUsd: 400 }],
      collateral: [
        [0, 100, 0],
        [0, 0, 50],
      ],
      debt: [
        [0, 0, 78],
        [1, 0, 0],
      ],
      venue: [0, 0],
      lt: [[0.8, 0.8, 0.8]],
      bonus: [[0.05, 0.05, 0.05]],
    };
    const book = openBook(stateOf(squeezed));
    const steps = runLadder(book, Float64Array.of(0, 1, 0), CALIBRATION, createCascade(book, 0));
    const last = steps.at(-1)!;
    expect(squeezeUsd(last)).to.be.greaterThan(0);
    expect(last.full[2]).to.equal(-squeezeUsd(last));
    expect(squeezeUsd(steps[0]!)).to.equal(0);
  });

  it("thinner markets amplify more", () => {
    const deep = { ...CALIBRATION, depthHalvingDrop: { ...CALIBRATION.depthHalvingDrop, value: 1e9 } };
    const book = openBook(stateOf(healthy));
    const run = createCascade(book, 0);
    const of = (c: typeof deep) =>
      leverageOf(runLadder(book, Float64Array.of(0, 1), c, run), { reserves: [1] }).leverageX;
    expect(of(CALIBRATION)).to.be.greaterThan(of(deep));
  });

  it("a cascade that does not end makes the leverage unknown, not low", () => {
    const step = { stepFrac: 0.1, first: Float64Array.of(1), full: Float64Array.of(5), converged: false };
    expect(leverageOf([step], { reserves: [0] }).leverageX).to.be.NaN;
    expect(LADDER_RULES.maxRounds).to.be.greaterThan(1_000);
  });

  it("a loss that is not a number makes the leverage unknown, not low", () => {
    const step = (first: number, full: number) => ({
      stepFrac: 0.1,
      first: Float64Array.of(first),
      full: Float64Array.of(full),
      converged: true,
    });
    expect(leverageOf([step(1, 2), step(NaN, 5)], { reserves: [0] }).leverageX).to.be.NaN;
    expect(leverageOf([step(1, 2), step(0, NaN)], { reserves: [0] }).leverageX).to.be.NaN;
  });
});
