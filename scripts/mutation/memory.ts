import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import type { Mutant } from "./mutants.js";
import { fingerprintOf } from "./suites.js";
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
const fingerprints = new Map<string, string>();

function fingerprint({ file: source }: Mutant): string {
  const known = fingerprints.get(source) ?? fingerprintOf(source);
  fingerprints.set(source, known);
  return known;
}

/**
 * The outcome of a mutant, when nothing changed since. With `survivorsAgain`, also when something did, so that after a change of
 * tests only those are tried again that had survived.
 */
export function recall(mutant: Mutant, survivorsAgain: boolean): Outcome | undefined {
  const entry = latest.get(mutant.id);
  if (survivorsAgain) return entry?.outcome.kind === "survived" ? undefined : entry?.outcome;
  return entry?.fingerprint === fingerprint(mutant) ? entry.outcome : undefined;
}

/** Keeps the outcome of a mutant for the next run. */
export function remember(mutant: Mutant, outcome: Outcome): void {
  const entry: Entry = { id: mutant.id, fingerprint: fingerprint(mutant), outcome };
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

/** `count` of `mutants`, the same ones each time; all without a count. */
export function sample(mutants: readonly Mutant[], count: string | undefined): readonly Mutant[] {
  if (count === undefined) return mutants;
  const draw = ({ id }: Mutant): string => createHash("sha256").update(id).digest("hex");
  const drawn = new Set(mutants.map(draw).sort().slice(0, Number(count)));
  return mutants.filter((mutant) => drawn.has(draw(mutant)));
}
