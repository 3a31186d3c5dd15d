import type { z } from "zod";
import type { Case } from "./format.js";

/** All closed forms of a file, by name. */
export type Forms = Readonly<Record<string, unknown>>;

/** One kind of closed form, known by what it is made of. */
export interface Statement {
  /** The cases of a form of this kind; null where it is of another. */
  casesOf(name: string, form: unknown, all: Forms): Case[] | null;
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
