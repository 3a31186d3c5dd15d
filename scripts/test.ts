/** `npm test [-- FILE...] [-- --flag]`: Hardhat's two runners over *.test.ts and *.t.sol, and nothing else under test/. */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";

/** How long the run may take to end once it has printed its totals. */
const END_GRACE_MS = 20_000;

const given = process.argv.slice(2);
const files = given.filter((argument) => !argument.startsWith("-"));
const flags = given.filter((argument) => argument.startsWith("-"));
// Left to itself, Hardhat would load every .ts file under test/ as a test: fixtures, and programs that tests start.
const found = files.length > 0 ? files : globSync(["test/**/*.t.sol", "test/**/*.test.ts"]).sort();

const run = spawn("hardhat", ["test", ...flags, ...found], {
  stdio: ["ignore", "pipe", "inherit"],
  env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) },
  shell: process.platform === "win32",
});

let ending: NodeJS.Timeout | undefined;
run.stdout.on("data", (chunk: Buffer) => {
  process.stdout.write(chunk);
  if (ending !== undefined || !/^\D{0,8}\d+ (passing|failing)\D{0,8} \(\d+ (solidity|mocha)/m.test(chunk.toString()))
    return;
  ending = setTimeout(() => {
    console.error("test: the run has printed its totals and does not end: a test left a server or a timer open");
    run.kill();
  }, END_GRACE_MS);
});
run.on("close", (status) => {
  clearTimeout(ending);
  process.exitCode = status ?? 1;
});
