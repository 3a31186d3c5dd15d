import { createHash } from "node:crypto";
import type { Address, Hex } from "../../units.js";
import { RecordingConflict } from "./errors.js";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * What was read of a chain at one block, each reading by a name: `balance`, `nonce`, `codeHash` and `slot` of an account,
 * `code` by its hash, `number`, `block` and `transactions` of blocks, `logs`, `call` and `answer` by the hash of the question.
 */
export type Facts = ReadonlyMap<string, Json>;

/** A reading and its name. */
export type Fact = readonly [name: string, value: Json];

/** The names of facts. Hexadecimal parts are lower-case, slots padded to 32 bytes. */
export const factName = {
  account: (field: "balance" | "nonce" | "codeHash", address: Address): string => `${field} ${address}`,
  slot: (address: Address, slot: Hex): string => `slot ${address} ${slot}`,
  code: (hash: Hex): string => `code ${hash}`,
  number: (number: number): string => `number ${number}`,
  block: (hash: Hex): string => `block ${hash}`,
  transactions: (hash: Hex): string => `transactions ${hash}`,
  question: (kind: "logs" | "call" | "answer", id: Hex): string => `${kind} ${id}`,
};

/** JSON with the members of objects in order and those that are null or absent left out: equal values, equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}

/** SHA-256 of a text's UTF-8 bytes. */
export function textHash(text: string): Hex {
  return `0x${createHash("sha256").update(text, "utf8").digest("hex")}`;
}

/** Add a fact. A value that is there already must be the same. **Throws** {@link RecordingConflict}. */
export function addFact(facts: Map<string, Json>, [name, value]: Fact): void {
  const known = facts.get(name);
  if (known !== undefined && !isSameFact(name, known, value)) {
    throw new RecordingConflict(name, canonicalJson(known), canonicalJson(value));
  }
  // A block is known by its hash; what a node says of it besides its header may differ between nodes, and the first stays.
  if (known === undefined) facts.set(name, value);
}

function isSameFact(name: string, known: Json, seen: Json): boolean {
  if (name.startsWith("block ")) return (known === null) === (seen === null);
  return canonicalJson(comparable(known)) === canonicalJson(comparable(seen));
}

/** Without the words in which a node says that a call reverted. */
function comparable(value: Json): Json {
  if (typeof value !== "object" || value === null || !("error" in value)) return value;
  const { error, ...rest } = value as { readonly error: { readonly data?: Json } };
  return { ...rest, error: { data: error.data ?? null } };
}
