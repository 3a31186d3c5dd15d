import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Outcome, Task } from "./worker.js";

/** A mutant that survives all ten test files takes a minute; one that only grows its memory would take the machine. */
const TIMEOUT_MS = 240_000;

/** Tries `tasks`, `workers` at a time, and reports each outcome; a task that takes too long, or too much memory, counts as killed. */
export async function tryAll<T extends Task>(
  tasks: readonly T[],
  workers: number,
  report: (task: T, outcome: Outcome) => void,
): Promise<void> {
  const queue = [...tasks];
  const work = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      child ??= fork(fileURLToPath(new URL("worker.ts", import.meta.url)), { execArgv: ["--import", "tsx"] });
      const outcome = await ask(child, task);
      if (outcome === undefined) {
        child.kill("SIGKILL");
        child = undefined;
      }
      report(task, outcome ?? { kind: "killed", by: ["time: it does not end"] });
    }
    child?.kill();
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** The answer of `child`; undefined when it takes too long or too much. @throws When the process fails. */
function ask(child: ChildProcess, task: Task): Promise<Outcome | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(() => resolve(undefined)), TIMEOUT_MS);
    const onMessage = (outcome: Outcome): void => finish(() => resolve(outcome));
    const onExit = (code: number | null, signal: string | null): void =>
      finish(() =>
        signal === "SIGKILL" ? resolve(undefined) : reject(new Error(`a worker ended with ${code ?? signal}`)),
      );
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit);
      settle();
    };
    child.on("message", onMessage).on("exit", onExit);
    child.send(task);
  });
}
