import { expect } from "chai";
import fc from "fast-check";
import { budgetFault, bumpedFees, freshFees } from "../../../keeper/src/publish/fees.js";

const GWEI = 10n ** 9n;
const limits = { maxFeeCap: 100n * GWEI, tip: 1n * GWEI };

describe("freshFees", () => {
  it("is twice the base fee plus the tip", () => {
    expect(freshFees(10n * GWEI, limits)).to.deep.equal({ maxFee: 21n * GWEI, tip: GWEI });
    expect(freshFees(0n, limits)).to.deep.equal({ maxFee: GWEI, tip: GWEI });
  });

  it("stops at the cap, and is nothing when the cap cannot buy a block", () => {
    expect(freshFees(80n * GWEI, limits)?.maxFee).to.equal(100n * GWEI);
    expect(freshFees(100n * GWEI, limits)?.maxFee).to.equal(100n * GWEI);
    expect(freshFees(100n * GWEI + 1n, limits)).to.equal(undefined);
  });
});

describe("bumpedFees", () => {
  const last = { maxFee: 20n * GWEI, tip: GWEI };

  it("is 12.5 % more of both, or the fresh price where that is more", () => {
    expect(bumpedFees(last, GWEI, limits)).to.deep.equal({ maxFee: 22_500_000_000n, tip: 1_125_000_000n });
    expect(bumpedFees(last, 30n * GWEI, limits)).to.deep.equal({ maxFee: 61n * GWEI, tip: 1_125_000_000n });
    expect(bumpedFees({ maxFee: 1n, tip: 0n }, 0n, { maxFeeCap: 9n, tip: 0n })).to.deep.equal({ maxFee: 2n, tip: 0n });
  });

  it("is nothing when the cap leaves no room", () => {
    expect(bumpedFees({ maxFee: 89n * GWEI, tip: GWEI }, GWEI, limits)).to.equal(undefined);
    expect(bumpedFees({ maxFee: 2n * GWEI, tip: GWEI }, 200n * GWEI, limits)?.maxFee).to.equal(2_250_000_000n);
  });

  it("is always at least the tenth more that nodes ask for, and never above the cap", () => {
    const wei = fc.bigInt({ min: 0n, max: 200n * GWEI });
    fc.assert(
      fc.property(wei, wei, (maxFee, baseFee) => {
        const bumped = bumpedFees({ maxFee, tip: maxFee / 20n }, baseFee, limits);
        if (bumped === undefined) return;
        expect(bumped.maxFee * 10n >= maxFee * 11n).to.equal(true);
        expect(bumped.tip * 10n >= (maxFee / 20n) * 11n).to.equal(true);
        expect(bumped.maxFee <= limits.maxFeeCap && bumped.tip <= bumped.maxFee).to.equal(true);
      }),
    );
  });
});

describe("budgetFault", () => {
  const budget = { weiPerHour: 1_000n, transactionsPerHour: 2 };

  it("stops above either limit, not at it", () => {
    expect(budgetFault({ wei: 1_000n, count: 2 }, budget)).to.equal(undefined);
    expect(budgetFault({ wei: 1_001n, count: 2 }, budget)).to.contain("saw 1001 wei");
    expect(budgetFault({ wei: 0n, count: 3 }, budget)).to.contain("saw 3 transactions");
  });
});
