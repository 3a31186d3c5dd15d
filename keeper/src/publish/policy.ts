import type { Lane } from "../report/lane.js";
import { FLAG_ORACLE_GAP } from "../report/report.js";
import { BPS_ONE, type Bps, type Cx, type Hex } from "../units.js";

/** What the chain says at the head that was scored: epoch 0 before the first report. */
export interface Published {
  readonly epoch: number;
  /** Timestamp of the observed block, unix seconds. */
  readonly observedAt: number;
  /** As in the oracle's header. */
  readonly flags: number;
  /** By lane index, as stored (after clamps). */
  readonly lanes: readonly Lane[];
}

/** A target of the breaker and the level in force on it. */
export interface TargetLevel {
  readonly subject: Hex;
  /** Lane of the target; undefined when it has none. */
  readonly lane: number | undefined;
  /** 0 Normal … 4 Halt, expiry applied. */
  readonly level: number;
}

/** When to publish. */
export interface PolicyLimits {
  /** Rise of a multiple, or easing that the oracle would let through, that is worth an epoch. */
  readonly deviationCx: Cx;
  /** The same for a share. */
  readonly deviationBps: Bps;
  readonly heartbeatSec: number;
  /** Least time between an epoch and the next one that only eases. */
  readonly easeSpacingSec: number;
  /** Least time between an epoch and an EARLY one. */
  readonly earlySpacingSec: number;
}

/** Everything the decision depends on. */
export interface PolicyInput {
  readonly published: Published;
  readonly next: { readonly lanes: readonly Lane[]; readonly flags: number };
  readonly targets: readonly TargetLevel[];
  /** The oracle's `maxEase`: share of a lane's last value that it may ease in an hour. */
  readonly maxEase: Bps;
  /** Timestamp of the head, unix seconds. */
  readonly now: number;
  readonly limits: PolicyLimits;
}

/**
 * PUSH: the published state misleads its readers, or is about to be stale. EARLY: it does not, but a target waits for
 * another distinct epoch to confirm the level that the scores support. HOLD: nothing is gained by a transaction.
 */
export interface Decision {
  readonly kind: "push" | "early" | "hold";
  readonly reason: string;
}

/** Bit of the header that the risk council sets: the current epoch is void. Source: contracts/types/Score.sol. */
const FLAG_QUARANTINED = 4;
const HOUR_SEC = 3600;

/** Decide whether the epoch at hand is worth a transaction. A pure function of its input: all operators decide alike. */
export function decide(input: PolicyInput): Decision {
  const { published, now, limits } = input;
  const age = now - published.observedAt;
  const push = (reason: string | undefined): Decision | undefined =>
    reason === undefined ? undefined : { kind: "push", reason };
  return (
    push(published.epoch === 0 ? "first epoch" : undefined) ??
    push((published.flags & FLAG_QUARANTINED) !== 0 ? "epoch quarantined" : undefined) ??
    push(flagReason(input)) ??
    push(firstOf(input, riseReason)) ??
    push(age >= limits.heartbeatSec ? `heartbeat: ${age} s old` : undefined) ??
    earlyReason(input, age) ??
    push(age >= limits.easeSpacingSec ? firstOf(input, easeReason) : undefined) ?? {
      kind: "hold",
      reason: "within limits",
    }
  );
}

type LaneReason = (before: Lane, after: Lane, input: PolicyInput) => string | undefined;

function firstOf(input: PolicyInput, reason: LaneReason): string | undefined {
  const { published, next } = input;
  for (const [i, after] of next.lanes.entries()) {
    const before = published.lanes[i];
    if (before === undefined) return `lane ${i}: new`;
    const found = reason(before, after, input);
    if (found !== undefined) return `lane ${i}: ${found}`;
  }
  return undefined;
}

function flagReason({ published, next }: PolicyInput): string | undefined {
  const gap = next.flags & ~published.flags & FLAG_ORACLE_GAP;
  return gap === 0 ? undefined : "oracle gap";
}

function riseReason(before: Lane, after: Lane, { limits }: PolicyInput): string | undefined {
  if ((before.leverage === 0) !== (after.leverage === 0)) return after.leverage === 0 ? "unknown" : "known again";
  if (after.advice > before.advice) return `advice ${before.advice} -> ${after.advice}`;
  const rises = [
    ["leverage", after.leverage - before.leverage, limits.deviationCx],
    ["liquidationAtRisk", after.liquidationAtRisk - before.liquidationAtRisk, limits.deviationBps],
    ["rehypothecation", after.rehypothecation - before.rehypothecation, limits.deviationCx],
    ["borrowLtv", before.borrowLtv - after.borrowLtv, limits.deviationBps],
  ] as const;
  const found = rises.find(([, rise, limit]) => rise >= limit);
  return found && `${found[0]} ${before[found[0]]} -> ${after[found[0]]}`;
}

/** Easing counts as far as the oracle would store it now: publishing what it clamps away is gas for nothing. */
function easeReason(before: Lane, after: Lane, { limits, published, now, maxEase }: PolicyInput): string | undefined {
  if (after.advice < before.advice) return `advice ${before.advice} -> ${after.advice}`;
  const share = (maxEase / BPS_ONE) * ((now - published.observedAt) / HOUR_SEC);
  const stored = (fall: number, last: number): number => Math.min(fall, last === 0 ? fall : last * share);
  const falls = [
    ["leverage", stored(before.leverage - after.leverage, before.leverage), limits.deviationCx],
    [
      "liquidationAtRisk",
      stored(before.liquidationAtRisk - after.liquidationAtRisk, before.liquidationAtRisk),
      limits.deviationBps,
    ],
    [
      "rehypothecation",
      stored(before.rehypothecation - after.rehypothecation, before.rehypothecation),
      limits.deviationCx,
    ],
    ["borrowLtv", stored(after.borrowLtv - before.borrowLtv, before.borrowLtv), limits.deviationBps],
  ] as const;
  const found = falls.find(([, fall, limit]) => fall >= limit);
  return found && `easing ${found[0]} ${before[found[0]]} -> ${after[found[0]]}`;
}

function earlyReason({ targets, next, limits }: PolicyInput, age: number): Decision | undefined {
  if (age < limits.earlySpacingSec) return undefined;
  for (const { lane, level, subject } of targets) {
    const advice = lane === undefined ? 0 : (next.lanes[lane]?.advice ?? 0);
    if (advice > 0 && level < advice + 1) {
      return {
        kind: "early",
        reason: `target ${subject.slice(0, 10)}: level ${level}, advice ${advice} supports ${advice + 1}`,
      };
    }
  }
  return undefined;
}
