import type { BlockRef } from "../chain/block-ref.js";
import type { Assessment } from "../model/assessment.js";
import type { AdapterAnswer } from "../publish/adapters.js";
import type { OracleState, OracleSite } from "../publish/oracle-state.js";
import type { Outbox } from "../publish/outbox.js";
import type { Payload } from "../publish/outbox-parts.js";
import type { PolicyLimits } from "../publish/policy.js";
import type { Peer } from "../quorum/peer-client.js";
import type { SignatureBook } from "../quorum/signature-book.js";
import type { ReportDomain } from "../report/digest.js";
import type { SignedReports } from "../store/signed-reports.js";
import type { Address, Bps, Hex } from "../units.js";

/** The model's answer for one block, and the hash of the state that it was asked about. */
export interface Scored {
  readonly snapshotHash: Hex;
  /** What of the configured sources could not be read, and why: a line each. */
  readonly excluded: readonly string[];
  readonly assessment: Assessment;
}

/** Read one block and score it. A function of the block alone: every operator gets the same bits. */
export type ScoreBlock = (block: BlockRef) => Promise<Scored>;

/** The model that a process runs, and what it answers for a block. */
export interface Scoring {
  /** Hash of code version and calibration. */
  readonly modelHash: Hex;
  readonly scoreBlock: ScoreBlock;
}

/** How an operator decides, signs and waits. */
export interface OperatorLimits extends PolicyLimits {
  readonly minCoverageBps: Bps;
  readonly stageBlocks: number;
  readonly peerGraceMs: number;
  readonly pushTimeoutMs: number;
}

/** Everything that leaves the process: absent in a dry run. */
export interface Sending {
  readonly sign: (digest: Hex) => Hex;
  readonly signed: SignedReports;
  readonly book: SignatureBook;
  readonly peers: readonly Peer[];
  readonly outbox: Outbox;
  /** Why the payload would revert in the next block, if it would. */
  readonly simulate: (payload: Payload) => Promise<string | undefined>;
}

/** What one operator is made of. */
export interface OperatorParts extends Scoring {
  readonly self: Address;
  readonly domain: ReportDomain;
  readonly site: OracleSite;
  readonly limits: OperatorLimits;
  readonly readOracle: (block: BlockRef) => Promise<OracleState>;
  /** What every configured push adapter says at a block. Never rejects. */
  readonly readAdapters: (block: BlockRef) => Promise<readonly AdapterAnswer[]>;
  readonly sending: Sending | undefined;
}
