import { expect } from "chai";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { openBook } from "../../../keeper/src/model/book.js";
import { createCascade } from "../../../keeper/src/model/cascade.js";
import { adversarialIndex, pushCostUsd } from "../../../keeper/src/model/manipulation.js";
import { oneAccount } from "./run-small.js";
import { stateOf } from "./small-system.js";

const POOL: DepthCurve = { kind: "cpmm", reserveUsd: 1_000 };

describe(pushCostUsd.name, () => {
  it("closed form on a constant-product pool: R (1 - sqrt(1-d))²/sqrt(1-d), and a fee on each leg", () => {
    for (const d of [0.01, 0.19, 0.5]) {
      const root = Math.sqrt(1 - d);
      const lost = (1_000 * (1 - root) ** 2) / root;
      expect(pushCostUsd(POOL, 0, d)).to.be.closeTo(lost, 1e-9);
      expect(pushCostUsd(POOL, 0.003, d)).to.be.closeTo(lost + 0.006 * 1_000 * (1 / root - 1), 1e-9);
    }
  });

  it("a linear book: v = delta d, half of d lost on average", () => {
    expect(pushCostUsd({ kind: "linear", deltaUsd: 200 }, 0, 0.1)).to.be.closeTo(200 * 0.1 * 0.05, 1e-12);
  });

  it("edge: what cannot be pushed costs without end", () => {
    expect(pushCostUsd({ kind: "inf" }, 0, 0.1)).to.equal(Infinity);
  });
});

describe(adversarialIndex.name, () => {
  const index = (curve: DepthCurve, debt: number, shortUsd = 0) => {
    const small = oneAccount(
      { collateral: 1_000, debt, lt: 0.8, bonus: 0.05 },
      { curves: [{ kind: "inf" }, curve], closeFactor: [1] },
    );
    const book = openBook(stateOf(small));
    return adversarialIndex(book, 1, shortUsd, createCascade(book, 0));
  };

  it("pushes just past the trigger: the bonus of all that is repaid, less the cost of getting there", () => {
    // HF = 800 (1-d)/760 falls below 1 past d = 0.05; 38 of bonus.
    const { dropFrac, bonusUsd, costUsd, profitUsd } = index(POOL, 760);
    expect(dropFrac).to.be.closeTo(0.051, 1e-12);
    expect(bonusUsd).to.be.closeTo(38, 1e-9);
    expect(costUsd).to.be.closeTo(pushCostUsd(POOL, 0, dropFrac), 1e-12);
    expect(profitUsd).to.be.closeTo(bonusUsd - costUsd, 1e-12);
  });

  it("does not pay where the market is deeper than the bonus is worth", () => {
    const deep: DepthCurve = { kind: "cpmm", reserveUsd: 1e6 };
    expect(index(deep, 760)).to.deep.equal({ dropFrac: 0, bonusUsd: 0, shortGainUsd: 0, costUsd: 0, profitUsd: 0 });
  });

  it("a short pays for the push by itself: on a linear book best at d = short/delta", () => {
    const { dropFrac, profitUsd } = index({ kind: "linear", deltaUsd: 1_000 }, 1, 100);
    expect(dropFrac).to.be.closeTo(0.1, 1e-12);
    expect(profitUsd).to.be.closeTo(5, 1e-9);
  });

  it("edge: a market that is not there, or that nothing moves, or a table that ends", () => {
    expect(index({ kind: "none" }, 760, 100).profitUsd).to.equal(0);
    expect(index({ kind: "inf" }, 760, 100).profitUsd).to.equal(0);
    const short: DepthCurve = { kind: "table", drop: Float64Array.of(-1, 0, 0.04), usd: Float64Array.of(-9, 0, 1) };
    expect(index(short, 760, 100).dropFrac).to.be.closeTo(0.04, 1e-12);
  });
});
