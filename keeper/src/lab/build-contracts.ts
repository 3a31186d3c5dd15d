import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Compiles what the lab deploys: our contracts, and the host code that comes as source. Nothing to do when up to date. */

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const HARDHAT = path.join(
  path.dirname(createRequire(import.meta.url).resolve("hardhat/package.json")),
  "dist/src/cli.js",
);
const CONFIGS = ["hardhat.foreign.config.ts", "hardhat.config.ts"];

/** Thrown when a compilation fails. */
export class BuildFailed extends Error {
  override readonly name = "BuildFailed";
  constructor(config: string, output: string) {
    super(`hardhat build --config ${config} failed; expected sources that compile; it printed:\n${output}`);
  }
}

/** Compile both configurations and say how long it took. Throws {@link BuildFailed}. */
export async function buildContracts(say: (line: string) => void): Promise<void> {
  const started = performance.now();
  for (const config of CONFIGS) await build(config);
  say(`contracts are compiled (${((performance.now() - started) / 1000).toFixed(1)} s, not part of the run)`);
}

function build(config: string): Promise<void> {
  const child = spawn(process.execPath, [HARDHAT, "build", "--config", config], { cwd: ROOT });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new BuildFailed(config, Buffer.concat(chunks).toString("utf8").trim()));
    });
  });
}
