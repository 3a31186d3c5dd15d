import { keccak_256 } from "@noble/hashes/sha3";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils";
import type { Address, Hex } from "../units.js";

/** Derive an address from a name: the last 20 bytes of its keccak-256. No one holds its key. */
export function namedAddress(name: string): Address {
  const address: Hex = `0x${bytesToHex(keccak_256(utf8ToBytes(name)).slice(-20))}`;
  return address;
}
