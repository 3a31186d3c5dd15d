import { expect } from "chai";
import { openBook } from "../../../../keeper/src/model/book.js";
import { createCascade, runCascade } from "../../../../keeper/src/model/cascade.js";
import { LADDER_RULES } from "../../../../keeper/src/model/leverage.js";
import { SALES_ONLY } from "../../../../keeper/src/model/sensitivity/amplification.js";
import { cliffDistance, cliffOf } from "../../../../keeper/src/model/sensitivity/cliff.js";
import { jacobian } from "../../../../keeper/src/model/sensitivity/jacobian.js";
import { spectralRadius } from "../../../../keeper/src/model/sensitivity/spectral.js";
import { crowd, crowdShock, RISING } from "../crowd.js";
import { oneAccount } from "../run-small.js";
import { stateOf } from "../small-system.js";

const first = (d: number) => d;
const calm = () => 0;

describe("cliffOf", () => {
  it("T3: within 2 bp below the fold, from the closed form", () => {
    const cliff = cliffOf({ first, full: RISING.finalDrop, radius: RISING.radius }, 0.1, 0.03);
    expect(RISING.foldDrop - cliff.dropFrac).to.be.within(0, 2e-4);
    expect(cliff.cause).to.equal("loss");
    expect(cliff.sigmas).to.be.closeTo(cliff.dropFrac / 0.03, 1e-12);
  });

  it("a jump is found to 0.1 bp, from below", () => {
    const full = (d: number) => d + (d > 0.04321 ? 0.3 : 0);
    const { dropFrac, cause } = cliffOf({ first, full, radius: calm }, 0.1, 0.03);
    expect(0.04321 - dropFrac).to.be.within(0, 1e-5);
    expect(cause).to.equal("loss");
  });

  it("a radius that reaches 1 first is the cause, found to 0.1 bp from below", () => {
    const radius = (d: number) => 0.5 + (d / 0.02345) * 0.5;
    const { dropFrac, cause } = cliffOf({ first, full: (d) => 2 * d, radius }, 0.1, 0.03);
    expect(0.02345 - dropFrac).to.be.within(0, 1e-5);
    expect(cause).to.equal("radius");
    expect(cliffOf({ first, full: first, radius: () => 1 }, 0.1, 0.03).dropFrac).to.equal(0);
  });

  it("none in reach; 19 times its own loss is none, 21 times is one", () => {
    const steep = (multiple: number) => (d: number) => d + multiple * Math.max(0, d - 0.02);
    expect(cliffOf({ first, full: steep(18), radius: calm }, 0.3, 0.03)).to.deep.equal({
      dropFrac: Infinity,
      sigmas: Infinity,
      cause: null,
    });
    expect(cliffOf({ first, full: steep(20), radius: calm }, 0.3, 0.03).dropFrac).to.be.closeTo(0.02, 1e-5);
  });

  it("a cascade that does not end on the way makes it unknown, not far", () => {
    const full = (d: number) => (d > 0.05 ? NaN : d);
    expect(cliffOf({ first, full, radius: calm }, 0.3, 0.03).dropFrac).to.be.NaN;
  });
});

describe("cliffDistance", () => {
  const book = openBook(stateOf(crowd(RISING.sold, RISING.lambda, 0.15, 20_000)));

  it("T3 on the engine: the fold of a crowd, within 2 bp", () => {
    const cliff = cliffDistance(book, crowdShock, { maxDropFrac: 0.05, sigmaDaily: 0.03 });
    expect(Math.abs(RISING.foldDrop - cliff.dropFrac)).to.be.lessThan(2e-4);
  });

  it("J from where a cascade ended is the local radius of T3", () => {
    const [run, scratch] = [createCascade(book, 0), createCascade(book, 0)];
    for (const d0 of [0.01, 0.02, 0.0275625]) {
      const shock = crowdShock(d0);
      runCascade(book, shock, LADDER_RULES, run);
      const from = { cascade: run, shock };
      const matrix = jacobian(book, scratch, { windowFrac: 0.001, rules: SALES_ONLY, from });
      expect(spectralRadius(matrix, 2).radius).to.be.closeTo(RISING.radius(d0), 0.05 * RISING.radius(d0));
    }
  });

  it("one large account at its limit is no cliff: at wider windows nothing comes after it", () => {
    const whale = oneAccount({ collateral: 100, debt: 79, lt: 0.8, bonus: 0.05 });
    const alone = openBook(stateOf({ ...whale, curves: [{ kind: "inf" }, { kind: "exp", deltaUsd: 3_000 }] }));
    const run = createCascade(alone, 0);
    const radius = (windowFrac: number) =>
      spectralRadius(jacobian(alone, run, { windowFrac, rules: SALES_ONLY }), 2).radius;
    expect(radius(0.013)).to.be.greaterThan(1);
    const plain = (d: number) => ({ dropFrac: Float64Array.of(0, d), depthFactor: Float64Array.of(1, 1) });
    expect(cliffDistance(alone, plain, { maxDropFrac: 0.2, sigmaDaily: 0.03 }).dropFrac).to.equal(Infinity);
  });

  it("nobody borrows: no cliff", () => {
    const free = crowd(RISING.sold, RISING.lambda, 0.15, 10);
    const calmBook = openBook(stateOf({ ...free, debt: free.debt.map(() => [0, 0]) }));
    const { dropFrac } = cliffDistance(calmBook, crowdShock, { maxDropFrac: 0.05, sigmaDaily: 0.03 });
    expect(dropFrac).to.equal(Infinity);
  });
});
