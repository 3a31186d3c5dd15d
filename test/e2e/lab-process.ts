import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Runs the crash lab as a newcomer does: a process of its own, judged by what it prints and how it exits. */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A lab that is running. */
export interface LabProcess {
  readonly pid: number;
  /** What it has printed so far. */
  heard(): Omit<Finished, "code">;
  readonly finished: Promise<Finished>;
}

/** `npm start -- ...args`, without npm's own lines. */
export function startLabProcess(...args: readonly string[]): LabProcess {
  const child = spawn(process.execPath, ["--import", "tsx", "keeper/src/lab/main.ts", ...args], { cwd: ROOT });
  const heard = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (heard.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (heard.stderr += text));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...heard }));
  });
  return { pid: child.pid ?? 0, heard: () => heard, finished };
}

/** Run the lab to its end. */
export function runLabProcess(...args: readonly string[]): Promise<Finished> {
  return startLabProcess(...args).finished;
}

/** The last line that was printed. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
