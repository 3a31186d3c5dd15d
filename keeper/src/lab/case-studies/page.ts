import { explain } from "../../model/assess.js";
import type { PoolState } from "../../snapshot/pool-state.js";
import { intToBig } from "../../units.js";
import { findingsOf, type Findings } from "./findings.js";
import { distributionPlot, ladderPlot } from "./plots.js";
import { marketTable, remainderTable } from "./provenance.js";
import * as sections from "./sections.js";
import { studySnapshot, type Study } from "./study.js";
import { chapterNotes, CLOSING, OPENING } from "./text.js";
import { togetherOf, type BothStudies } from "./together.js";
import { togetherChapter } from "./together-chapter.js";
import { multiple, percent, table, usd } from "./wording.js";

/** The page and its pictures, by path below the folder of documents. */
export type Files = ReadonlyMap<string, string>;

/** The page, below the folder of documents. */
export const PAGE = "case-studies.md";

/** Depth in the band: a quarter, as it is, four times. */
const DEPTHS = [
  [1, 4],
  [1, 1],
  [4, 1],
] as const;

/** Score every study, and one of all of them together if given, and write the page, a finished chapter before its end. */
export function pageOf(studies: readonly Study[], both: BothStudies | null, recorded = ""): Files {
  const files = new Map<string, string>();
  const alone = studies.map(({ snapshot, calibration }) => findingsOf(snapshot, calibration));
  const chapters = studies.map((study, i) => {
    const findings = alone[i]!;
    for (const [name, svg] of picturesOf(study, findings)) files.set(`case-studies/${name}`, svg);
    return chapter(study, findings);
  });
  const together = both === null ? [] : [togetherChapter(togetherOf(both.snapshot, both.calibration), alone)];
  files.set(
    PAGE,
    `${[OPENING, ...chapters, ...together, ...(recorded === "" ? [] : [recorded]), CLOSING].join("\n\n")}\n`,
  );
  return files;
}

function picturesOf({ plan }: Study, findings: Findings): (readonly [string, string])[] {
  return [
    [`${plan.id}-leverage.svg`, ladderPlot(plan.title, findings.ladder)],
    [`${plan.id}-at-risk.svg`, distributionPlot(plan.title, findings.repaidFrac, sections.atRisk(findings))],
  ];
}

function chapter(study: Study, findings: Findings): string {
  const { plan, book } = study;
  const loops = Object.keys(plan.claims);
  return [
    `## ${plan.title}`,
    `${book.source}; ${book.accounts.length.toLocaleString("en-US")} accounts opened, ${findings.book.order.length.toLocaleString("en-US")} of them in debt.`,
    chapterNotes(plan.id, findings),
    "### Score",
    sections.scoreTable(findings),
    `![Leverage over the ladder](case-studies/${plan.id}-leverage.svg)`,
    `![Liquidations by scenario](case-studies/${plan.id}-at-risk.svg)`,
    "### Delta and gamma",
    sections.derivativeTable(findings),
    "### Most systemic accounts",
    sections.systemicTable(findings),
    "### Predicted chain, the first ten",
    sections.chainTable(findings),
    "### Opening LTV",
    sections.ltvTable(findings),
    ...(loops.length === 0 ? [] : ["### Collateral chain", sections.chainText(findings, loops)]),
    "### Markets and what was assumed",
    marketTable(study, findings),
    depthBand(study),
    "### What the source left open",
    remainderTable(study),
  ].join("\n\n");
}

/** How the scores hang on the depth that was read and assumed: the same book with all of it scaled. */
function depthBand({ plan, book, snapshot, calibration }: Study): string {
  const rows = DEPTHS.map(([times, per]) => {
    const pools = snapshot.pools.map((pool) => deepened(pool, times, per));
    const { assessment, outcome } = explain(studySnapshot(plan, book, pools), calibration);
    const { leverageX, liquidationAtRiskFrac } = assessment.subjects[0]!;
    const worst = Math.max(...outcome.badDebtUsd);
    return [`${times / per} x`, multiple(leverageX), percent(liquidationAtRiskFrac, 2), usd(worst)];
  });
  return table(["all depth times", "leverage", "liquidation at risk", "bad debt, worst scenario"], rows);
}

function deepened(pool: PoolState, times: number, per: number): PoolState {
  if (!("ticks" in pool)) throw new RangeError(`pool ${pool.pool}: saw ${pool.kind}, expected liquidity between ticks`);
  const scaled = (liquidity: bigint): bigint => (liquidity * intToBig(times)) / intToBig(per);
  const lower = new Map<number, bigint>();
  // Rounding tick by tick would leave liquidity below zero at the last: the running sum is what is scaled.
  let [sum, before] = [0n, 0n];
  for (const [tick, net] of pool.ticks) {
    sum += net;
    lower.set(tick, (lower.get(tick) ?? 0n) + scaled(sum) - before);
    before = scaled(sum);
  }
  return { ...pool, liquidity: scaled(pool.liquidity), ticks: [...lower] };
}
