import type { Assessment, Subject, SubjectScore } from "../../../keeper/src/model/assessment.js";
import type { ReportContext } from "../../../keeper/src/report/report.js";
import { subjectId } from "../../../keeper/src/report/subject-id.js";
import type { Address, Hex } from "../../../keeper/src/units.js";

/** Inputs for tests of what is made of a model's answer; the numbers are arbitrary but consistent. */

export const CHAIN_ID = 31_337;
export const VENUE_A: Address = "0x00000000000000000000000000000000000000a1";
export const VENUE_B: Address = "0x00000000000000000000000000000000000000b2";
export const WETH: Address = "0x00000000000000000000000000000000000000e1";

export const hash32 = (byte: string): Hex => `0x${byte.repeat(32)}`;

export function score(subject: Subject, over: Partial<SubjectScore> = {}): SubjectScore {
  return {
    subject,
    leverageX: 1.5,
    liquidationAtRiskFrac: 0.1,
    rehypothecationX: 1,
    borrowLtvFrac: 0,
    advice: 0,
    lossShareFrac: 0.5,
    throttleUsdPerHour: 0,
    haltSec: 0,
    ...over,
  };
}

/** System 1.6x; two venues that carry 0.7 and 0.3 of the loss at 1.6x and 1.6x: every bound of the record holds. */
export function assessment(over: Partial<Assessment> = {}): Assessment {
  return {
    subjects: [
      score({ kind: "system" }, { leverageX: 1.6, lossShareFrac: 1 }),
      score({ kind: "asset", asset: WETH }, { leverageX: 1.7, lossShareFrac: 0.9 }),
      score({ kind: "venue", venue: VENUE_A }, { leverageX: 1.6, lossShareFrac: 0.7 }),
      score({ kind: "venue", venue: VENUE_B }, { leverageX: 1.6, lossShareFrac: 0.3 }),
      score({ kind: "market", venue: VENUE_A, asset: WETH }, { leverageX: 1.8, lossShareFrac: 0.6 }),
    ],
    coverageFrac: 1,
    oracleGap: false,
    worstStepFrac: 0.1,
    reboundFrac: 0,
    ...over,
  };
}

export function context(over: Partial<ReportContext> = {}): ReportContext {
  return {
    chainId: CHAIN_ID,
    block: { number: 100, hash: hash32("bb"), timestamp: 1_700_000_000 },
    snapshotHash: hash32("55"),
    modelHash: hash32("66"),
    configDigest: hash32("cc"),
    epoch: 7,
    laneSubjects: [
      subjectId({ kind: "system" }, CHAIN_ID),
      subjectId({ kind: "venue", venue: VENUE_A }, CHAIN_ID),
      subjectId({ kind: "venue", venue: VENUE_B }, CHAIN_ID),
    ],
    ...over,
  };
}
