import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** `bulkhead` as a process of its own, watched through what it prints. */

const BIN = fileURLToPath(new URL("../../../keeper/bin/bulkhead.mjs", import.meta.url));

/** A structured log line. */
export interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `bulkhead run`. */
export interface KeeperProcess {
  readonly lines: readonly Line[];
  readonly stderr: () => string;
  /** The first line, past or to come, that fits. Rejects when the process ends first. */
  readonly line: (fits: (line: Line) => boolean) => Promise<Line>;
  /** The summary of the block with this hash. */
  readonly headDone: (hash: string) => Promise<Line>;
  /** Send a signal and wait for the end; returns the exit code. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** Run a command to its end. */
export function bulkhead(...args: string[]): Promise<Ending> {
  return runNode([BIN, ...args]);
}

/** Run the program under another Node. */
export function bulkheadUnder(node: string, ...args: string[]): Promise<Ending> {
  return runNode([BIN, ...args], node);
}

/** Start `bulkhead run` and watch it. */
export function startKeeper(configFile: string, ...flags: string[]): KeeperProcess {
  const child = spawn(process.execPath, [BIN, "run", "--config", configFile, ...flags], { env: cleanEnvironment() });
  const lines: Line[] = [];
  const stderr: string[] = [];
  const checks = new Set<() => void>();
  let isOver = false;
  createInterface({ input: child.stdout }).on("line", (text) => {
    lines.push(JSON.parse(text) as Line);
    for (const check of [...checks]) check();
  });
  createInterface({ input: child.stderr }).on("line", (text) => stderr.push(text));
  child.once("close", () => {
    isOver = true;
    for (const check of [...checks]) check();
  });
  const line: KeeperProcess["line"] = (fits) =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = lines.find(fits);
        if (found === undefined && !isOver) return;
        checks.delete(check);
        if (found !== undefined) resolve(found);
        else reject(new Error(`the keeper ended (${child.exitCode}): ${stderr.join("; ")}`));
      };
      checks.add(check);
      check();
    });
  return {
    lines,
    stderr: () => stderr.join("\n"),
    line,
    headDone: (hash) => line((one) => one.event === "head.done" && one["hash"] === hash),
    stop: (signal) => stop(child, signal),
  };
}

function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once("close", (code) => resolve(code));
    child.kill(signal);
  });
}

function runNode(args: string[], node = process.execPath): Promise<Ending> {
  const child = spawn(node, args, { env: cleanEnvironment() });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...output }));
  });
}

/** Without what a developer's shell might configure. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("BULKHEAD_")));
}
