import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { closureOf } from "./compile.js";

const size = (sources: ReadonlyMap<string, string>): number =>
  [...sources.values()].reduce((sum, text) => sum + text.length, 0);

/** Every Solidity test with what it is compiled from, smallest first. */
const suites = globSync("test/contracts/*.t.sol")
  .map((suite) => ({ suite, sources: closureOf(suite) }))
  .sort((a, b) => size(a.sources) - size(b.sources));

const reaching = (file: string): typeof suites => suites.filter(({ sources }) => sources.has(file));

/** The tests that are compiled with `file`, those first that are quick to compile. */
export const suitesOf = (file: string): string[] => reaching(file).map(({ suite }) => suite);

/** Changes whenever a test of `file`, or anything that such a test is compiled from, does. */
export function fingerprintOf(file: string): string {
  const hash = createHash("sha256");
  for (const { suite, sources } of reaching(file)) hash.update(suite).update([...sources.values()].join("\0"));
  return hash.digest("hex");
}
