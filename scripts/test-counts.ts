/**
 * Reads what `npm run check` printed and says how many tests passed, failed and were skipped, in both runners.
 *
 * Hardhat's own summary counts skipped mocha tests as passed, so it is asked about the Solidity tests only.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const last = (text: string, pattern: RegExp): number => Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0);

/** @throws When one of the runners did not get as far as its summary. */
export function countTests(output: string): Counts {
  const text = stripVTControlCharacters(output);
  const mocha = /\nRunning Mocha tests\n[\s\S]*?\n( {2}\d+ passing \([\s\S]*)/.exec(text)?.[1];
  const total = /^\d+ (?:passing|failing) \(.*$/m.exec(text);
  if (mocha === undefined || total === null) throw new Error("saw no summary of the tests: did a runner stop early?");
  // Mocha's summary is one block of lines; what follows it are the failures, and then Hardhat's total.
  const block = mocha.split("\n\n")[0] ?? "";
  const solidity = (word: string): number => last(text, new RegExp(`^\\d+ ${word} \\(.*?(\\d+) solidity`, "gm"));
  return {
    passed: solidity("passing") + last(block, /^ {2}(\d+) passing /gm),
    failed: solidity("failing") + last(block, /^ {2}(\d+) failing/gm),
    skipped: solidity("skipped") + last(block, /^ {2}(\d+) pending/gm),
  };
}

/**
 * Steps that failed, by the lines of scripts/check.ts and .ci/run. `check` stands for the steps it lists, and is named
 * only where it got to list none.
 */
export function failedSteps(output: string): string[] {
  const matches = stripVTControlCharacters(output).matchAll(/^step (\S+) +FAILED/gm);
  const names = [...matches].map((match) => match[1] ?? "");
  const listed = names.filter((name) => name !== "check");
  return listed.length > 0 ? listed : names;
}

function main(file: string): void {
  const output = readFileSync(file, "utf8");
  const steps = failedSteps(output);
  const counts = countTests(output);
  const failed = counts.failed + steps.filter((step) => step !== "test" || counts.failed === 0).length;
  console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    main(process.argv[2] ?? "");
  } catch (error) {
    console.error(String(error));
    process.exitCode = 1;
  }
}
