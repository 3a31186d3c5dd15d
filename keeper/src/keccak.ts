import { createKeccak } from "hash-wasm";

const hasher = await createKeccak(256);

/** Keccak-256 of `bytes`, in compiled code: a tree over a million subjects takes three million hashes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  hasher.init();
  hasher.update(bytes);
  return hasher.digest("binary");
}

/** Keccak-256 of `text` as UTF-8, in lower-case hexadecimal without prefix. */
export function keccak256Hex(text: string): string {
  hasher.init();
  hasher.update(text);
  return hasher.digest("hex");
}
