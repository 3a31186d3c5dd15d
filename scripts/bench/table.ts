import type { GrowthRow } from "./growth.js";
import type { Measured } from "./measure.js";

/** The cases as a Markdown table. */
export function caseTable(rows: readonly Measured[]): string {
  const head = ["case", "time of", "ours", "bar", "straightforward", "ratio", "of which run", "peak memory"];
  return markdown(
    head,
    rows.map((row) => [
      row.name,
      row.unit,
      time(row.oursMs),
      row.barMs === null ? "-" : `${time(row.barMs)}${row.withinBar === false ? " (missed)" : ""}`,
      time(row.straightforwardMs),
      `${row.ratio.toPrecision(3)}x`,
      row.subset,
      `${row.peakRssMb} MB`,
    ]),
  );
}

/** What each case ran on. */
export function inputList(rows: readonly Measured[]): string {
  return rows.map((row) => `- ${row.name}: ${row.input}.`).join("\n");
}

/** How cost grows as a Markdown table. */
export function growthTable(rows: readonly GrowthRow[]): string {
  const cells = rows.map((row) => [
    String(row.accounts),
    String(row.assets),
    String(row.scenarios),
    time(row.ms),
    time(row.msPerScenario),
  ]);
  return markdown(["accounts", "assets", "scenarios", "sweep", "a scenario"], cells);
}

/** Milliseconds or seconds, three digits. */
function time(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toPrecision(3)} s`;
  return ms >= 0.1 ? `${ms.toPrecision(3)} ms` : `${(1_000 * ms).toPrecision(3)} us`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, c) => cell.padEnd(width[c]!)).join(" | ")} |`;
  return [line(head), line(width.map((w) => "-".repeat(w))), ...rows.map(line)].join("\n");
}
