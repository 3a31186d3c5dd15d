import { expect } from "chai";
import { createRandom, splitMix64, xoshiro128 } from "../../../keeper/src/lab/random.js";

describe("splitMix64", () => {
  it("gives the published outputs", () => {
    // rust-random/rngs, rand_xoshiro/src/splitmix64.rs: "produced with the reference implementation splitmix64.c".
    const next = splitMix64(1477776061723855037n);
    expect([next(), next(), next(), next(), next()]).to.deep.equal([
      1985237415132408290n,
      2979275885539914483n,
      13511426838097143398n,
      8488337342461049707n,
      15141737807933549159n,
    ]);
  });
});

describe("xoshiro128", () => {
  it("gives the published outputs", () => {
    // rust-random/rngs, rand_xoshiro/src/xoshiro128starstar.rs: "produced with the reference implementation (v1.1)".
    const next = xoshiro128([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, next)).to.deep.equal([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });
});

describe("createRandom", () => {
  const draw = (seed: number, count: number): number[] => {
    const random = createRandom(seed);
    return Array.from({ length: count }, () => random.normal());
  };

  it("repeats a seed and tells two apart", () => {
    expect(draw(7, 20)).to.deep.equal(draw(7, 20));
    expect(draw(7, 20)).to.not.deep.equal(draw(8, 20));
  });

  it("draws units in [0, 1) with the mean and variance of a uniform", () => {
    const random = createRandom(1);
    const units = Array.from({ length: 100_000 }, () => random.unit());
    const mean = units.reduce((sum, unit) => sum + unit, 0) / units.length;
    const square = units.reduce((sum, unit) => sum + unit * unit, 0) / units.length;
    expect(Math.min(...units.slice(0, 1000))).to.be.at.least(0);
    expect(units.every((unit) => unit < 1)).to.equal(true);
    expect(mean).to.be.closeTo(1 / 2, 0.005);
    expect(square - mean * mean).to.be.closeTo(1 / 12, 0.002);
  });

  it("draws normals with the moments and tails of a standard normal", () => {
    const normals = draw(3, 100_000);
    const moment = (power: number): number => normals.reduce((sum, one) => sum + one ** power, 0) / normals.length;
    expect(moment(1)).to.be.closeTo(0, 0.015);
    expect(moment(2)).to.be.closeTo(1, 0.02);
    expect(moment(4)).to.be.closeTo(3, 0.15);
    expect(normals.filter((one) => Math.abs(one) > 1.959964).length / normals.length).to.be.closeTo(0.05, 0.003);
  });

  it("refuses a seed that is no safe integer", () => {
    expect(() => createRandom(1.5)).to.throw(RangeError, "1.5");
  });
});
