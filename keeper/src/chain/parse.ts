import type { Address, Hex } from "../units.js";

/** Raised inside the chain folder when a field of an answer has the wrong shape; endpoints turn it into RpcAnswerMalformed. */
export class FieldMalformed extends Error {
  override readonly name = "FieldMalformed";
  constructor(
    readonly saw: string,
    readonly expected: string,
  ) {
    super(`saw ${saw}, expected ${expected}`);
  }
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 80);

/** Hex bytes of any length, or of `bytes`. Lower-cased. Throws {@link FieldMalformed}. */
export function parseHex(value: unknown, what: string, bytes?: number): Hex {
  const length = bytes === undefined ? "*" : `{${bytes * 2}}`;
  if (typeof value === "string" && new RegExp(`^0x[0-9a-fA-F]${length}$`).test(value) && value.length % 2 === 0) {
    return value.toLowerCase() as Hex;
  }
  throw new FieldMalformed(shown(value), `${what} of ${bytes ?? "whole"} bytes`);
}

/** A 20-byte address. Throws {@link FieldMalformed}. */
export function parseAddress(value: unknown, what: string): Address {
  return parseHex(value, what, 20);
}

/** A quantity as JSON-RPC writes it. Throws {@link FieldMalformed}; "0x" is not a quantity. */
export function parseQuantity(value: unknown, what: string): bigint {
  if (typeof value === "string" && /^0x[0-9a-fA-F]+$/.test(value)) return BigInt(value);
  throw new FieldMalformed(shown(value), `${what} as a hex quantity`);
}

/** A quantity that fits a float64 exactly: block numbers, timestamps, counts. Throws {@link FieldMalformed}. */
export function parseCount(value: unknown, what: string): number {
  const count = parseQuantity(value, what) <= 0x1f_ffff_ffff_ffffn ? Number.parseInt(value as string, 16) : NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new FieldMalformed(shown(value), `${what} below 2^53`);
}

/** A number as a JSON-RPC quantity. */
export function toQuantity(count: number): Hex {
  return `0x${count.toString(16)}`;
}
