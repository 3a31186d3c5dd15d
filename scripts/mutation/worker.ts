/** A process that tries mutants, one message each: it is ended from outside when one takes too long. */
import { compile, closureOf } from "./compile.js";
import type { Mutant } from "./mutants.js";
import { failingTests } from "./run-suite.js";

export interface Task {
  /** What to change; nothing, to see whether the tests pass at all. */
  readonly mutant?: Mutant;
  /** Test files, those first that are quick to compile. */
  readonly suites: readonly string[];
  /** Tests whose failure says nothing, as in {@link Outcome.by}: they fail as it is. */
  readonly leftOut?: readonly string[];
}

export type Outcome =
  | { readonly kind: "killed"; readonly by: readonly string[] }
  | { readonly kind: "survived" }
  | { readonly kind: "invalid" };

const closures = new Map<string, Map<string, string>>();

function sourcesOf(suite: string, mutant: Mutant | undefined): ReadonlyMap<string, string> {
  const sources = closures.get(suite) ?? closureOf(suite);
  closures.set(suite, sources);
  if (mutant === undefined) return sources;
  const bytes = Buffer.from(sources.get(mutant.file) ?? "");
  const changed = [bytes.subarray(0, mutant.start), Buffer.from(mutant.put), bytes.subarray(mutant.end)];
  return new Map(sources).set(mutant.file, Buffer.concat(changed).toString());
}

/** Runs one test file after the other until a test fails. */
async function attempt({ mutant, suites, leftOut = [] }: Task): Promise<Outcome> {
  for (const suite of suites) {
    const contracts = compile(suite, sourcesOf(suite, mutant));
    if (contracts === undefined) return { kind: "invalid" };
    const failed = (await failingTests(suite, contracts)).map((test) => `${suite} ${test}`);
    const by = failed.filter((test) => !leftOut.includes(test));
    if (by.length > 0) return { kind: "killed", by };
  }
  return { kind: "survived" };
}

/** More than any test takes. Of one that fails, the engine records every step; of one that never ends, more than there is room for. */
const MEMORY_MAX = 2_000_000_000;

process.on("message", (task: Task) => {
  const atFirst = process.memoryUsage.rss();
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() - atFirst > MEMORY_MAX) process.kill(process.pid, "SIGKILL");
  }, 100);
  void attempt(task).then((outcome) => {
    clearInterval(watch);
    process.send?.(outcome);
  });
});
