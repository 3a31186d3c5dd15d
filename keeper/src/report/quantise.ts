import type { Subject, SubjectScore } from "../model/assessment.js";
import {
  fracToBpsDown,
  fracToBpsNearest,
  fracToBpsUp,
  multipleToCxUp,
  toUnitsDown,
  type Bps,
  type Hex,
} from "../units.js";
import { UNKNOWN_LANE, type Lane } from "./lane.js";
import { subjectId, subjectName } from "./subject-id.js";

/** One subject of an epoch in published integers: struct `ScoreLeaf` of contracts/types/Score.sol. */
export interface QuantisedScore {
  readonly subject: Subject;
  readonly id: Hex;
  readonly lane: Lane;
  readonly lossShare: Bps;
  readonly throttleUsdPerHour: bigint;
  readonly haltSeconds: number;
}

/** A number of a known subject is not one that can be published. */
export class ScoreNotFinite extends Error {
  override readonly name = "ScoreNotFinite";
  constructor(subject: Subject, field: string, value: number) {
    super(
      `${subjectName(subject)}: saw ${field} = ${value}, expected a finite number >= 0; the model must say unknown by a NaN leverage`,
    );
  }
}

const U32_MAX = 0xffff_ffff;
const U64_MAX = (1n << 64n) - 1n;
const MEASURES = [
  "leverageX",
  "liquidationAtRiskFrac",
  "rehypothecationX",
  "borrowLtvFrac",
  "lossShareFrac",
  "throttleUsdPerHour",
  "haltSec",
] as const;

/**
 * Turn a score into published integers, always toward more caution: risk up, permitted loan-to-value and throttle rate
 * down, pause length up; the loss share to nearest. A NaN leverage is *unknown*: every other number of it is dropped.
 *
 * **Throws** {@link ScoreNotFinite} when a known subject carries NaN, an infinity (the leverage may saturate) or less than 0.
 */
export function quantise(score: SubjectScore, chainId: number): QuantisedScore {
  const { subject } = score;
  const id = subjectId(subject, chainId);
  if (Number.isNaN(score.leverageX)) {
    return { subject, id, lane: UNKNOWN_LANE, lossShare: 0, throttleUsdPerHour: 0n, haltSeconds: 0 };
  }
  for (const field of MEASURES) {
    const value = score[field];
    const saturates = field === "leverageX" && value === Infinity;
    if (!saturates && !(Number.isFinite(value) && value >= 0)) throw new ScoreNotFinite(subject, field, value);
  }
  const throttle = toUnitsDown(score.throttleUsdPerHour, 0);
  return {
    subject,
    id,
    lane: {
      leverage: multipleToCxUp(score.leverageX),
      liquidationAtRisk: fracToBpsUp(score.liquidationAtRiskFrac),
      rehypothecation: multipleToCxUp(score.rehypothecationX),
      borrowLtv: fracToBpsDown(score.borrowLtvFrac),
      advice: score.advice,
    },
    lossShare: fracToBpsNearest(score.lossShareFrac),
    throttleUsdPerHour: throttle > U64_MAX ? U64_MAX : throttle,
    haltSeconds: Math.min(U32_MAX, Math.ceil(score.haltSec)),
  };
}
