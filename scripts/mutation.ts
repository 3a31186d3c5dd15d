/**
 * `npm run mutation [-- --sample N FILE...]`: one change at a time, and whether the tests notice.
 *
 * Outcomes are kept under cache/mutation/, so that a run goes on where the last one stopped; they are forgotten when a source
 * or a test that matters changes: of a mutant that was killed, the test that did it. Fails when more than one in twenty
 * survives.
 */
import { globSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { allMutants } from "./mutation/mutants.js";
import { tryAll } from "./mutation/pool.js";
import { page, survivingShare, table, tally, type Tried } from "./mutation/report.js";
import { recall, remember, sample } from "./mutation/memory.js";
import { failingAsTheyAre, suitesOf } from "./mutation/suites.js";

const SURVIVING_MAX = 0.05;
const WORKERS = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: "string" } },
});
const files =
  positionals.length > 0
    ? positionals
    : [...globSync("contracts/libraries/*.sol").sort(), "contracts/CircuitBreaker.sol"];
const all = allMutants(files);
const mutants = sample(all, values.sample);

const known = mutants.map((mutant) => ({
  mutant,
  suites: suitesOf(mutant.file),
  outcome: recall(mutant),
}));
const tried: Tried[] = known.flatMap(({ mutant, outcome }) => (outcome === undefined ? [] : [{ mutant, outcome }]));
const open = known.filter(({ outcome }) => outcome === undefined);
console.log(`${mutants.length} mutants, ${tried.length} known from before`);

const leftOut = await failingAsTheyAre([...new Set(open.flatMap(({ suites }) => suites))], WORKERS);
for (const test of leftOut) console.log(`left out, because it fails as it is: ${test}`);
const tasks = open.map(({ mutant, suites }) => ({
  mutant,
  suites: suites.filter((suite) => !leftOut.includes(suite)),
  leftOut,
}));
await tryAll(tasks, WORKERS, ({ mutant }, outcome) => {
  tried.push({ mutant, outcome });
  remember(mutant, outcome);
  if (outcome.kind === "survived") console.log(`survived ${mutant.id}, line ${mutant.line}`);
});

const order = new Map(mutants.map(({ id }, i) => [id, i]));
tried.sort((a, b) => (order.get(a.mutant.id) ?? 0) - (order.get(b.mutant.id) ?? 0));
const share = survivingShare(tally(tried));
console.log(`\n${table(tried)}\n\nsurvived: ${(100 * share).toFixed(1)} % of those that are not equivalent`);
writeFileSync("cache/mutation/report.json", JSON.stringify(tried, null, 1));
if (positionals.length === 0) writeFileSync("docs/mutation.md", page(tried, all.length));
process.exitCode = share <= SURVIVING_MAX ? 0 : 1;
