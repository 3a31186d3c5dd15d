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
    await Promise.all(operators.map(started));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    headDone: (hash, block) =>
      Promise.all(
        operators.map(async (one, index) => {
          const failing = `did not report block ${block}`;
          const look = (): HeadDone | undefined => one.lines.get(hash);
          const done = await until(one, { index, failing, timeoutMs: HEAD_TIMEOUT_MS, look });
          if (done.error === undefined) return done;
          throw new OperatorFailed(index, `could not work on block ${block}`, [JSON.stringify(done.error)]);
        }),
      ),
    stop,
  };
}

function started(one: Operator, index: number): Promise<true> {
  const look = (): true | undefined => one.ready || undefined;
  return until(one, { index, failing: "did not start", timeoutMs: READY_TIMEOUT_MS, look });
}

function launch(configFile: string): Operator {
  const child = spawn(process.execPath, [BULKHEAD, "run", "--config", configFile, "--yes"], {
    // The channel says nothing; it closes when this process is gone, however it went, and that ends the operator.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const operator: Operator = {
    child,
    lines: new Map(),
    stderr: [],
    waiting: new Set(),
    ready: false,
    exited: undefined,
  };
  if (child.stdout === null || child.stderr === null) throw new OperatorFailed(0, "has no output to listen to", []);
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
  const message = parsed(line);
  if (message.event === "ready") operator.ready = true;
  if (message.event === "head.done" && message.hash !== undefined) {
    operator.lines.clear();
    operator.lines.set(message.hash, message as HeadDone);
  }
  wake(operator);
}

/** A line that is torn, because its operator was killed while it wrote, says nothing. */
function parsed(line: string): { readonly event?: string; readonly hash?: string } {
  try {
    return JSON.parse(line) as { event?: string; hash?: string };
  } catch {
    return {};
  }
}

function end(operator: Operator, how: string): void {
  operator.exited = how;
  wake(operator);
}

function wake(operator: Operator): void {
  for (const check of [...operator.waiting]) check();
}

/** What is waited for, and what to say when it does not come. */
interface Wait<T> {
  readonly index: number;
  readonly failing: string;
  readonly timeoutMs: number;
  readonly look: () => T | undefined;
}

function until<T>(one: Operator, { index, failing, timeoutMs, look }: Wait<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      one.waiting.delete(check);
      act();
    };
    const fail = (what: string): void => finish(() => reject(new OperatorFailed(index, what, one.stderr)));
    const check = (): void => {
      const seen = look();
      if (seen !== undefined) finish(() => resolve(seen));
      else if (one.exited !== undefined) fail(`ended (${one.exited})`);
    };
    const timer = setTimeout(() => fail(`${failing} within ${timeoutMs / 1000} s`), timeoutMs);
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
