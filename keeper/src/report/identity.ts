import { computeAddress, type SigningKey } from "ethers";
import type { Address, Hex } from "../units.js";
import { signDigest } from "./digest.js";

/** An operator's key and what follows from it. */
export interface Identity {
  /** Lower case. */
  readonly address: Address;
  readonly key: SigningKey;
  /** As {@link signDigest}. */
  readonly sign: (digest: Hex) => Hex;
}

/** The identity that a key gives. */
export function identityOf(key: SigningKey): Identity {
  return { address: computeAddress(key).toLowerCase() as Address, key, sign: (digest) => signDigest(digest, key) };
}
