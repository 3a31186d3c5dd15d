import type { Assessment, SubjectScore } from "../model/assessment.js";
import { BPS_ONE, CX_ONE, type Bps } from "../units.js";
import type { Lane } from "./lane.js";
import { FLAG_ALL_VENUES_HAVE_LANES, type ReportDraft } from "./report.js";

/** Slack of the venue bounds: one published hundredth, since both sides are rounded up, and float64 noise. */
const BOUND_SLACK_X = 0.01 + 1e-9;

/**
 * List every reason not to sign `draft`; empty when there is none.
 *
 * Checked on the whole record: coverage, each lane's ranges, lane 0 against the system's score, the venue bound that the
 * oracle enforces, and `max w_v (lev_v - 1) - rebound <= lev_sys - 1 <= sum w_v (lev_v - 1)`, which only the model's own
 * numbers can show. The rebound is what venues gain by others' liquidators buying; the sum says nothing where a venue's
 * leverage is not known.
 */
export function signingFaults(draft: ReportDraft, assessment: Assessment, minCoverage: Bps): string[] {
  const faults = [...coverageFaults(draft, minCoverage), ...draft.lanes.flatMap(laneFaults)];
  const system = draft.lanes[0];
  if (system === undefined || system.leverage === 0) {
    return [...faults, "lane 0: saw an unknown system score, expected a known one"];
  }
  return [...faults, ...systemLaneFaults(draft, system), ...venueLaneFaults(draft, system), ...shareFaults(assessment)];
}

function coverageFaults({ report }: ReportDraft, minCoverage: Bps): string[] {
  if (report.coverage >= minCoverage) return [];
  return [`coverage: saw ${report.coverage} bps of the debt read, expected at least ${minCoverage}`];
}

function laneFaults(lane: Lane, index: number): string[] {
  if (lane.leverage === 0) return [];
  const faults: string[] = [];
  if (lane.leverage < CX_ONE)
    faults.push(`lane ${index}: saw leverage ${lane.leverage} cx, expected 0 or at least ${CX_ONE}`);
  if (lane.rehypothecation < CX_ONE) {
    faults.push(`lane ${index}: saw rehypothecation ${lane.rehypothecation} cx, expected at least ${CX_ONE}`);
  }
  if (lane.liquidationAtRisk > BPS_ONE) faults.push(`lane ${index}: saw liquidation at risk above ${BPS_ONE} bps`);
  if (lane.borrowLtv > BPS_ONE) faults.push(`lane ${index}: saw a borrow LTV above ${BPS_ONE} bps`);
  return faults;
}

function systemLaneFaults({ scores }: ReportDraft, system: Lane): string[] {
  const scored = scores.find(({ subject }) => subject.kind === "system");
  if (scored !== undefined && scored.lane.leverage === system.leverage) return [];
  return ["lane 0: expected the system's score; register SubjectIds.system(chainId) first on the oracle"];
}

function venueLaneFaults({ report, scores }: ReportDraft, system: Lane): string[] {
  if ((report.flags & FLAG_ALL_VENUES_HAVE_LANES) === 0) return [];
  const venues = scores.filter(({ subject }) => subject.kind === "venue").map(({ lane }) => lane.leverage);
  const largest = Math.max(...venues);
  if (venues.includes(0) || system.leverage <= largest + 1) return [];
  return [`record: saw system leverage ${system.leverage} cx, expected at most ${largest} + 1 cx, the largest venue's`];
}

function shareFaults({ subjects, reboundFrac }: Assessment): string[] {
  const system = subjects.find(({ subject }) => subject.kind === "system");
  const venues = subjects.filter(({ subject }) => subject.kind === "venue");
  const known = venues.filter(({ leverageX }) => !Number.isNaN(leverageX));
  if (system === undefined || known.length === 0) return [];
  const excess = ({ leverageX, lossShareFrac }: SubjectScore): number => lossShareFrac * (leverageX - 1);
  const own = system.leverageX - 1;
  const least = Math.max(...known.map(excess)) - reboundFrac;
  const most = known.length < venues.length ? Infinity : venues.reduce((sum, venue) => sum + excess(venue), 0);
  const faults: string[] = [];
  if (own + BOUND_SLACK_X < least) faults.push(`record: saw system leverage - 1 = ${own}, expected at least ${least}`);
  if (own > most + BOUND_SLACK_X) faults.push(`record: saw system leverage - 1 = ${own}, expected at most ${most}`);
  return faults;
}
