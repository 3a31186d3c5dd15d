import type { ReserveView } from "../../graph/system-state.js";
import type { Book } from "../book.js";
import type { Calibration } from "../calibration.js";
import { changeAtOnce, fallenAlone, type AtOnce, type Fallen } from "./changed-thresholds.js";
import { slippageLt, smartLt, solvencyLt, tailMoves } from "./rules.js";
import { systemicLts, type WithinLimits } from "./systemic.js";

/** What recommendations are made with, besides the calibration. */
export interface MarginPolicy {
  /** c of SmartLTV: how many volatilities a liquidation must survive. */
  readonly smartConfidence: number;
  /** Thresholds of open books move by at most this at a time. */
  readonly maxChangeFrac: number;
  /** Resolution of the systemic rule. */
  readonly stepFrac: number;
}

/** What recommendations rest on. */
export interface MarginEvidence {
  /** `Float64Array[R]` USD: collateral of each reserve that liquidators sell in its 99 % scenario; NaN where unknown. */
  readonly tailSoldUsd: Float64Array;
  /** `Float64Array[K]`: depth then, as a multiple of what was read. */
  readonly depthFactor: Float64Array;
  /** Whether a book keeps within the system's limits; null where that is not known, e.g. for want of a backstop. */
  readonly within: WithinLimits | null;
}

/** The rules of MODEL 7.1, in its order. */
const LT_RULES = ["smart", "solvency", "slippage", "systemic"] as const;
export type LtRule = (typeof LT_RULES)[number];

/** Recommendation for one market. */
export interface OpeningLtv {
  /** What new loans may start at: 0 where none is given. To be rounded down. */
  readonly borrowLtvFrac: number;
  /** Who says so; `unknown` where a rule lacks its input or too little was read. */
  readonly binding: LtRule | "host" | "unknown";
  /** Largest threshold by each rule: Infinity where it has no objection, NaN where unknown. */
  readonly limits: Readonly<Record<LtRule, number>>;
  /** The least of the limits, in [0,1]; NaN where one is unknown. */
  readonly ltFrac: number;
  /** Distance that new loans keep from the threshold: the larger of the gap and of a tail hour. */
  readonly bufferFrac: number;
  /** Threshold that the host may set next: towards `ltFrac` by at most `maxChangeFrac`. */
  readonly nextLtFrac: number;
  /** Whom that next threshold alone, the others as they are, makes liquidatable. */
  readonly fallen: Fallen;
}

/** Recommendations for every market, and the engine's answer to all their next thresholds together. */
export interface OpeningLtvs {
  /** `[R]`. */
  readonly markets: readonly OpeningLtv[];
  readonly atOnce: AtOnce;
}

/**
 * Recommend opening LTVs for every reserve: the least of four thresholds, less the buffer, never above the host's.
 *
 * A cut applies to new loans in full and at once. Thresholds of open books move slowly, because a lower one liquidates by
 * itself: `fallen` tells whom, market by market, and `atOnce` is the engine run on all of the next thresholds.
 *
 * **Cost.** The probes of {@link systemicLts}, and one more book with a cascade at standstill.
 * **Source.** MODEL 7.1.
 */
export function openingLtvs(
  book: Book,
  evidence: MarginEvidence,
  policy: MarginPolicy,
  calibration: Calibration,
): OpeningLtvs {
  const { reserves } = book.state;
  const local = reserves.map((_, r) => localLimits(book, r, { evidence, policy, calibration }));
  const systemic = systemicOf(book, local, evidence.within, policy);
  const openings = reserves.map((reserve, r) =>
    recommend(book, reserve, { ...local[r]!, systemic: systemic[r]! }, calibration),
  );
  const next = Float64Array.from(reserves, ({ liquidationThresholdFrac: own }, r) =>
    towards(own, openings[r]!.ltFrac, policy.maxChangeFrac),
  );
  const fallen = fallenAlone(book, next);
  return {
    markets: openings.map((opening, r) => ({ ...opening, nextLtFrac: next[r]!, fallen: fallen[r]! })),
    atOnce: changeAtOnce(book, next),
  };
}

export type LocalLimits = Readonly<Record<Exclude<LtRule, "systemic">, number>>;

/** The three rules that look at one market by itself. */
export function localLimits(
  { state }: Book,
  r: number,
  {
    evidence,
    policy,
    calibration,
  }: { evidence: Omit<MarginEvidence, "within">; policy: MarginPolicy; calibration: Calibration },
): LocalLimits {
  const reserve = state.reserves[r]!;
  const { gapFrac } = tailMoves(state, reserve, calibration);
  return {
    smart: smartLt(state, reserve, policy.smartConfidence, calibration),
    solvency: solvencyLt(reserve.bonusFrac, gapFrac, calibration.oracleLag.value),
    slippage: slippageLt(state, reserve, evidence.tailSoldUsd[r]!, evidence.depthFactor),
  };
}

/** `[R]`: Infinity where the system bears what the other rules, and the pace of changes, allow. */
function systemicOf(
  { state }: Book,
  local: readonly LocalLimits[],
  within: WithinLimits | null,
  { maxChangeFrac, stepFrac }: MarginPolicy,
): Float64Array {
  if (within === null) return new Float64Array(local.length).fill(NaN);
  const ceiling = Float64Array.from(state.reserves, ({ liquidationThresholdFrac: own }, r) => {
    const allowed = least(local[r]!);
    return Number.isNaN(allowed) || own === 0 ? own : Math.min(allowed, own + maxChangeFrac);
  });
  return systemicLts(state, ceiling, stepFrac, within).ltFrac.map((lt, r) => (lt < ceiling[r]! ? lt : Infinity));
}

/** From `own` towards `target` by at most `step`; stays where the target is unknown or the host lends nothing. */
function towards(own: number, target: number, step: number): number {
  return Number.isNaN(target) || own === 0 ? own : Math.max(own - step, Math.min(own + step, target));
}

/** The least of `limits`, less the buffer, never above the host's own. */
export function recommend(
  { state }: Book,
  reserve: ReserveView,
  limits: OpeningLtv["limits"],
  calibration: Calibration,
): Omit<OpeningLtv, "nextLtFrac" | "fallen"> {
  const { gapFrac, hourFrac } = tailMoves(state, reserve, calibration);
  const bufferFrac = Math.max(gapFrac, hourFrac);
  const coverage = Math.min(state.coverageFrac, state.venues[reserve.venue]!.coverageFrac);
  const ltFrac = coverage >= calibration.minCoverage.value ? least(limits) : NaN;
  const rest = { limits, ltFrac, bufferFrac };
  const host = reserve.open ? reserve.ltvFrac : 0;
  if (Number.isNaN(ltFrac)) return { borrowLtvFrac: 0, binding: "unknown", ...rest };
  if (host <= ltFrac - bufferFrac) return { borrowLtvFrac: host, binding: "host", ...rest };
  const binding = LT_RULES.find((rule) => limits[rule] === ltFrac)!;
  return { borrowLtvFrac: Math.max(0, ltFrac - bufferFrac), binding, ...rest };
}

/** Smallest limit; NaN where one is. */
export function least(limits: Readonly<Record<string, number>>): number {
  return Math.min(...Object.values(limits));
}
