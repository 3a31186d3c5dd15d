import { z } from "zod";
import type { Address, Hex } from "../units.js";

/** Raised when a text is not the canonical form of a snapshot. */
export class SnapshotMalformed extends Error {
  override readonly name = "SnapshotMalformed";
  constructor(saw: string, expected: string, cause?: unknown) {
    super(`snapshot: saw ${saw}, expected ${expected}; take it from the operator that made it again`, { cause });
  }
}

/** 32 bytes in lower-case hex. */
export const hash = z.custom<Hex>(
  (v) => typeof v === "string" && /^0x[0-9a-f]{64}$/.test(v),
  "expected 32 lower-case hex bytes",
);

/** An address in lower-case hex. */
export const address = z.custom<Address>(
  (v) => typeof v === "string" && /^0x[0-9a-f]{40}$/.test(v),
  "expected a lower-case address",
);

/** An integer as decimal string. */
export const integer = z
  .string()
  .regex(/^(0|-?[1-9][0-9]*)$/, "expected an integer as decimal string")
  .transform((text) => BigInt(text));

export const amount = integer.refine((value) => value >= 0n, "expected an amount of at least 0");
export const positive = integer.refine((value) => value > 0n, "expected an amount above 0");
export const count = z.int().min(0);
export const bps = z.int().min(0).max(65_535);

/** Negative, zero or positive, as Array.sort wants it; strings by code unit. */
export function order<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** **Throws** {@link SnapshotMalformed} where `list` is not strictly ascending. */
export function ascending<T>(what: string, list: readonly T[], compare: (a: T, b: T) => number): void {
  const at = list.findIndex((item, i) => i > 0 && compare(list[i - 1]!, item) >= 0);
  if (at !== -1) throw new SnapshotMalformed(`${what} out of order at ${at}`, "ascending entries, each once");
}
