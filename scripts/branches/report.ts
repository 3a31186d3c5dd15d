import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { instrument } from "./branches.js";
import { tree } from "./run.js";

export interface FileCoverage {
  readonly file: string;
  readonly lines: number;
  readonly linesHit: number;
  readonly arms: number;
  readonly armsHit: number;
  /** What was never executed, one entry a line or arm. */
  readonly missing: readonly string[];
}

/** What Hardhat collected: every tag that was sent at least once, of both runners. */
function hits(): Set<string> {
  const files = globSync("coverage/data/*/*.json", { cwd: tree });
  return new Set(
    files.flatMap((file) => Object.keys(JSON.parse(readFileSync(path.join(tree, file), "utf8")) as object)),
  );
}

/** Lines of each file with how often they ran, from Hardhat's report. */
function lineHits(): Map<string, Map<number, number>> {
  const report = readFileSync(path.join(tree, "coverage/lcov.info"), "utf8");
  const records = report.split("end_of_record").map((record) => ({
    file: /^SF:(.*)$/m.exec(record)?.[1] ?? "",
    lines: [...record.matchAll(/^DA:(\d+),(\d+)/gm)].map(([, line, count]) => [Number(line), Number(count)] as const),
  }));
  return new Map(records.filter(({ file }) => file !== "").map(({ file, lines }) => [file, new Map(lines)]));
}

function coverageOf(file: string, lines: ReadonlyMap<number, number>, seen: ReadonlySet<string>): FileCoverage {
  const { conditions } = instrument(file, readFileSync(path.join(tree, file), "utf8"));
  const unseen = conditions.flatMap(({ line, text, arms }) =>
    arms.flatMap((arm, value) =>
      seen.has(arm) ? [] : [`${file}:${line} never ${value === 1}: ${text.replace(/\s+/g, " ")}`],
    ),
  );
  const skipped = [...lines].filter(([, count]) => count === 0).map(([line]) => `${file}:${line} never executed`);
  const arms = 2 * conditions.length;
  return {
    file,
    lines: lines.size,
    linesHit: lines.size - skipped.length,
    arms,
    armsHit: arms - unseen.length,
    missing: [...skipped, ...unseen],
  };
}

/** Coverage of each contract of ours, ascending by path. */
export function readCoverage(): FileCoverage[] {
  const seen = hits();
  return [...lineHits()].sort().map(([file, lines]) => coverageOf(file, lines, seen));
}
