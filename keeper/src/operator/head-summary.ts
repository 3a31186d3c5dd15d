import type { AdapterAnswer } from "../publish/adapters.js";
import type { Address, Hex } from "../units.js";
import type { EpochDraft } from "./draft-epoch.js";
import type { Sight } from "./look.js";

/** What became of a head: the fields of its summary line. */
export interface HeadSummary {
  readonly decision: "push" | "early" | "hold";
  readonly reason: string;
  readonly epoch: number;
  readonly digest: Hex;
  /** What the digest is made from: where two operators differ, the first of these that differs says why. */
  readonly configDigest: Hex;
  readonly snapshotHash: Hex;
  readonly modelHash: Hex;
  readonly leverageCx: number;
  readonly advice: number;
  readonly systemLarBps: number;
  readonly coverageBps: number;
  /** What could not be read, and why; the first few, and how many more. */
  readonly excluded: readonly string[];
  /** Peers that took this operator's signature; undefined when none was pushed. */
  readonly peers: number | undefined;
  /** Hash of the transaction that this head put into the nodes' pools. */
  readonly sent: Hex | null;
  /** Why a transaction was wanted and not sent: an operator's own fee cap or budget. A line with it is an error. */
  readonly held: string | undefined;
  /** Transactions of this operator that were found in the chain at this head and did what they were sent for. */
  readonly landed: readonly Hex[];
  /** Those that were found in the chain and had failed there: paid for, and counted as nothing. */
  readonly failed: readonly Hex[];
  /** What every push adapter says. */
  readonly adapters: readonly AdapterAnswer[];
  /** The adapter whose `sync()` `sent` is; in a dry run, whose it would be. */
  readonly sync: Address | null;
  /** Reading and scoring, milliseconds; the rest of the head's time is deciding, signing and sending. */
  readonly scoreMs: number;
}

/** What a head led to. */
export type Outcome = Pick<HeadSummary, "decision" | "reason" | "peers" | "sent" | "held" | "sync">;

/** Exclusions in one line of the log: an account each, where a venue misbehaves, would be thousands. */
const EXCLUSIONS_LOGGED = 5;

/** Sum up a head. */
export function summarise(sight: Sight, { draft, digest }: EpochDraft, outcome: Outcome): HeadSummary {
  const { mined, scored, scoreMs, adapters } = sight;
  const { epoch, configDigest, snapshotHash, modelHash, coverage } = draft.report;
  const system = draft.lanes[0];
  return {
    epoch,
    digest,
    configDigest,
    snapshotHash,
    modelHash,
    leverageCx: system?.leverage ?? 0,
    advice: draft.scores.reduce((most, { lane }) => Math.max(most, lane.advice), 0),
    systemLarBps: system?.liquidationAtRisk ?? 0,
    coverageBps: coverage,
    excluded: firstOf(scored.excluded),
    landed: mined.filter(({ succeeded }) => succeeded).map(({ attempt }) => attempt),
    failed: mined.filter(({ succeeded }) => !succeeded).map(({ attempt }) => attempt),
    adapters,
    ...outcome,
    scoreMs: round(scoreMs),
  };
}

function firstOf(excluded: readonly string[]): string[] {
  const more = excluded.length - EXCLUSIONS_LOGGED;
  return [...excluded.slice(0, EXCLUSIONS_LOGGED), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** Milliseconds to one digit. */
function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
