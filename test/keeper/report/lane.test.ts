import { expect } from "chai";
import fc from "fast-check";
import type { Advice } from "../../../keeper/src/model/assessment.js";
import { packLane, packLanes, unpackLane, unpackLanes, type Lane } from "../../../keeper/src/report/lane.js";

const uint16 = fc.integer({ min: 0, max: 0xffff });
const anyLane: fc.Arbitrary<Lane> = fc.record({
  leverage: uint16,
  liquidationAtRisk: uint16,
  rehypothecation: uint16,
  borrowLtv: fc.integer({ min: 0, max: 0x3fff }),
  advice: fc.constantFrom<Advice[]>(0, 1, 2, 3),
});

const lane: Lane = {
  leverage: 0x0102,
  liquidationAtRisk: 0x0304,
  rehypothecation: 0x0506,
  borrowLtv: 0x0708,
  advice: 3,
};

describe("packLane", () => {
  it("puts fields at the bits of Score.sol: 0x0708 with advice 3 in the top two bits is 0xc708", () => {
    expect(packLane(lane)).to.equal(0xc708_0506_0304_0102n);
  });

  it("error: RangeError, for a field wider than its bits", () => {
    expect(() => packLane({ ...lane, borrowLtv: 0x4000 })).to.throw(RangeError, "borrowLtv");
    expect(() => packLane({ ...lane, leverage: 0x10000 })).to.throw(RangeError, "leverage");
    expect(() => packLane({ ...lane, leverage: 1.5 })).to.throw(RangeError);
    expect(() => packLane({ ...lane, liquidationAtRisk: -1 })).to.throw(RangeError);
  });

  it("is undone by unpackLane", () => {
    fc.assert(fc.property(anyLane, (any) => void expect(unpackLane(packLane(any))).to.deep.equal(any)));
  });
});

describe("packLanes", () => {
  it("puts four lanes in a word, the first lowest, and leaves the rest of the last word zero", () => {
    const words = packLanes([lane, lane, lane, lane, lane]);
    const one = "c708050603040102";
    expect(words.map((word) => word.toString(16))).to.deep.equal([one.repeat(4), one]);
    expect(packLanes([])).to.deep.equal([]);
  });

  it("is undone by unpackLanes", () => {
    const lanes = fc.array(anyLane, { maxLength: 13 });
    fc.assert(fc.property(lanes, (any) => void expect(unpackLanes(packLanes(any), any.length)).to.deep.equal(any)));
  });
});

describe("unpackLanes", () => {
  it("error: RangeError, for more lanes than words hold", () => {
    expect(() => unpackLanes([0n], 5)).to.throw(RangeError, "5 lanes");
  });
});
