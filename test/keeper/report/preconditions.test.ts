import { expect } from "chai";
import type { Assessment, SubjectScore } from "../../../keeper/src/model/assessment.js";
import { assess } from "../../../keeper/src/model/assess.js";
import { signingFaults } from "../../../keeper/src/report/preconditions.js";
import { draftReport, type ReportContext } from "../../../keeper/src/report/report.js";
import type { Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { shippedCalibration } from "../model/calibration-file.js";
import { fullRangePool, marketSnapshot } from "../model/snapshot-fixture.js";
import { assessment, context } from "./assessments.js";

const faults = (answer: Assessment, over: Partial<ReportContext> = {}, minCoverage = 5_000): string[] =>
  signingFaults(draftReport(answer, context(over)), answer, minCoverage);

/** The same answer with some numbers of the i-th subject changed. */
function changed(index: number, over: Partial<SubjectScore>): Assessment {
  const { subjects } = assessment();
  return assessment({ subjects: subjects.map((one, i) => (i === index ? { ...one, ...over } : one)) });
}

describe("signingFaults", () => {
  it("finds none in a record that holds", () => {
    expect(faults(assessment())).to.deep.equal([]);
  });

  it("behavior: coverage below the minimum", () => {
    expect(faults(assessment({ coverageFrac: 0.4999 }))).to.have.length(1);
    expect(faults(assessment({ coverageFrac: 0.4999 }))[0]).to.contain("4999 bps");
    expect(faults(assessment({ coverageFrac: 0.5 }))).to.deep.equal([]);
  });

  it("behavior: an unknown system", () => {
    expect(faults(changed(0, { leverageX: NaN }))).to.deep.equal([
      "lane 0: saw an unknown system score, expected a known one",
    ]);
    expect(faults(assessment(), { laneSubjects: [] })).to.have.length(1);
  });

  it("behavior: lane 0 that is not the system's", () => {
    const [system = "0x", venue = "0x"] = context().laneSubjects;
    const swapped = { laneSubjects: [venue, system] };
    expect(faults(changed(2, { leverageX: 1.61 }), swapped).join()).to.contain(
      "register SubjectIds.system(chainId) first",
    );
  });

  it("behavior: a system above its largest venue by more than a hundredth", () => {
    const at = (leverageX: number): string[] => faults(changed(0, { leverageX }));
    expect(at(1.61)).to.deep.equal([]);
    expect(at(1.62).some((fault) => fault.includes("the largest venue's"))).to.equal(true);
  });

  it("behavior: a system below what one venue makes of its share of the loss", () => {
    // 0.7 * (2.5 - 1) = 1.05 > 0.6, though no range check of a single field minds.
    const found = faults(changed(2, { leverageX: 2.5 }));
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/expected at least 1\.0(5|49999)/);
  });

  it("behavior: a system above what all venues make together", () => {
    const { subjects } = assessment();
    const lower = subjects.map((one) => (one.subject.kind === "venue" ? { ...one, lossShareFrac: 0.1 } : one));
    const found = faults(assessment({ subjects: lower }));
    expect(found).to.have.length(1);
    expect(found[0]).to.contain("expected at most");
  });

  it("behavior: a venue whose leverage is not known leaves open what all make together", () => {
    // 0.3 * (1.6 - 1) = 0.18 < 0.6 is all that is known; the rest may be the other venue's.
    expect(faults(changed(2, { leverageX: NaN }))).to.deep.equal([]);
  });

  it("behavior: what buying back undoes is taken off the least that the system may be", () => {
    const at = (reboundFrac: number) => faults({ ...changed(2, { leverageX: 2.5 }), reboundFrac });
    expect(at(0.45)).to.deep.equal([]);
    expect(at(0.43)).to.have.length(1);
  });

  it("behavior: holds of a model's answer in which one venue's liquidators buy what another's depositors hold", () => {
    const answer = assess(twoVenues(), shippedCalibration("mainnet-1"));
    const [first, second] = answer.subjects.filter(({ subject }) => subject.kind === "venue");
    expect(first!.leverageX).to.be.greaterThan(2);
    expect(second!.leverageX).to.equal(1);
    expect(answer.subjects[0]!.leverageX - 1).to.be.lessThan(first!.lossShareFrac * (first!.leverageX - 1) - 0.1);
    expect(faults(answer)).to.deep.equal([]);
  });
});

/** Venue 1: a short of ETH on GEM, which falls further. Venue 2: ETH, and nobody owes anything. */
function twoVenues(): Snapshot {
  const snapshot = marketSnapshot({
    prices: { WETH: 2_000, stETH: 2_000, USDC: 1, GEM: 10 },
    depth: { WETH: 5_000, stETH: 0 },
    accounts: [
      { collateral: { GEM: 1_000_000 }, debt: { WETH: 3_800 } },
      { collateral: { WETH: 10_000 }, debt: {} },
    ],
  });
  const [venue] = snapshot.venues;
  const [short, holder] = venue!.accounts;
  return {
    ...snapshot,
    pools: [...snapshot.pools, fullRangePool(0xb3, { base: "GEM", quote: "USDC" }, 1_000_000, 10)],
    venues: [
      { ...venue!, accounts: [short!] },
      { ...venue!, venue: "0x00000000000000000000000000000000000000ab", accounts: [holder!], totalDebtBase: 0n },
    ],
  };
}
