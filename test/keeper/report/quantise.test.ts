import { expect } from "chai";
import fc from "fast-check";
import { UNKNOWN_LANE } from "../../../keeper/src/report/lane.js";
import { quantise, ScoreNotFinite } from "../../../keeper/src/report/quantise.js";
import { CHAIN_ID, score, VENUE_A } from "./assessments.js";

const system = { kind: "system" } as const;

describe("quantise", () => {
  it("rounds risk up and permission down", () => {
    const { lane, lossShare, throttleUsdPerHour, haltSeconds } = quantise(
      score(system, {
        leverageX: 1.431,
        liquidationAtRiskFrac: 0.12341,
        rehypothecationX: 2.001,
        borrowLtvFrac: 0.79999,
        advice: 2,
        lossShareFrac: 0.333349,
        throttleUsdPerHour: 1_234.99,
        haltSec: 1_799.1,
      }),
      CHAIN_ID,
    );
    expect(lane).to.deep.equal({
      leverage: 144,
      liquidationAtRisk: 1_235,
      rehypothecation: 201,
      borrowLtv: 7_999,
      advice: 2,
    });
    expect([lossShare, throttleUsdPerHour, haltSeconds]).to.deep.equal([3_333, 1_234n, 1_800]);
  });

  it("keeps numbers that are exact", () => {
    const { lane } = quantise(
      score(system, { leverageX: 1.43, liquidationAtRiskFrac: 0.07, borrowLtvFrac: 0.29 }),
      CHAIN_ID,
    );
    expect([lane.leverage, lane.liquidationAtRisk, lane.borrowLtv]).to.deep.equal([143, 700, 2_900]);
  });

  it("says nothing at all of an unknown subject", () => {
    const quantised = quantise(score(system, { leverageX: NaN, advice: 3, throttleUsdPerHour: NaN }), CHAIN_ID);
    expect(quantised.lane).to.deep.equal(UNKNOWN_LANE);
    expect([quantised.lossShare, quantised.throttleUsdPerHour, quantised.haltSeconds]).to.deep.equal([0, 0n, 0]);
  });

  it("saturates leverage, throttle and pause at the width of their fields", () => {
    const { lane, throttleUsdPerHour, haltSeconds } = quantise(
      score(system, { leverageX: Infinity, throttleUsdPerHour: 1e30, haltSec: 1e12 }),
      CHAIN_ID,
    );
    expect([lane.leverage, throttleUsdPerHour, haltSeconds]).to.deep.equal([65_535, 2n ** 64n - 1n, 2 ** 32 - 1]);
  });

  it("never reports less risk than there is", () => {
    const shares = fc.double({ min: 0, max: 1, noNaN: true });
    const multiples = fc.double({ min: 1, max: 600, noNaN: true });
    fc.assert(
      fc.property(shares, multiples, (frac, multiple) => {
        const { lane } = quantise(
          score(system, { leverageX: multiple, liquidationAtRiskFrac: frac, borrowLtvFrac: frac }),
          1,
        );
        expect(lane.leverage / 100).to.be.at.least(multiple - 1e-9);
        expect(lane.liquidationAtRisk / 10_000).to.be.at.least(frac - 1e-9);
        expect(lane.borrowLtv / 10_000).to.be.at.most(frac + 1e-9);
      }),
    );
  });

  it("error: ScoreNotFinite, naming subject and field", () => {
    const venue = { kind: "venue", venue: VENUE_A } as const;
    const broken = (over: object) => () => quantise(score(venue, over), CHAIN_ID);
    expect(broken({ liquidationAtRiskFrac: NaN })).to.throw(
      ScoreNotFinite,
      `venue:${VENUE_A}: saw liquidationAtRiskFrac = NaN`,
    );
    expect(broken({ rehypothecationX: Infinity })).to.throw(ScoreNotFinite, "rehypothecationX");
    expect(broken({ haltSec: -1 })).to.throw(ScoreNotFinite, "haltSec");
  });
});
