import { expect } from "chai";
import { bootstrapShareBelow } from "../../../keeper/src/model/scenarios/bootstrap.js";
import { seeded } from "./seeded.js";

describe(bootstrapShareBelow.name, () => {
  it("two pairs: a quarter of the draws takes only the lower, a quarter only the higher one", () => {
    const outcomes = Float64Array.of(0, 2, 9, 11);
    expect(bootstrapShareBelow(outcomes, 1)).to.equal(0);
    expect(bootstrapShareBelow(outcomes, 2)).to.be.closeTo(0.25, 0.06);
    expect(bootstrapShareBelow(outcomes, 6)).to.be.closeTo(0.75, 0.06);
    expect(bootstrapShareBelow(outcomes, 5.9)).to.be.closeTo(0.75, 0.06);
    expect(bootstrapShareBelow(outcomes, 10.1)).to.equal(1);
  });

  it("pairs are drawn together: antithetic halves of one mean have nothing to vary", () => {
    const outcomes = Float64Array.from({ length: 40 }, (_, m) => (m % 2 === 0 ? -5 : 7));
    expect([bootstrapShareBelow(outcomes, 1), bootstrapShareBelow(outcomes, 1.001)]).to.deep.equal([0, 1]);
  });

  it("many pairs: the normal distribution of their mean", () => {
    const { normal } = seeded(7);
    const pairs = Array.from({ length: 201 }, normal);
    const mean = pairs.reduce((sum, x) => sum + x, 0) / 201;
    const error = Math.sqrt(pairs.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / 201;
    const outcomes = Float64Array.from(pairs.flatMap((x) => [x, x]));
    for (const [z, share] of [
      [-1, 0.1587],
      [0, 0.5],
      [1.645, 0.95],
    ] as const) {
      expect(bootstrapShareBelow(outcomes, mean + z * error)).to.be.closeTo(share, 0.06);
    }
  });
});
