import { expect } from "chai";
import type { Assessment, SubjectScore } from "../../../keeper/src/model/assessment.js";
import { signingFaults } from "../../../keeper/src/report/preconditions.js";
import { draftReport, type ReportContext } from "../../../keeper/src/report/report.js";
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
});
