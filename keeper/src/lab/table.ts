import type { LabResult, RunOutcome } from "./result.js";

/** The lab's closing table: both runs side by side, the difference, and a plain verdict. */

const LEVEL_NAMES = ["Normal", "Watch", "NoNewLeverage", "Throttle", "Halt"] as const;

interface Row {
  readonly label: string;
  readonly value: (run: RunOutcome) => number | string;
  readonly show: (value: number) => string;
}

const usd = (value: number): string => `$${Math.round(value).toLocaleString("en-US")}`;
const count = (value: number): string => Math.round(value).toLocaleString("en-US");
const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
const times = (value: number): string => `${value.toFixed(2)}x`;

const ROWS: readonly Row[] = [
  { label: "price path", value: priceLine, show: String },
  { label: "largest drop on the pool", value: (run) => run.maxDrop, show: percent },
  { label: "liquidated (debt repaid)", value: (run) => run.liquidatedUsd, show: usd },
  { label: "liquidations", value: (run) => run.liquidations, show: count },
  { label: "bad debt at the end", value: (run) => run.badDebtUsd, show: usd },
  { label: "peak interconnection leverage", value: (run) => run.peakLeverage, show: times },
  { label: "levels entered (off: not in effect)", value: levelLine, show: String },
  { label: "reports accepted on chain", value: (run) => run.reports, show: count },
  { label: "gas spent", value: (run) => run.gas, show: count },
];

/** Render the table; the last lines say in words whether the breaker helped. */
export function resultTable(result: LabResult): string {
  const runs = result.on === null ? [result.off] : [result.off, result.on];
  const head = ["", "breaker off", ...(result.on === null ? [] : ["breaker on", "difference"])];
  const body = ROWS.map((row) => cells(row, runs));
  const widths = head.map((title, i) => Math.max(title.length, ...body.map((line) => line[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  const rule = "-".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const title = `${result.scenario}, seed ${result.seed} (${result.source})`;
  return [title, "", line(head), rule, ...body.map(line), "", ...verdict(result), ""].join("\n");
}

function cells(row: Row, runs: readonly RunOutcome[]): string[] {
  const values = runs.map(row.value);
  const shown = values.map((value) => (typeof value === "number" ? row.show(value) : value));
  const [off, on] = values;
  if (typeof off !== "number" || typeof on !== "number")
    return [row.label, ...shown, ...(on === undefined ? [] : [""])];
  const sign = on > off ? "+" : on < off ? "-" : "";
  return [row.label, ...shown, sign + row.show(Math.abs(on - off))];
}

function priceLine(run: RunOutcome): string {
  return [run.price.start, run.price.low, run.price.end].map((value) => value.toPrecision(6)).join(" > ");
}

function levelLine(run: RunOutcome): string {
  const seconds = new Map<number, number>();
  const end = run.samples.at(-1)?.timestamp;
  for (const { level, from, to } of run.levels) {
    if (level > 0) seconds.set(level, (seconds.get(level) ?? 0) + ((to ?? end ?? from) - from));
  }
  if (seconds.size === 0) return "none";
  return [...seconds]
    .sort(([a], [b]) => a - b)
    .map(([level, total]) => `${LEVEL_NAMES[level] ?? level} ${(total / 3600).toFixed(1)} h`)
    .join(", ");
}

function verdict({ off, on }: LabResult): string[] {
  if (on === null) return ["The breaker was not run (--no-breaker)."];
  return [
    compare("Bad debt", off.badDebtUsd, on.badDebtUsd, usd),
    compare("Liquidations", off.liquidatedUsd, on.liquidatedUsd, usd),
    compare("The drop on the pool", off.maxDrop, on.maxDrop, percent),
  ];
}

function compare(what: string, off: number, on: number, show: (value: number) => string): string {
  if (on === off) return `${what}: the breaker made no difference.`;
  const share = off === 0 ? "" : ` (${percent(Math.abs(on - off) / off)})`;
  return on < off
    ? `${what}: lower by ${show(off - on)}${share} with the breaker.`
    : `${what}: THE BREAKER MADE IT WORSE, by ${show(on - off)}${share}.`;
}
