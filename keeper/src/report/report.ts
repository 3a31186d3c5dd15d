import type { Assessment } from "../model/assessment.js";
import { fracToBpsDown, type Bps, type Hex } from "../units.js";
import { packLanes, UNKNOWN_LANE, type Lane } from "./lane.js";
import { buildScoreTree, type ScoreTree } from "./merkle.js";
import { quantise, type QuantisedScore } from "./quantise.js";

/** What the signers sign: struct `Report` of contracts/types/Score.sol, field by field. */
export interface Report {
  readonly configDigest: Hex;
  readonly epoch: number;
  readonly observedBlock: number;
  readonly observedBlockHash: Hex;
  /** Timestamp of the observed block, unix seconds. */
  readonly observedAt: number;
  readonly coverage: Bps;
  readonly flags: number;
  readonly modelHash: Hex;
  readonly snapshotHash: Hex;
  readonly scoresRoot: Hex;
  readonly lanes: readonly bigint[];
}

/** Bits of `Report.flags`. **Source.** contracts/types/Score.sol `Header.flags`. */
export const FLAG_ORACLE_GAP = 1;
export const FLAG_ALL_VENUES_HAVE_LANES = 2;

/** What a report is made of besides the scores. */
export interface ReportContext {
  readonly chainId: number;
  readonly block: { readonly number: number; readonly hash: Hex; readonly timestamp: number };
  readonly snapshotHash: Hex;
  readonly modelHash: Hex;
  readonly configDigest: Hex;
  readonly epoch: number;
  /** Registered subjects by lane index. */
  readonly laneSubjects: readonly Hex[];
}

/** A report with what it was made from. */
export interface ReportDraft {
  readonly report: Report;
  /** By lane index; {@link UNKNOWN_LANE} for a registered subject that the model did not score. */
  readonly lanes: readonly Lane[];
  readonly scores: readonly QuantisedScore[];
  readonly tree: ScoreTree;
}

/**
 * Number the epoch of a report: as many above the last published epoch as its block is above the last observed block.
 *
 * So every observed block has an epoch number of its own, equal for all operators whatever each of them has seen of
 * earlier attempts, and "one signature per epoch" never stands in the way of the next block.
 */
export function nextEpoch(last: { epoch: number; observedBlock: number }, block: number): number {
  return last.epoch + (block - last.observedBlock);
}

/** Make the report of one block out of the model's answer. Coverage is rounded down. Throws as {@link quantise} does. */
export function draftReport(assessment: Assessment, context: ReportContext): ReportDraft {
  const scores = assessment.subjects.map((score) => quantise(score, context.chainId));
  const byId = new Map(scores.map((score) => [score.id, score.lane]));
  const lanes = context.laneSubjects.map((id) => byId.get(id) ?? UNKNOWN_LANE);
  const tree = buildScoreTree(scores);
  const report: Report = {
    configDigest: context.configDigest,
    epoch: context.epoch,
    observedBlock: context.block.number,
    observedBlockHash: context.block.hash,
    observedAt: context.block.timestamp,
    coverage: fracToBpsDown(assessment.coverageFrac),
    flags: flagsOf(assessment, scores, new Set(context.laneSubjects)),
    modelHash: context.modelHash,
    snapshotHash: context.snapshotHash,
    scoresRoot: tree.root,
    lanes: packLanes(lanes),
  };
  return { report, lanes, scores, tree };
}

function flagsOf(assessment: Assessment, scores: readonly QuantisedScore[], laned: ReadonlySet<Hex>): number {
  const venues = scores.filter(({ subject }) => subject.kind === "venue");
  const allLaned = venues.length > 0 && venues.every(({ id }) => laned.has(id));
  return (assessment.oracleGap ? FLAG_ORACLE_GAP : 0) | (allLaned ? FLAG_ALL_VENUES_HAVE_LANES : 0);
}
