import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import type { GrowthRow } from "./growth.js";
import type { Measured } from "./measure.js";
import { caseTable, growthTable, inputList } from "./table.js";

export const PAGE = "docs/performance.md";

/** Replace the measured parts of docs/performance.md. */
export function writePage(cases: readonly Measured[], growth: readonly GrowthRow[]): void {
  const machine = `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}.`;
  let page = readFileSync(PAGE, "utf8");
  page = replaced(page, "cases", `${machine}\n\n${caseTable(cases)}\n\n${inputList(cases)}`);
  page = replaced(page, "growth", growthTable(growth));
  writeFileSync(PAGE, page);
}

/** What stands between the marks of a part becomes `text`. **Throws** `Error` where the marks are not there. */
export function replaced(page: string, part: string, text: string): string {
  const [start, end] = [`<!-- bench ${part} -->`, `<!-- /bench ${part} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${PAGE}: expected ${start} and ${end} around what a bench writes`);
  return `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`;
}
