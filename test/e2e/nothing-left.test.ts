import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { startLabProcess, type LabProcess } from "./lab-process.js";

/** Processes that descend from `pid`, read from /proc. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      continue; // it ended while we looked
    }
  }
  const below = (parent: number): number[] =>
    [...parents].filter(([, of]) => of === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

const isRunning = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
};

const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 100;

async function until(what: string, met: () => boolean): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS * 4; waited += LOOK_EVERY_MS) {
    if (met()) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  expect.fail(`${what} did not happen`);
}

describe("crash lab: nothing is left running", function () {
  this.timeout(120_000);

  before(function () {
    if (process.platform !== "linux") {
      console.warn("      SKIPPED: looks for processes in /proc, which only Linux has");
      this.skip();
    }
  });

  async function operatorsOf(lab: LabProcess): Promise<number[]> {
    await until("the first block", () => lab.heard().stderr.includes(" block 1/"));
    const operators = descendants(lab.pid).filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("bulkhead.mjs"),
    );
    expect(operators).to.have.length(3);
    return operators;
  }

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`when it gets ${signal} in the middle of a run`, async () => {
      const lab = startLabProcess("--no-breaker", "--block-seconds", "1200");
      const operators = await operatorsOf(lab);
      process.kill(lab.pid, signal);
      const { code } = await lab.finished;
      await until("the end of every operator", () => operators.every((pid) => !isRunning(pid)));
      expect(code).to.equal(signal === "SIGTERM" ? 1 : null);
    });
  }
});
