import { keccak256Hex } from "../keccak.js";
import type { Hex } from "../units.js";
import type { Snapshot } from "./snapshot.js";

/** Raised when a value has no canonical form: a fraction, `null`, a function. */
export class NotCanonical extends Error {
  override readonly name = "NotCanonical";
  constructor(saw: string) {
    super(
      `saw ${saw}, expected bigints, safe integers, strings, booleans, arrays and objects of these; convert it first`,
    );
  }
}

/**
 * The one text of a value: keys sorted by code unit, no whitespace, bigints as decimal strings, absent keys left out.
 *
 * **Throws** {@link NotCanonical}.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "bigint":
      return `"${value}"`;
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    case "number":
      if (!Number.isSafeInteger(value)) throw new NotCanonical(`the number ${value}`);
      return String(value);
    default:
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
      if (typeof value === "object" && value !== null) return canonicalObject(value as Record<string, unknown>);
      throw new NotCanonical(String(value));
  }
}

function canonicalObject(value: Record<string, unknown>): string {
  let text = "";
  for (const key of Object.keys(value).sort()) {
    const field = value[key];
    if (field !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
}

/** keccak256 of the canonical text in UTF-8: what operators sign as the state they scored. */
export function snapshotHash(snapshot: Snapshot): Hex {
  return hashText(canonicalJson(snapshot));
}

/** keccak256 of a text in UTF-8. */
function hashText(text: string): Hex {
  return `0x${keccak256Hex(text)}`;
}
