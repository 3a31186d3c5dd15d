/**
 * `npm run deep [-- --calls N --seed TEXT]`: the invariants under forge, a million calls in all, two campaigns at a time.
 *
 * Each property gets sequences of its own. Fails when a property does, when any call reverted, when there were fewer calls.
 */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { hasForge } from "./forge/forge.js";
import { listProperties, runProperty, type Campaign, type Property } from "./forge/invariants.js";

const DEPTH = 500;
const WORKERS = 2;

const number = (n: number): string => n.toLocaleString("en-US").padStart(11);

function print({ ok, reason, name, calls, reverts }: Campaign, seconds: number): void {
  const verdict = ok ? "ok    " : `FAILED ${reason} `;
  console.log(
    `${verdict} ${number(calls)} calls ${number(reverts)} reverts ${seconds.toFixed(0).padStart(5)} s  ${name}`,
  );
}

/** Adds up how often each action of each handler was called. */
function printActions(campaigns: readonly Campaign[]): void {
  const totals = new Map<string, number>();
  for (const { actions } of campaigns)
    for (const [name, calls] of actions) totals.set(name, (totals.get(name) ?? 0) + calls);
  console.log("\ncalls by action of a handler");
  for (const [name, calls] of [...totals].sort()) console.log(`${number(calls)}  ${name}`);
}

async function runAll(properties: readonly Property[], runs: number, salt: string): Promise<Campaign[]> {
  const queue = [...properties];
  const done: Campaign[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const since = performance.now();
      const campaign = await runProperty(next, runs, DEPTH, salt);
      print(campaign, (performance.now() - since) / 1000);
      done.push(campaign);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return done;
}

if (!hasForge())
  throw new Error("deep: forge is not installed here (its package is for Linux on x64): NOTHING WAS CHECKED");
const { values } = parseArgs({ options: { calls: { type: "string" }, seed: { type: "string", default: "" } } });
const wanted = Number(values.calls ?? 1_000_000);
// Failures of before, which forge would try first and then stop.
rmSync("cache/forge/invariant", { recursive: true, force: true });
const properties = await listProperties();
const campaigns = await runAll(properties, Math.ceil(wanted / properties.length / DEPTH), values.seed);
printActions(campaigns);
const sum = (of: (campaign: Campaign) => number): number => campaigns.reduce((total, c) => total + of(c), 0);
const [calls, reverts, failed] = [sum((c) => c.calls), sum((c) => c.reverts), campaigns.filter((c) => !c.ok).length];
console.log(`\n${properties.length} properties, ${number(calls).trim()} calls, ${reverts} reverts, ${failed} failed`);
process.exitCode = failed === 0 && reverts === 0 && calls >= wanted && properties.length > 0 ? 0 : 1;
