import { expect } from "chai";
import { ZeroAddress, toBeHex, zeroPadValue } from "ethers";
import fc from "fast-check";
import { network } from "hardhat";

import { storedLane } from "../../keeper/src/report/easing.js";
import { packLane, unpackLanes, type Lane } from "../../keeper/src/report/lane.js";
import { deployBulkhead, exampleParameters } from "../deploy/bulkhead-fixture.js";
import { publishEpoch } from "../deploy/publish-epoch.js";

const LANES = 41;
const EPOCHS = 12;
const SEED = 20_260_309;

/** Any score that is known in every field; what comes back from unknown the oracle holds to what it was before. */
const anyLane: fc.Arbitrary<Lane> = fc.record({
  leverage: fc.oneof(fc.integer({ min: 100, max: 400 }), fc.integer({ min: 100, max: 65_535 })),
  liquidationAtRisk: fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 10_000 })),
  rehypothecation: fc.oneof(fc.integer({ min: 100, max: 400 }), fc.integer({ min: 100, max: 65_535 })),
  borrowLtv: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 10_000 })),
  advice: fc.constantFrom(0, 1, 2, 3),
});

const anyEpoch = fc.record({
  lanes: fc.array(anyLane, { minLength: LANES, maxLength: LANES }),
  // As dense as blocks, or hours apart.
  elapsed: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20_000 })),
  coverage: fc.constantFrom(10_000, 9_000, 8_999),
});

describe("easing", function () {
  for (const maxEase of [1, 100, 1_000, 5_000, 5_625, 10_000]) {
    it(`default: contract and keeper store the same lanes at ${maxEase} bps an hour`, async function () {
      const connection = await network.create("lab");
      const parameters = await exampleParameters(connection);
      const asset = (i: number): string => zeroPadValue(toBeHex(i + 1), 20);
      const { oracle } = await deployBulkhead(connection, {
        ...parameters,
        limits: { ...parameters.limits, maxEase },
        subjects: Array.from({ length: LANES - 1 }, (_, i) => ({
          kind: 1 as const,
          venue: ZeroAddress,
          asset: asset(i),
        })),
      });
      let last: { lanes: readonly Lane[]; at: number } | undefined;
      let clamped = 0;
      for (const [i, { lanes, elapsed, coverage }] of fc.sample(anyEpoch, { numRuns: EPOCHS, seed: SEED }).entries()) {
        await connection.networkHelpers.time.increase(elapsed);
        const report = await publishEpoch(connection, oracle, { epoch: i + 1, lanes, coverage });
        const [accepted] = await oracle.queryFilter(oracle.filters.ReportAccepted(i + 1));
        const stored = unpackLanes([...accepted!.args.lanes], LANES);
        const { at: from, lanes: before } = last ?? { at: report.observedAt, lanes };
        const easing = { maxEase, from, to: report.observedAt, mayEase: coverage >= parameters.limits.minCoverage };
        expect(lanes.map((signed, lane) => storedLane(signed, before[lane]!, easing))).to.deep.equal(stored);
        const [held] = await oracle.queryFilter(oracle.filters.LanesClamped(i + 1));
        const signed = held === undefined ? stored : unpackLanes([...held.args.signed], LANES);
        expect(signed, "as signed where one was held back, and only then").to.deep.equal(lanes);
        clamped += stored.filter((lane, index) => packLane(lane) !== packLane(signed[index]!)).length;
        last = { lanes: stored, at: report.observedAt };
      }
      expect(clamped, "lanes held back").to.be.greaterThan(LANES);
    });
  }
});
