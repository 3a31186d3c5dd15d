import { z } from "zod";
import type { Address, Hex } from "./units.js";

/** 20 bytes of hex in any case; lower case afterwards. */
export const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, { error: "expected an address: 0x and 40 hex digits" })
  .transform((text) => text.toLowerCase() as Address);

/** 32 bytes of hex in any case; lower case afterwards. */
export const bytes32 = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, { error: "expected 32 bytes: 0x and 64 hex digits" })
  .transform((text) => text.toLowerCase() as Hex);

/** A TCP port; 0 takes any free one. */
export const port = z.int().min(0).max(65_535);

/** A whole number of at least `least`. */
export function wholeFrom(least: number): z.ZodNumber {
  return z.int().min(least);
}
