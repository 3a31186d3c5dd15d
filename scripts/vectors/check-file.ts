import { readFileSync } from "node:fs";
import { ZodError } from "zod";
import type { Case, VectorFormat } from "./format.js";
import { formats } from "./formats.js";

/** What came of one file. `problem`: why nothing could be compared. */
export interface FileReport {
  readonly file: string;
  readonly format: VectorFormat | null;
  readonly cases: readonly Case[];
  readonly problem: string | null;
}

/** Read one file, find out what it is, and compare its cases with our implementation. Never throws. */
export function checkFile(file: string): FileReport {
  let format: VectorFormat | null = null;
  try {
    const data: unknown = JSON.parse(readFileSync(file, "utf8"));
    format = formatOf(data);
    const cases = format.check(data);
    return { file, format, cases, problem: cases.length > 0 ? null : "saw no case, expected at least one: add some" };
  } catch (error) {
    return { file, format, cases: [], problem: reasonOf(error, format) };
  }
}

/** True where the case is within its tolerance; an error that is no number is not. */
export function passes({ error, tolerance }: Case): boolean {
  return error <= tolerance;
}

/** The case that comes closest to its tolerance, or exceeds it most. */
export function worstCase(cases: readonly Case[]): Case | null {
  const severity = ({ error, tolerance }: Case) =>
    Number.isNaN(error) ? Infinity : error === 0 ? 0 : error / tolerance;
  return cases.reduce<Case | null>((w, one) => (w === null || severity(one) > severity(w) ? one : w), null);
}

function formatOf(data: unknown): VectorFormat {
  const found = formats.filter((format) => format.matches(data));
  if (found.length === 1) return found[0]!;
  const seen = typeof data === "object" && data !== null ? `keys ${Object.keys(data).join(", ")}` : String(data);
  const names = (found.length > 0 ? found : formats).map(({ name }) => name).join(", ");
  throw new Error(
    `saw ${seen}; expected exactly one format to have them, of ${names}; npm run -s vectors -- --help tells more`,
  );
}

function reasonOf(error: unknown, format: VectorFormat | null): string {
  if (error instanceof ZodError) {
    const [issue] = error.issues;
    return `not a ${format?.name} file: at ${issue?.path.join(".")}: ${issue?.message}; correct it or its format`;
  }
  if (error instanceof SyntaxError) return `not JSON: ${error.message}; expected a complete file: get it again`;
  return error instanceof Error ? error.message : String(error);
}
