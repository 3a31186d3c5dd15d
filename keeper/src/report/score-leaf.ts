import type { QuantisedScore } from "./quantise.js";

/** What a leaf holds: struct `ScoreLeaf` of contracts/types/Score.sol. */
export type LeafScore = Pick<QuantisedScore, "id" | "lane" | "lossShare" | "throttleUsdPerHour" | "haltSeconds">;

const WORD_BYTES = 32;

/** Bytes of an ABI-encoded leaf: nine words. */
export const LEAF_BYTES = 9 * WORD_BYTES;

/**
 * Write `abi.encode(leaf)` into the first {@link LEAF_BYTES} of `out`: every field is static, so a word each.
 *
 * **Throws** `RangeError` when the subject is not 32 bytes, or a number is no integer that its field holds.
 */
export function writeLeaf({ id, lane, lossShare, throttleUsdPerHour, haltSeconds }: LeafScore, out: Uint8Array): void {
  const view = new DataView(out.buffer, out.byteOffset, LEAF_BYTES);
  out.fill(0, 0, LEAF_BYTES);
  if (
    Buffer.from(out.buffer, out.byteOffset, WORD_BYTES).write(id.slice(2), "hex") !== WORD_BYTES ||
    id.length !== 66
  ) {
    throw new RangeError(`leaf subject: saw ${id}, expected 32 bytes in hexadecimal`);
  }
  const put = (word: number, field: string, value: number, bits: number): void => {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
      throw new RangeError(`leaf field ${field}: saw ${value}, expected an integer of ${bits} bits`);
    }
    view.setUint32((word + 1) * WORD_BYTES - 4, value);
  };
  put(1, "leverage", lane.leverage, 16);
  put(2, "liquidationAtRisk", lane.liquidationAtRisk, 16);
  put(3, "rehypothecation", lane.rehypothecation, 16);
  put(4, "borrowLtv", lane.borrowLtv, 14);
  put(5, "advice", lane.advice, 2);
  put(6, "lossShare", lossShare, 16);
  if (throttleUsdPerHour < 0n || throttleUsdPerHour >> 64n !== 0n) {
    throw new RangeError(`leaf field throttleUsdPerHour: saw ${throttleUsdPerHour}, expected 64 bits`);
  }
  view.setBigUint64(8 * WORD_BYTES - 8, throttleUsdPerHour);
  put(8, "haltSeconds", haltSeconds, 32);
}
