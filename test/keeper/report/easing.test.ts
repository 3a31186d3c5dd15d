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
    const stored = { leverage: 270, liquidationAtRisk: 1_800, rehypothecation: 180, borrowLtv: 5_500, advice: 1 };
    expect(storedLane(calm, lane(), hourAt(1_000))).to.deep.equal(stored);
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
