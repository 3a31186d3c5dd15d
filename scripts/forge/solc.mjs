#!/usr/bin/env node
// The compiler that the lockfile pins (wasm), with the command line of a native one as far as forge asks for it.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc-0.8.30");

if (process.argv.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else {
  writeFileSync(1, solc.compile(readFileSync(0, "utf8")));
}
