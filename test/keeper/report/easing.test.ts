import { expect } from "chai";
import { storedLane, type Easing } from "../../../keeper/src/report/easing.js";
import type { Lane } from "../../../keeper/src/report/lane.js";

const T0 = 1_700_000_000;
const lane = (over: Partial<Lane> = {}): Lane => ({
  leverage: 300,
  liquidationAtRisk: 2_000,
  rehypothecation: 200,
  borrowLtv: 5_000,
  advice: 2,
  ...over,
});
const hourAt = (maxEase: number, mayEase = true): Easing => ({ maxEase, from: T0, to: T0 + 3_600, mayEase });

describe("storedLane", () => {
  it("takes danger at once", () => {
    const worse = lane({ leverage: 900, liquidationAtRisk: 9_000, rehypothecation: 400, borrowLtv: 0, advice: 3 });
    expect(storedLane(worse, lane(), hourAt(0))).to.deep.equal(worse);
  });

  it("lets a tenth an hour ease, and advice by one", () => {
    const calm: Lane = { leverage: 100, liquidationAtRisk: 0, rehypothecation: 100, borrowLtv: 9_000, advice: 0 };
    // Seven ticks of 512 s end in this hour, 9.955 %: 29.9 of 300, 199.1 of 2,000, 19.9 of 200, 497.7 of 5,000, rounded down.
    const stored = { leverage: 271, liquidationAtRisk: 1_801, rehypothecation: 181, borrowLtv: 5_497, advice: 1 };
    expect(storedLane(calm, lane(), hourAt(1_000))).to.deep.equal(stored);
  });

  it("eases no faster in epochs of blocks than in one", () => {
    const calm = lane({ leverage: 100 });
    let stored = lane({ leverage: 1_000 });
    for (let i = 0; i < 900; i++) {
      stored = storedLane(calm, stored, { maxEase: 100, from: T0 + 12 * i, to: T0 + 12 * (i + 1), mayEase: true });
    }
    // Three hours at 1 % an hour: 1,000 e^-0.03 = 970.4, less a tick of 4,096 s at most, 1.14 %; at half the rate 985.1.
    expect(stored.leverage).to.be.within(959, 986);
  });

  it("eases what is below 100 units as it does 100", () => {
    const small = lane({ liquidationAtRisk: 60, borrowLtv: 1 });
    const calm = lane({ liquidationAtRisk: 0, borrowLtv: 9_000 });
    const stored = { ...lane({ liquidationAtRisk: 51, borrowLtv: 10 }) };
    expect(storedLane(calm, small, hourAt(1_000))).to.deep.equal(stored);
    expect(storedLane(calm, lane({ liquidationAtRisk: 9 }), hourAt(1_000)).liquidationAtRisk).to.equal(0);
  });

  it("stops at what was signed", () => {
    const little = lane({ leverage: 299, liquidationAtRisk: 1_999, borrowLtv: 5_001 });
    expect(storedLane(little, lane(), hourAt(1_000))).to.deep.equal(little);
  });

  it("eases nothing below the coverage that the oracle asks for", () => {
    expect(storedLane(lane({ leverage: 100, advice: 0 }), lane(), hourAt(1_000, false))).to.deep.equal(lane());
  });

  it("takes unknown as it comes, and what was unknown as signed", () => {
    const unknown = lane({ leverage: 0 });
    expect(storedLane(unknown, lane(), hourAt(0))).to.deep.equal(unknown);
    expect(storedLane(lane(), unknown, hourAt(0))).to.deep.equal(lane());
    expect(storedLane(lane({ rehypothecation: 0 }), lane(), hourAt(0)).rehypothecation).to.equal(0);
  });
});
