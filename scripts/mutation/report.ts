import { readFileSync } from "node:fs";
import type { Mutant } from "./mutants.js";
import type { Outcome } from "./worker.js";

export interface Tried {
  readonly mutant: Mutant;
  readonly outcome: Outcome;
}

/** Mutants that behave as the original does, with the reason, by identifier. */
export const equivalents = JSON.parse(readFileSync("test/mutation/equivalent.json", "utf8")) as Record<string, string>;

export interface Tally {
  readonly mutants: number;
  readonly killed: number;
  readonly equivalent: readonly string[];
  readonly survived: readonly Mutant[];
}

/** Counts what compiled. A mutant that a test kills is not equivalent, whatever the list says. */
export function tally(tried: readonly Tried[]): Tally {
  const valid = tried.filter(({ outcome }) => outcome.kind !== "invalid");
  const alive = valid.filter(({ outcome }) => outcome.kind === "survived").map(({ mutant }) => mutant);
  return {
    mutants: valid.length,
    killed: valid.length - alive.length,
    equivalent: alive.filter(({ id }) => id in equivalents).map(({ id }) => id),
    survived: alive.filter(({ id }) => !(id in equivalents)),
  };
}

/** Share of the mutants that are not equivalent that no test noticed. */
export const survivingShare = ({ mutants, equivalent, survived }: Tally): number =>
  survived.length / Math.max(1, mutants - equivalent.length);

const row = (name: string, { mutants, killed, equivalent, survived }: Tally): string =>
  `| ${name} | ${mutants} | ${killed} | ${equivalent.length} | ${survived.length} |`;

/** The table of a run, one line a file. */
export function table(tried: readonly Tried[]): string {
  const files = [...new Set(tried.map(({ mutant }) => mutant.file))];
  const rows = files.map((file) => row(`\`${file}\``, tally(tried.filter(({ mutant }) => mutant.file === file))));
  const head = ["| file | mutants | killed | equivalent | survived |", "|---|---:|---:|---:|---:|"];
  return [...head, ...rows, row("all", tally(tried))].join("\n");
}

/** docs/mutation.md: a run over all files, of all of their `of` mutants or of a sample of them, for review. */
export function page(tried: readonly Tried[], of: number): string {
  const { equivalent, survived } = tally(tried);
  const listed = (lines: readonly string[]): string => (lines.length === 0 ? "None." : lines.join("\n"));
  return readFileSync("test/mutation/page.md", "utf8")
    .replace("{{drawn}}", () => (tried.length === of ? `all ${of}` : `${tried.length} of ${of}, drawn by their hash`))
    .replace("{{table}}", () => table(tried))
    .replace("{{share}}", () => `${(100 * survivingShare(tally(tried))).toFixed(1)} %`)
    .replace("{{survived}}", () => listed(survived.map(({ id }) => `- \`${id}\``)))
    .replace("{{equivalent}}", () => listed(equivalent.map((id) => `- \`${id}\`: ${equivalents[id] ?? ""}`)));
}
