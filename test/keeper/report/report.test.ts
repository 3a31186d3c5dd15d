import { expect } from "chai";
import fc from "fast-check";
import { UNKNOWN_LANE, unpackLanes } from "../../../keeper/src/report/lane.js";
import { draftReport, nextEpoch } from "../../../keeper/src/report/report.js";
import { assessment, context, hash32 } from "./assessments.js";

describe("nextEpoch", () => {
  it("is the last epoch plus the blocks since it was observed", () => {
    expect(nextEpoch({ epoch: 0, observedBlock: 0 }, 12)).to.equal(12);
    expect(nextEpoch({ epoch: 12, observedBlock: 12 }, 13)).to.equal(13);
    expect(nextEpoch({ epoch: 5, observedBlock: 900 }, 903)).to.equal(8);
  });

  it("gives each block one number, whichever earlier epochs were published", () => {
    const steps = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 1e6 }), (gaps, first) => {
        let last = { epoch: first, observedBlock: 1000 };
        for (const gap of gaps) {
          const block = last.observedBlock + gap;
          const epoch = nextEpoch(last, block);
          expect(epoch).to.equal(first + block - 1000);
          expect(epoch).to.be.greaterThan(last.epoch);
          last = { epoch, observedBlock: block };
        }
      }),
    );
  });
});

describe("draftReport", () => {
  it("names the block, the model and the configuration it was given", () => {
    const { report } = draftReport(assessment(), context());
    expect(report).to.include({
      configDigest: hash32("cc"),
      epoch: 7,
      observedBlock: 100,
      observedBlockHash: hash32("bb"),
      observedAt: 1_700_000_000,
      modelHash: hash32("66"),
      snapshotHash: hash32("55"),
      coverage: 10_000,
    });
  });

  it("puts each registered subject in its lane, and unknown where the model has no score", () => {
    const laneSubjects = [...context().laneSubjects, hash32("99")];
    const { report, lanes } = draftReport(assessment(), context({ laneSubjects }));
    expect(lanes.map(({ leverage }) => leverage)).to.deep.equal([160, 160, 160, 0]);
    expect(lanes[3]).to.deep.equal(UNKNOWN_LANE);
    expect(unpackLanes(report.lanes, 4)).to.deep.equal(lanes);
  });

  it("rounds coverage down", () => {
    expect(draftReport(assessment({ coverageFrac: 0.95559 }), context()).report.coverage).to.equal(9_555);
  });

  it("flags an oracle gap (1), and that every venue has a lane (2)", () => {
    const flags = (gap: boolean, laneSubjects = context().laneSubjects): number =>
      draftReport(assessment({ oracleGap: gap }), context({ laneSubjects })).report.flags;
    expect([flags(false), flags(true)]).to.deep.equal([2, 3]);
    expect(flags(false, context().laneSubjects.slice(0, 2))).to.equal(0);
  });

  it("does not flag all venues when there is none", () => {
    const subjects = assessment().subjects.filter(({ subject }) => subject.kind !== "venue");
    expect(draftReport(assessment({ subjects }), context()).report.flags).to.equal(0);
  });
});
