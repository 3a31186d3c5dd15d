import { storedLane } from "../report/easing.js";
import type { Lane } from "../report/lane.js";
import { entersLevel, holdsLevel, type Level, type LevelRules } from "../report/level-rules.js";
import { FLAG_ORACLE_GAP } from "../report/report.js";
import type { Bps, Cx, Hex } from "../units.js";

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

/** A target of the breaker at the head. */
export interface TargetView {
  readonly subject: Hex;
  /** Lane of the target; undefined when it has none. */
  readonly lane: number | undefined;
  /** In force, expiry applied; in shadow mode what would be in force. */
  readonly level: Level;
  /** Unix seconds. */
  readonly dwellSince: number;
  readonly minDwellSec: number;
  /** Coverage below which the scores lower nothing. */
  readonly minCoverage: Bps;
  readonly rules: LevelRules;
}

/** When to publish. */
export interface PolicyLimits {
  /** Change of a multiple that is worth an epoch. */
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
  readonly next: { readonly lanes: readonly Lane[]; readonly flags: number; readonly coverage: Bps };
  readonly targets: readonly TargetView[];
  /** The oracle's limits. */
  readonly oracle: { readonly maxEase: Bps; readonly minCoverage: Bps };
  /** Timestamp of the head, unix seconds. */
  readonly now: number;
  readonly limits: PolicyLimits;
}

/**
 * PUSH: the published state misleads its readers, or is about to be stale. EARLY: it does not, but a target's level moves
 * only with another distinct epoch. HOLD: a transaction would change nothing that matters.
 */
export interface Decision {
  readonly kind: "push" | "early" | "hold";
  readonly reason: string;
}

/** Bit of the header that the risk council sets: the current epoch is void. Source: contracts/types/Score.sol. */
const FLAG_QUARANTINED = 4;

/** Decide whether the epoch at hand is worth a transaction. A pure function of its input: all operators decide alike. */
export function decide(input: PolicyInput): Decision {
  const { published, now, limits } = input;
  const age = now - published.observedAt;
  const push = (reason: string | undefined): Decision | undefined =>
    reason === undefined ? undefined : { kind: "push", reason };
  const early = (reason: string | undefined): Decision | undefined =>
    reason === undefined ? undefined : { kind: "early", reason };
  if (published.epoch === 0) return { kind: "push", reason: "first epoch" };
  if ((published.flags & FLAG_QUARANTINED) !== 0) return { kind: "push", reason: "epoch quarantined" };
  const stored = lanesToBeStored(input);
  return (
    push(gapReason(input)) ??
    push(firstLane(published.lanes, input.next.lanes, (before, after) => dangerReason(before, after, limits))) ??
    push(age >= limits.heartbeatSec ? `heartbeat: ${age} s old` : undefined) ??
    early(age >= limits.earlySpacingSec ? targetReason(input, stored) : undefined) ??
    push(
      age >= limits.easeSpacingSec
        ? firstLane(published.lanes, stored, (before, after) => easeReason(before, after, limits))
        : undefined,
    ) ?? { kind: "hold", reason: "within limits" }
  );
}

/** Easing counts as far as the oracle would store it now: publishing what it clamps away is gas for nothing. */
function lanesToBeStored({ published, next, oracle, now }: PolicyInput): Lane[] {
  const easing = {
    maxEase: oracle.maxEase,
    from: published.observedAt,
    to: now,
    mayEase: next.coverage >= oracle.minCoverage,
  };
  return next.lanes.map((signed, i) => storedLane(signed, published.lanes[i] ?? signed, easing));
}

function firstLane(
  before: readonly Lane[],
  after: readonly Lane[],
  reason: (before: Lane, after: Lane) => string | undefined,
): string | undefined {
  for (const [i, lane] of after.entries()) {
    const last = before[i];
    const found = last === undefined ? "new" : reason(last, lane);
    if (found !== undefined) return `lane ${i}: ${found}`;
  }
  return undefined;
}

function gapReason({ published, next }: PolicyInput): string | undefined {
  return (next.flags & ~published.flags & FLAG_ORACLE_GAP) === 0 ? undefined : "oracle gap";
}

type Measure = "leverage" | "liquidationAtRisk" | "rehypothecation" | "borrowLtv";

/** Measures of danger, and what each must change by; a falling loan-to-value is danger. */
const MEASURES: readonly (readonly [Measure, sign: 1 | -1, limit: "deviationCx" | "deviationBps"])[] = [
  ["leverage", 1, "deviationCx"],
  ["liquidationAtRisk", 1, "deviationBps"],
  ["rehypothecation", 1, "deviationCx"],
  ["borrowLtv", -1, "deviationBps"],
];

function dangerReason(before: Lane, after: Lane, limits: PolicyLimits): string | undefined {
  if (after.leverage === 0) return before.leverage === 0 ? undefined : "unknown";
  if (before.leverage === 0) return "known again";
  if (after.advice > before.advice) return `advice ${before.advice} -> ${after.advice}`;
  const found = MEASURES.find(([name, sign, limit]) => sign * (after[name] - before[name]) >= limits[limit]);
  return found && `${found[0]} ${before[found[0]]} -> ${after[found[0]]}`;
}

function easeReason(before: Lane, stored: Lane, limits: PolicyLimits): string | undefined {
  if (stored.advice < before.advice) return `easing advice ${before.advice} -> ${stored.advice}`;
  const found = MEASURES.find(([name, sign, limit]) => sign * (before[name] - stored[name]) >= limits[limit]);
  return found && `easing ${found[0]} ${before[found[0]]} -> ${stored[found[0]]}`;
}

/** A target that would count this epoch toward a higher level, or that may leave its level on it. */
function targetReason({ targets, next, now }: PolicyInput, stored: readonly Lane[]): string | undefined {
  for (const { subject, lane: index, level, rules, dwellSince, minDwellSec, minCoverage } of targets) {
    const lane = index === undefined ? undefined : stored[index];
    if (lane === undefined || lane.leverage === 0) continue;
    const evidence = { lane, oracleGap: (next.flags & FLAG_ORACLE_GAP) !== 0 };
    const higher = ([4, 3, 2, 1] as const).find((one) => one > level && entersLevel(rules, one, evidence));
    if (higher !== undefined) return `target ${subject.slice(0, 10)}: level ${level}, scores call for ${higher}`;
    const hasDwelt = now >= dwellSince + minDwellSec && now > dwellSince && next.coverage >= minCoverage;
    if (level > 0 && hasDwelt && !holdsLevel(rules, level as Exclude<Level, 0>, evidence)) {
      return `target ${subject.slice(0, 10)}: scores no longer hold level ${level}`;
    }
  }
  return undefined;
}
