import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { closureOf } from "./compile.js";
import { tryAll } from "./pool.js";

const size = (sources: ReadonlyMap<string, string>): number =>
  [...sources.values()].reduce((sum, text) => sum + text.length, 0);

/** Every Solidity test with what it is compiled from, smallest first. */
const suites = globSync("test/contracts/*.t.sol")
  .map((suite) => ({ suite, sources: closureOf(suite) }))
  .sort((a, b) => size(a.sources) - size(b.sources));

/** Tests further away than these know a file only through what is in between. */
const NEAREST = 10;

const reaching = (file: string): typeof suites => suites.filter(({ sources }) => sources.has(file)).slice(0, NEAREST);

/** The tests nearest to `file`: compiled with it, and with as little else as possible; nearest first. */
export const suitesOf = (file: string): string[] => reaching(file).map(({ suite }) => suite);

const digests = new Map<string, string>();

/** Changes whenever one of the test files `files`, or anything that it is compiled from, does. */
export function fingerprintOf(files: readonly string[]): string {
  const key = files.join("\0");
  const known = digests.get(key);
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  for (const { suite, sources } of suites)
    if (files.includes(suite)) hash.update(suite).update([...sources.values()].join("\0"));
  const digest = hash.digest("hex");
  digests.set(key, digest);
  return digest;
}

/**
 * Which of `suites`, or of their tests, fail without any change: tests of gas, which without the optimiser is not the real one,
 * and of code that Hardhat builds apart.
 */
export async function failingAsTheyAre(files: readonly string[], workers: number): Promise<string[]> {
  const failing: string[] = [];
  const tasks = files.map((suite) => ({ suites: [suite] }));
  await tryAll(tasks, workers, ({ suites: [suite = ""] }, outcome) => {
    if (outcome.kind === "survived") return;
    const tests = outcome.kind === "killed" ? outcome.by : [];
    const some = tests.length > 0 && tests.every((test) => test.startsWith(`${suite} test`));
    failing.push(...(some ? tests : [suite]));
  });
  return failing;
}
