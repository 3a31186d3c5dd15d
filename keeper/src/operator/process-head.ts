import type { BlockRef } from "../chain/block-ref.js";
import type { OracleState } from "../publish/oracle-state.js";
import type { Payload, StepResult } from "../publish/outbox-parts.js";
import { publishPayload } from "../publish/transmission.js";
import { collectSignatures, joinSignatures } from "../quorum/collect.js";
import { pushVote } from "../quorum/peer-client.js";
import { epochSchedule, mayTransmit } from "../quorum/schedule.js";
import type { Report } from "../report/report.js";
import type { Hex } from "../units.js";
import { draftEpoch, type EpochDraft } from "./draft-epoch.js";
import type { OperatorParts, Sending } from "./parts.js";

/** What became of a head: the fields of its summary line. */
export interface HeadSummary {
  readonly decision: "push" | "early" | "hold";
  readonly reason: string;
  readonly epoch: number;
  readonly digest: Hex;
  readonly leverageCx: number;
  readonly advice: number;
  readonly systemLarBps: number;
  readonly coverageBps: number;
  /** Peers that took this operator's signature; undefined when none was pushed. */
  readonly peers: number | undefined;
  /** Hash of the transaction that this head put into the nodes' pools. */
  readonly sent: Hex | null;
  /** Transactions of this operator that were found in the chain at this head. */
  readonly landed: readonly Hex[];
}

/** Own reports that are still looked at for signatures that came late, newest first. */
const PENDING_REPORTS = 8;

/**
 * Do everything that one head asks for: read, score, decide, sign, exchange, and transmit if it is our turn.
 *
 * When this resolves, the signature is with every peer that answers, and a transaction of ours is in a node's pool. It is
 * safe to end the process at any point: what must not happen twice is in the journal before it happens.
 */
export async function processHead(parts: OperatorParts, block: BlockRef): Promise<HeadSummary> {
  const { sending } = parts;
  const [scored, oracle, landed] = await Promise.all([
    parts.scoreBlock(block),
    parts.readOracle(block),
    sending?.outbox.reconcile(block) ?? [],
  ]);
  const epoch = draftEpoch(parts, block, { scored, oracle });
  const outcome = sending === undefined ? dryRun(epoch) : await act({ ...parts, sending }, block, { epoch, oracle });
  const system = epoch.draft.lanes[0];
  return {
    epoch: epoch.draft.report.epoch,
    digest: epoch.digest,
    leverageCx: system?.leverage ?? 0,
    advice: epoch.draft.scores.reduce((most, { lane }) => Math.max(most, lane.advice), 0),
    systemLarBps: system?.liquidationAtRisk ?? 0,
    coverageBps: epoch.draft.report.coverage,
    landed: landed.map(({ attempt }) => attempt),
    ...outcome,
  };
}

type Outcome = Pick<HeadSummary, "decision" | "reason" | "peers" | "sent">;
type ActiveParts = OperatorParts & { readonly sending: Sending };

function dryRun({ decision }: EpochDraft): Outcome {
  return { decision: decision.kind, reason: decision.reason, peers: undefined, sent: null };
}

async function act(
  parts: ActiveParts,
  block: BlockRef,
  { epoch, oracle }: { epoch: EpochDraft; oracle: OracleState },
): Promise<Outcome> {
  const { outbox } = parts.sending;
  const { kind, reason } = epoch.decision;
  const publishedEpoch = oracle.published.epoch;
  if (kind === "hold") {
    const step = await outbox.step(block, { payload: undefined, publishedEpoch });
    return { decision: kind, reason, peers: undefined, sent: hashOf(step) };
  }
  const vote = await castVote(parts, block, { epoch, oracle });
  const choice = await choosePayload(parts, block, oracle);
  const step = await outbox.step(block, { payload: choice.payload, publishedEpoch });
  const notes = [reason, vote.note, choice.note, noteOf(step)].filter((note) => note !== undefined);
  return { decision: kind, reason: notes.join("; "), peers: vote.peers, sent: hashOf(step) };
}

/** Claim the epoch on disk, sign, push to the peers, and wait for theirs where it is our turn to transmit. */
async function castVote(
  { sending, self, limits }: ActiveParts,
  block: BlockRef,
  { epoch: { draft, digest }, oracle }: { epoch: EpochDraft; oracle: OracleState },
): Promise<{ peers: number | undefined; note: string | undefined }> {
  const { report } = draft;
  const claim = sending.signed.claim(report, digest);
  if (claim.kind === "taken") {
    return { peers: undefined, note: `epoch ${report.epoch} is signed already, for ${claim.digest}` };
  }
  const vote = { report, digest, signer: self, signature: sending.sign(digest) };
  sending.book.add(vote);
  const pushed = pushVote(vote, sending.peers, limits.pushTimeoutMs);
  const order = epochSchedule(oracle.config.signers, report.configDigest, report.epoch);
  if (mayTransmit(order, self, { head: block.number, observedBlock: block.number, stageBlocks: limits.stageBlocks })) {
    const { threshold } = oracle.config;
    await collectSignatures(sending.book, { digest, order, threshold, graceMs: limits.peerGraceMs });
  }
  const results = await pushed;
  return { peers: results.filter(({ status }) => status === 200).length, note: undefined };
}

/** The newest report of ours that k operators agree on, whose stage is ours, and that the chain would take. */
async function choosePayload(
  { sending, self, limits, site }: ActiveParts,
  block: BlockRef,
  { config, published }: OracleState,
): Promise<{ payload: Payload | undefined; note: string | undefined }> {
  let note: string | undefined;
  const isFresh = (report: Report): boolean => block.timestamp - report.observedAt <= config.maxReportAgeSec;
  for (const { report, digest } of sending.signed.claimedAfter(config.configDigest, published.epoch, PENDING_REPORTS)) {
    const order = epochSchedule(config.signers, report.configDigest, report.epoch);
    const turn = { head: block.number, observedBlock: report.observedBlock, stageBlocks: limits.stageBlocks };
    if (!mayTransmit(order, self, turn) || !isFresh(report) || report.observedBlock > block.number) continue;
    const signatures = joinSignatures(sending.book, { digest, order, threshold: config.threshold });
    if (signatures === undefined) {
      note ??= `epoch ${report.epoch}: ${sending.book.over(digest).size} of ${config.threshold} signatures`;
      continue;
    }
    const payload = publishPayload(report, signatures, site);
    const fault = await sending.simulate(payload);
    return fault === undefined ? { payload, note } : { payload: undefined, note: fault };
  }
  return { payload: undefined, note };
}

function hashOf(step: StepResult): Hex | null {
  return step.kind === "sent" && step.fault === undefined ? step.hash : null;
}

function noteOf(step: StepResult): string | undefined {
  if (step.kind === "held") return step.reason;
  return step.kind === "sent" && step.fault !== undefined ? `node: ${step.fault}` : undefined;
}
