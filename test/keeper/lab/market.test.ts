import { expect } from "chai";
import { targetPrice, type MarketPool } from "../../../keeper/src/lab/agents/market.js";

/** Only the outside price is read. */
const outsideAt = (...prices: readonly number[]): MarketPool["outside"] => {
  return (step) => prices[Math.max(step, 0)] ?? Number.NaN;
};
const target = (outside: MarketPool["outside"], current: number, keep: number): number =>
  targetPrice({ outside }, 1, current, keep);

const expectClose = (seen: number, expected: number): void => {
  expect(Math.abs(seen / expected - 1), `saw ${seen}, expected ${expected}`).to.be.lessThan(1e-12);
};

describe("targetPrice", () => {
  it("is the outside price where no mark is left", () => {
    expectClose(target(outsideAt(100, 90), 100, 1), 90);
    expectClose(target(outsideAt(100, 90), 80, 0), 90);
  });

  it("carries the whole mark where nothing recovers", () => {
    expectClose(target(outsideAt(100, 90), 80, 1), 72);
  });

  it("carries the square root of the mark where half of it is kept", () => {
    expectClose(target(outsideAt(100, 100), 81, 0.5), 90);
  });
});
