import { expect } from "chai";
import type { AssetView } from "../../../keeper/src/graph/system-state.js";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { openBook } from "../../../keeper/src/model/book.js";
import { bestPush, pushCostUsd } from "../../../keeper/src/model/manipulation.js";
import { oneAccount } from "./run-small.js";
import { stateOf } from "./small-system.js";

const view = (curve: DepthCurve, poolFeeFrac = 0): AssetView => ({
  ...stateOf(oneAccount({ collateral: 1, debt: 0, lt: 0.8, bonus: 0.05 })).assets[1]!,
  curve,
  poolFeeFrac,
});

describe(pushCostUsd.name, () => {
  it("x y = k: the pool's reserves before and after", () => {
    // Reserves 1,000 and 1,000 USD; a price down by 19 % is sqrt(0.81) = 0.9: 1,000/0.9 and 900.
    const [base, quote] = [1_000 / 0.9 - 1_000, 100];
    expect(pushCostUsd(view({ kind: "cpmm", reserveUsd: 1_000 }), 0.19)).to.be.closeTo(base - quote, 1e-9);
    const fees = 0.003 * (base + quote);
    expect(pushCostUsd(view({ kind: "cpmm", reserveUsd: 1_000 }, 0.003), 0.19)).to.be.closeTo(
      base - quote + fees,
      1e-9,
    );
  });

  it("edge: no market, one that never moves, and floor buyers below the drop cannot be pushed", () => {
    for (const curve of [{ kind: "none" }, { kind: "inf" }, { kind: "cs", floorFrac: 0.9, depthUsd: 100 }] as const) {
      expect(pushCostUsd(view(curve), 0.2)).to.equal(Infinity);
    }
  });
});

describe(bestPush.name, () => {
  /** HF 1.1 on 1,000 USD of collateral: liquidated from a drop of 1/11 on; half of the debt at 5 %. */
  const debt = 800 / 1.1;
  const bookOf = (reserveUsd: number) =>
    openBook(
      stateOf(
        oneAccount(
          { collateral: 1_000, debt, lt: 0.8, bonus: 0.05 },
          { curves: [{ kind: "inf" }, { kind: "cpmm", reserveUsd }], fullCloseHf: [0] },
        ),
      ),
    );

  it("in a thin market the bonus pays for the push that just triggers it, in a deep one it does not", () => {
    const thin = bestPush(bookOf(20_000), 1, [0.05, 0.092, 0.2], 0);
    expect(thin.dropFrac).to.equal(0.05);
    expect(thin.profitUsd).to.be.lessThan(0);
    const thinner = bestPush(bookOf(4_000), 1, [0.05, 0.092, 0.2], 0);
    expect(thinner.dropFrac).to.equal(0.092);
    expect(thinner.bonusUsd).to.be.at.least(0.05 * 0.5 * debt - 1e-9);
    expect(thinner.profitUsd)
      .to.be.closeTo(thinner.bonusUsd - thinner.costUsd, 1e-12)
      .and.greaterThan(0);
  });

  it("a short position earns the drop: it tips the balance", () => {
    const push = bestPush(bookOf(1e6), 1, [0.05, 0.1], 1e6);
    expect(push.shortUsd).to.be.closeTo(1e6 * push.dropFrac, 1e-9);
    expect(push.profitUsd).to.be.greaterThan(0);
  });

  it("what is due anyway is no gain of a push", () => {
    const due = openBook(
      stateOf(oneAccount({ collateral: 1_000, debt: 810, lt: 0.8, bonus: 0.05 }, { closeFactor: [1] })),
    );
    expect(bestPush(due, 1, [0.01], 0)).to.include({ bonusUsd: 0, costUsd: Infinity, profitUsd: -Infinity });
  });
});
