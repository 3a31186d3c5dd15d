import { spawn } from "node:child_process";

/** How long a run may write nothing more once it has printed its totals. */
const END_GRACE_MS = 20_000;
const TOTALS = /^\D{0,8}\d+ (passing|failing)\D{0,8} \(\d+ (solidity|mocha)/m;

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs `hardhat test` with these arguments; 1 where it fails, or has to be ended because a test left something open. */
export function runHardhatTests(args: readonly string[], { cwd, env = {} }: RunOptions = {}): Promise<number> {
  const run = spawn("hardhat", ["test", ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}), ...env },
    shell: process.platform === "win32",
  });
  const end = (): void => {
    console.error("test: the run has printed its totals and does not end: a test left a server or a timer open");
    run.kill();
  };
  let ending: NodeJS.Timeout | undefined;
  run.stdout.on("data", (chunk: Buffer) => {
    process.stdout.write(chunk);
    if (ending !== undefined)
      ending.refresh(); // coverage still has its reports to write
    else if (TOTALS.test(chunk.toString())) ending = setTimeout(end, END_GRACE_MS);
  });
  return new Promise((resolve) =>
    run.on("close", (status) => {
      clearTimeout(ending);
      resolve(status ?? 1);
    }),
  );
}
