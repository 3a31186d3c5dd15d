import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import type { Mutant } from "./mutants.js";
import { fingerprintOf, suitesOf } from "./suites.js";
import type { Outcome } from "./worker.js";

const folder = "cache/mutation";
const file = `${folder}/outcomes.jsonl`;

interface Entry {
  readonly id: string;
  readonly fingerprint: string;
  readonly outcome: Outcome;
}

mkdirSync(folder, { recursive: true });
const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
const entries = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Entry);
const latest = new Map(entries.map((entry) => [entry.id, entry]));

/** Of the test file that killed the mutant, as it still does while that file is what it was; of all tests of it otherwise. */
function fingerprint({ file }: Mutant, outcome: Outcome): string {
  const tests = suitesOf(file);
  const killers =
    outcome.kind === "killed" ? tests.filter((suite) => outcome.by.some((by) => by.startsWith(suite))) : [];
  return fingerprintOf(killers.length > 0 ? killers : tests);
}

/** The outcome of a mutant, when nothing that it came from changed since. */
export function recall(mutant: Mutant): Outcome | undefined {
  const entry = latest.get(mutant.id);
  if (entry === undefined) return undefined;
  return entry.fingerprint === fingerprint(mutant, entry.outcome) ? entry.outcome : undefined;
}

/** Keeps the outcome of a mutant for the next run. */
export function remember(mutant: Mutant, outcome: Outcome): void {
  const entry: Entry = { id: mutant.id, fingerprint: fingerprint(mutant, outcome), outcome };
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

/** `count` of `mutants`, the same ones each time; all without a count. */
export function sample(mutants: readonly Mutant[], count: string | undefined): readonly Mutant[] {
  if (count === undefined) return mutants;
  const draw = ({ id }: Mutant): string => createHash("sha256").update(id).digest("hex");
  const drawn = new Set(mutants.map(draw).sort().slice(0, Number(count)));
  return mutants.filter((mutant) => drawn.has(draw(mutant)));
}
