import { keccak256Hex } from "../keccak.js";
import type { Address, Hex } from "../units.js";

/** Derive an address from a name: the last 20 bytes of its keccak-256. No one holds its key. */
export function namedAddress(name: string): Address {
  const address: Hex = `0x${keccak256Hex(name).slice(-40)}`;
  return address;
}
