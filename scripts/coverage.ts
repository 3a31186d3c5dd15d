/**
 * `npm run coverage [-- FILE...]`: lines and branches of our contracts that the tests execute, of both runners together.
 *
 * A branch is one arm of a condition, each operand of `&&` and `||` by itself. Fails below the bar.
 */
import { readCoverage, type FileCoverage } from "./branches/report.js";
import { runTests } from "./branches/run.js";

const LINES_MIN = 1;
const BRANCHES_MIN = 0.98;

const share = (hit: number, of: number): string => `${hit}/${of}`.padStart(9) + percent(hit, of).padStart(8);
const percent = (hit: number, of: number): string => `${((100 * hit) / (of || 1)).toFixed(1)}%`;

function total(files: readonly FileCoverage[]): FileCoverage {
  const sum = (of: (file: FileCoverage) => number): number => files.reduce((all, file) => all + of(file), 0);
  const [lines, linesHit] = [sum((f) => f.lines), sum((f) => f.linesHit)];
  const [arms, armsHit] = [sum((f) => f.arms), sum((f) => f.armsHit)];
  return { file: "all", lines, linesHit, arms, armsHit, missing: files.flatMap((f) => f.missing) };
}

const code = await runTests(process.argv.slice(2));
const files = readCoverage();
const all = total(files);
console.log(`\n${"lines".padStart(17)} ${"branches".padStart(17)}`);
for (const { file, lines, linesHit, arms, armsHit } of [...files, all])
  console.log(`${share(linesHit, lines)} ${share(armsHit, arms)}  ${file}`);
console.log(`\n${all.missing.join("\n") || "nothing is missing"}`);
if (code !== 0) console.log("\ntests failed while coverage was on: see above");
const enough = all.linesHit >= LINES_MIN * all.lines && all.armsHit >= BRANCHES_MIN * all.arms;
process.exitCode = code === 0 && enough && all.lines > 0 ? 0 : 1;
