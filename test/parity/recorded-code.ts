import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Hex } from "../../keeper/src/units.js";

const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const WORD = 32;

/** Runtime code recorded from mainnet by keccak256. */
export function readRecordedCodes(file: string): Map<Hex, Buffer> {
  const codes: Record<string, string> = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));
  return new Map(Object.entries(codes).map(([hash, code]) => [hash as Hex, toBytes(code)]));
}

export function toBytes(code: string): Buffer {
  return Buffer.from(code.replace(/^0x/, ""), "hex");
}

/** Positions of the words that the compiler leaves zero for immutables: the operand of each `PUSH32 0`. */
export function immutablePlaces(code: Buffer): number[] {
  const places: number[] = [];
  for (let at = 0; at < code.length; at += 1) {
    const opcode = code.readUInt8(at);
    if (opcode === PUSH32 && code.subarray(at + 1, at + 1 + WORD).equals(Buffer.alloc(WORD))) places.push(at + 1);
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
  }
  return places;
}

/** The code with its immutables back at zero. */
export function withoutImmutables(code: Buffer, places: readonly number[]): Buffer {
  const copy = Buffer.from(code);
  for (const place of places) copy.fill(0, place, place + WORD);
  return copy;
}

/** The code without the CBOR metadata that solc appends: its last two bytes say how long that is. */
export function withoutMetadata(code: Buffer): Buffer {
  return code.subarray(0, code.length - 2 - code.readUInt16BE(code.length - 2));
}
