import type { BlockRef } from "../chain/block-ref.js";
import type { Payload, StepResult } from "../publish/outbox-parts.js";
import type { Decision } from "../publish/policy.js";
import { publishPayload } from "../publish/transmission.js";
import { collectSignatures, joinSignatures } from "../quorum/collect.js";
import { pushVote } from "../quorum/peer-client.js";
import { epochSchedule, mayTransmit } from "../quorum/schedule.js";
import type { Report } from "../report/report.js";
import { draftEpoch, type EpochDraft } from "./draft-epoch.js";
import { summarise, type HeadSummary, type Outcome } from "./head-summary.js";
import { createLook, type Sight } from "./look.js";
import type { OperatorParts, Sending } from "./parts.js";

/** Own reports that are still looked at for signatures that came late, newest first. */
const PENDING_REPORTS = 8;

/** What an operator remembers between heads; nothing of it matters for safety. */
interface Memory {
  /** Whether a head has been read since the start. */
  isWarm: boolean;
  /** First block of the current run of blocks that were all worth an epoch. */
  wantedSince: number | undefined;
}

/**
 * Make what does everything that one head asks for: read, score, decide, sign, exchange, and transmit if it is our turn: an
 * epoch, or else the call by which a push adapter carries the level into its host.
 *
 * When a call resolves, the signature is with every peer that answers, and a transaction of ours is in a node's pool. It is
 * safe to end the process at any point: what must not happen twice is in the journal before it happens. The first head
 * after a start may be an old one, and reading it may take long: nothing is signed for it.
 */
export function createHeadProcessor(parts: OperatorParts): (block: BlockRef) => Promise<HeadSummary> {
  const memory: Memory = { isWarm: false, wantedSince: undefined };
  const look = createLook(parts);
  return async (block) => {
    const { sending } = parts;
    const sight = await look(block);
    const drafted = draftEpoch(parts, block, sight);
    const epoch = memory.isWarm || sending === undefined ? drafted : { ...drafted, decision: WARMING_UP };
    memory.isWarm = true;
    memory.wantedSince = epoch.decision.kind === "hold" ? undefined : (memory.wantedSince ?? block.number);
    const task = { epoch, sight, wantedSince: memory.wantedSince ?? block.number };
    const outcome = sending === undefined ? dryRun(epoch, sight) : await act({ ...parts, sending }, block, task);
    return summarise(sight, epoch, outcome);
  };
}

const WARMING_UP: Decision = { kind: "hold", reason: "first head after the start" };

type ActiveParts = OperatorParts & { readonly sending: Sending };

/** One head's work: its draft, what was seen, and since when epochs have been wanted. */
interface Task {
  readonly epoch: EpochDraft;
  readonly sight: Sight;
  readonly wantedSince: number;
}

function dryRun({ decision }: EpochDraft, { sync }: Sight): Outcome {
  const { kind, reason } = decision;
  return { decision: kind, reason, peers: undefined, sent: null, held: undefined, sync: sync?.to ?? null };
}

async function act(parts: ActiveParts, block: BlockRef, task: Task): Promise<Outcome> {
  const { epoch, sight } = task;
  const { outbox } = parts.sending;
  const { kind, reason } = epoch.decision;
  const publishedEpoch = sight.oracle.published.epoch;
  if (kind === "hold") {
    const step = await outbox.step(block, { payload: sight.sync, publishedEpoch });
    return { decision: kind, reason, peers: undefined, ...sendingOf(step, sight) };
  }
  const vote = await castVote(parts, block, task);
  const choice = await choosePayload(parts, block, task);
  const step = await outbox.step(block, { payload: choice.payload ?? sight.sync, publishedEpoch });
  const notes = [reason, vote.note, choice.note, noteOf(step)].filter((note) => note !== undefined);
  return { decision: kind, reason: notes.join("; "), peers: vote.peers, ...sendingOf(step, sight) };
}

/** Claim the epoch on disk, sign, push to the peers, and wait for theirs where it is our turn to transmit. */
async function castVote(
  { sending, self, limits }: ActiveParts,
  block: BlockRef,
  { epoch: { draft, digest }, sight: { oracle } }: Task,
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
  { sight: { oracle }, wantedSince }: Task,
): Promise<{ payload: Payload | undefined; note: string | undefined }> {
  const { config, published } = oracle;
  let note: string | undefined;
  const isWanted = ({ observedBlock, observedAt }: Report): boolean =>
    observedBlock >= wantedSince &&
    observedBlock <= block.number &&
    block.timestamp - observedAt <= config.maxReportAgeSec;
  for (const { report, digest } of sending.signed.claimedAfter(config.configDigest, published.epoch, PENDING_REPORTS)) {
    const order = epochSchedule(config.signers, report.configDigest, report.epoch);
    const turn = { head: block.number, observedBlock: report.observedBlock, stageBlocks: limits.stageBlocks };
    if (!isWanted(report) || !mayTransmit(order, self, turn)) continue;
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

function sendingOf(step: StepResult, { adapters }: Sight): Pick<Outcome, "sent" | "held" | "sync"> {
  const sent = step.kind === "sent" && step.fault === undefined ? step : undefined;
  return {
    sent: sent?.hash ?? null,
    held: step.kind === "held" ? step.reason : undefined,
    sync: adapters.find(({ adapter }) => adapter === sent?.to)?.adapter ?? null,
  };
}

function noteOf(step: StepResult): string | undefined {
  return step.kind === "sent" && step.fault !== undefined ? `node: ${step.fault}` : undefined;
}
