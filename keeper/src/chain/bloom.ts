import { getBytes } from "ethers";
import { keccak256 } from "../keccak.js";
import type { Hex } from "../units.js";

const BLOOM_BYTES = 256;

/** Positions of an item's three bits. Source: Yellow Paper 4.4.1, M3:2048. */
function bitsOf(item: Hex): [number, number, number] {
  const hash = keccak256(getBytes(item));
  const bit = (at: number): number => ((hash[at]! << 8) | hash[at + 1]!) & 2047;
  return [bit(0), bit(2), bit(4)];
}

/** A header's bloom, to ask whether logs with an address or topic may be in the block. */
export interface Bloom {
  /** False: certainly not in the block. True: perhaps. */
  mayContain(item: Hex): boolean;
}

const bitCache = new Map<Hex, [number, number, number]>();
const BIT_CACHE_SIZE = 4_096;

function cachedBits(item: Hex): [number, number, number] {
  const known = bitCache.get(item);
  if (known !== undefined) return known;
  if (bitCache.size >= BIT_CACHE_SIZE) bitCache.clear();
  const bits = bitsOf(item);
  bitCache.set(item, bits);
  return bits;
}

/** Read a header's 256 bytes. */
export function readBloom(logsBloom: Hex): Bloom {
  const bytes = getBytes(logsBloom);
  const has = (bit: number): boolean => ((bytes[BLOOM_BYTES - 1 - (bit >> 3)]! >> (bit & 7)) & 1) === 1;
  return { mayContain: (item) => cachedBits(item).every(has) };
}

/** The bloom of logs, as the header of a block with exactly these would have it. */
export function bloomOf(logs: readonly { readonly address: Hex; readonly topics: readonly Hex[] }[]): Hex {
  const bytes = new Uint8Array(BLOOM_BYTES);
  for (const { address, topics } of logs) {
    for (const item of [address, ...topics]) {
      for (const bit of cachedBits(item)) bytes[BLOOM_BYTES - 1 - (bit >> 3)]! |= 1 << (bit & 7);
    }
  }
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
