import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Case } from "./format.js";

/** All closed forms of a file, by name. */
export type Forms = Readonly<Record<string, unknown>>;

/** One kind of closed form, known by what it is made of. */
export interface Statement {
  /** The cases of a form of this kind; null where it is of another. */
  casesOf(name: string, form: unknown, all: Forms): Case[] | null;
}

/** Where forms that others of their kind rest on stand when a file leaves them out. */
const PUBLISHED = "test/vectors/analytic_closed_forms.json";

/** The forms that `schema` describes: those of the file, or the published ones of MODEL 10. */
export function formsOf<S extends z.ZodType>(schema: S, all: Forms): z.infer<S>[] {
  const among = (forms: Forms) =>
    Object.values(forms).flatMap((form) => {
      const parsed = schema.safeParse(form);
      return parsed.success ? [parsed.data] : [];
    });
  const own = among(all);
  if (own.length > 0) return own;
  const published = z.object({ cases: z.record(z.string(), z.unknown()) });
  return among(published.parse(JSON.parse(readFileSync(PUBLISHED, "utf8"))).cases);
}

/** Tolerance of what needs no discretisation. */
export const EXACT = 1e-9;

export function statement<S extends z.ZodType>(
  schema: S,
  check: (form: z.infer<S>, name: string, all: Forms) => Case[],
): Statement {
  return {
    casesOf(name, form, all) {
      const parsed = schema.safeParse(form);
      return parsed.success ? check(parsed.data, name, all) : null;
    },
  };
}
