/** `npm run check`: every check in order, all of them even when one fails, and a table of what each took. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { hashGenerated } from "./hash-generated.js";

const steps = ["format:check", "lint", "build", "typecheck", "test"];

/** Gas is compared where it has been recorded (`npx hardhat test solidity --snapshot`). */
const extra: Readonly<Record<string, string[]>> = {
  test: existsSync(".gas-snapshot") ? ["--", "--snapshot-check"] : [],
};

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const started = performance.now();
const committed = hashGenerated();
const table: string[] = [];
const failed: string[] = [];

function record(name: string, ok: boolean, took: string): void {
  table.push(`step ${name.padEnd(14)} ${ok ? "ok    " : "FAILED"} ${took}`);
  if (!ok) failed.push(name);
}

for (const step of steps) {
  const since = performance.now();
  console.log(`\n> ${step}`);
  const { status } = spawnSync("npm", ["run", "--silent", step, ...(extra[step] ?? [])], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  record(step, status === 0, seconds(since));
}

const since = performance.now();
const rebuilt = hashGenerated();
const drifted = [...new Set([...committed.keys(), ...rebuilt.keys()])].filter(
  (f) => committed.get(f) !== rebuilt.get(f),
);
for (const file of drifted) console.log(`drift: the build or the tests changed ${file}: review it and commit it`);
record("drift", drifted.length === 0, seconds(since));

console.log(
  `\n${table.join("\n")}\n${failed.length === 0 ? "all checks passed" : `failed: ${failed.join(", ")}`} in ${seconds(started)}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
