import { passes, worstCase, type FileReport } from "./check-file.js";
import type { Case } from "./format.js";

/** Failing cases that are named; the rest is counted. */
const NAMED = 5;

const failuresOf = ({ cases }: FileReport): Case[] => cases.filter((one) => !passes(one));

/** True where at least one case was compared, and all are within tolerance. */
export function isGood(report: FileReport): boolean {
  return report.problem === null && failuresOf(report).length === 0;
}

/** For people: a line for the file, and what failed. */
export function renderReport(report: FileReport): string[] {
  const { file, format, cases, problem } = report;
  const worst = worstCase(cases);
  const head = `${isGood(report) ? "pass" : "FAIL"}  ${file}  ${format?.name ?? "unknown format"}`;
  if (problem !== null) return [head, `      ${problem}`];
  const figures = `${cases.length} cases, worst ${figure(worst)}, tolerance ${format?.tolerance}`;
  const failed = failuresOf(report);
  const named = failed.slice(0, NAMED).map(describe);
  const rest = failed.length > NAMED ? [`      and ${failed.length - NAMED} more`] : [];
  return [head, `      ${figures}`, ...named, ...rest];
}

/** For programs. A file that cannot be compared counts as one failure. */
export function summary(report: FileReport): string {
  const { file, cases, problem } = report;
  const failed = problem === null ? failuresOf(report).length : 1;
  return JSON.stringify({ file, cases: cases.length, failed, worst: worstCase(cases)?.error ?? null });
}

function figure(worst: Case | null): string {
  if (worst === null || worst.error === 0) return worst === null ? "none" : "0";
  return `${short(worst.error)} (${worst.name})`;
}

function describe(one: Case): string {
  return `      ${one.name}: off by ${short(one.error)}, allowed ${short(one.tolerance)}`;
}

function short(value: number): string {
  return value === 0 ? "0" : value.toPrecision(2);
}
