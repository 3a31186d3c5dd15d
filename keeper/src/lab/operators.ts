import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The lab's keeper operators: `bulkhead run` as processes of their own, watched through the lines they log. */

const BULKHEAD = fileURLToPath(new URL("../../bin/bulkhead.mjs", import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const HEAD_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const STDERR_LINES_KEPT = 20;

/** The line an operator logs when it is done with a head. */
export interface HeadDone {
  readonly event: "head.done";
  readonly block: number;
  readonly hash: string;
  readonly decision?: string;
  readonly reason?: string;
  readonly leverageCx?: number;
  readonly systemLarBps?: number;
  readonly advice?: number;
  readonly sent?: string | null;
  readonly error?: unknown;
}

export interface Operators {
  /** Wait until every operator has reported the block done. Throws {@link OperatorFailed}. */
  headDone(blockHash: string, block: number): Promise<readonly HeadDone[]>;
  stop(): Promise<void>;
}

interface Operator {
  readonly child: ChildProcess;
  readonly lines: Map<string, HeadDone>;
  readonly stderr: string[];
  readonly waiting: Set<() => void>;
  ready: boolean;
  exited: string | undefined;
}

/** Thrown when an operator ends, or says nothing for too long, while the lab waits for it. */
export class OperatorFailed extends Error {
  override readonly name = "OperatorFailed";
  constructor(index: number, what: string, stderr: readonly string[]) {
    const tail = stderr.length === 0 ? "it printed nothing on stderr" : `its last words:\n  ${stderr.join("\n  ")}`;
    super(`keeper operator ${index + 1} ${what}; expected it to report every head done; ${tail}`);
  }
}

/** Start one operator per config file and wait until all of them listen. */
export async function startOperators(configFiles: readonly string[]): Promise<Operators> {
  const operators = configFiles.map(launch);
  const stop = async (): Promise<void> => {
    await Promise.all(operators.map(terminate));
  };
  try {
    await Promise.all(
      operators.map((one, i) => until(one, i, "did not start", READY_TIMEOUT_MS, () => one.ready || undefined)),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    headDone: (hash, block) =>
      Promise.all(
        operators.map(async (one, i) => {
          const done = await until(one, i, `did not report block ${block}`, HEAD_TIMEOUT_MS, () => one.lines.get(hash));
          if (done.error === undefined) return done;
          throw new OperatorFailed(i, `could not work on block ${block}`, [JSON.stringify(done.error)]);
        }),
      ),
    stop,
  };
}

function launch(configFile: string): Operator {
  const child = spawn(process.execPath, [BULKHEAD, "run", "--config", configFile, "--yes"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const operator: Operator = {
    child,
    lines: new Map(),
    stderr: [],
    waiting: new Set(),
    ready: false,
    exited: undefined,
  };
  createInterface({ input: child.stdout }).on("line", (line) => hear(operator, line));
  createInterface({ input: child.stderr }).on("line", (line) => {
    operator.stderr.push(line);
    if (operator.stderr.length > STDERR_LINES_KEPT) operator.stderr.shift();
  });
  child.once("error", (error) => end(operator, error.message));
  child.once("close", (code, signal) => end(operator, signal ?? `exit code ${code}`));
  return operator;
}

function hear(operator: Operator, line: string): void {
  if (!line.startsWith("{")) return;
  const message = JSON.parse(line) as { event?: string; hash?: string };
  if (message.event === "ready") operator.ready = true;
  if (message.event === "head.done" && message.hash !== undefined) {
    operator.lines.clear();
    operator.lines.set(message.hash, message as HeadDone);
  }
  wake(operator);
}

function end(operator: Operator, how: string): void {
  operator.exited = how;
  wake(operator);
}

function wake(operator: Operator): void {
  for (const check of [...operator.waiting]) check();
}

function until<T>(
  one: Operator,
  index: number,
  what: string,
  timeoutMs: number,
  look: () => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      one.waiting.delete(check);
      act();
    };
    const check = (): void => {
      const seen = look();
      if (seen !== undefined) finish(() => resolve(seen));
      else if (one.exited !== undefined) {
        finish(() => reject(new OperatorFailed(index, `ended (${one.exited})`, one.stderr)));
      }
    };
    const late = (): void =>
      finish(() => reject(new OperatorFailed(index, `${what} within ${timeoutMs / 1000} s`, one.stderr)));
    const timer = setTimeout(late, timeoutMs);
    one.waiting.add(check);
    check();
  });
}

async function terminate({ child, exited }: Operator): Promise<void> {
  if (exited !== undefined || child.exitCode !== null) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  const kill = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  child.kill("SIGTERM");
  await closed;
  clearTimeout(kill);
}
