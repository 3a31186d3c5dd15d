import { expect } from "chai";
import { decimalsFault } from "../../../keeper/src/snapshot/decimals.js";
import { mostUnitsWad } from "../../../keeper/src/wrapped/growth-bound.js";

const WAD = 10n ** 18n;
const YEAR = 31_536_000;

describe("mostUnitsWad", () => {
  const growth = { anchorUnitsWad: 2n * WAD, anchorAt: 1_700_000_000, maxYearlyBps: 730 };

  it("default: simple growth of the anchor, by the second", () => {
    // 7.3 % of 2 a year of 365 days are 0.0004 a day, and 0.4e15 / 86,400 a second, rounded down.
    const after = (sec: number): bigint => mostUnitsWad(growth, growth.anchorAt + sec) - 2n * WAD;
    expect([0, 1, 86_400, YEAR, 10 * YEAR].map(after)).to.deep.equal([
      0n,
      4_629_629_629n,
      400_000_000_000_000n,
      146_000_000_000_000_000n,
      1_460_000_000_000_000_000n,
    ]);
  });

  it("edge: before the anchor it is the anchor; without growth, too", () => {
    expect(mostUnitsWad(growth, growth.anchorAt - YEAR)).to.equal(2n * WAD);
    expect(mostUnitsWad({ ...growth, maxYearlyBps: 0 }, growth.anchorAt + YEAR)).to.equal(2n * WAD);
  });
});

describe("decimalsFault", () => {
  it("default: 1 to 36 are decimals, others are none, each with its reason", () => {
    expect([1, 2, 6, 18, 24, 36].map(decimalsFault)).to.deep.equal(Array(6).fill(undefined));
    expect([undefined, 0, 37, 77, 255].map(decimalsFault)).to.deep.equal([
      "decimals does not answer",
      ...[0, 37, 77, 255].map((seen) => `it has ${seen} decimals, expected 1 to 36`),
    ]);
  });
});
