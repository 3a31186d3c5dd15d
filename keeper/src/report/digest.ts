import { computeAddress, Signature, SigningKey, TypedDataEncoder } from "ethers";
import type { Address, Hex } from "../units.js";
import type { Report } from "./report.js";

/** What binds a signature to one oracle on one chain. */
export interface ReportDomain {
  readonly chainId: number;
  readonly oracle: Address;
}

/** A signature could not be read as one: wrong length, or no point on the curve. */
export class SignatureMalformed extends Error {
  override readonly name = "SignatureMalformed";
  constructor(signature: string, cause: unknown) {
    super(
      `saw ${signature.slice(0, 20)}… (${signature.length} characters), expected 64 bytes of an EIP-2098 signature`,
      { cause },
    );
  }
}

const REPORT_TYPE = {
  Report: [
    { name: "configDigest", type: "bytes32" },
    { name: "epoch", type: "uint48" },
    { name: "observedBlock", type: "uint48" },
    { name: "observedBlockHash", type: "bytes32" },
    { name: "observedAt", type: "uint48" },
    { name: "coverage", type: "uint16" },
    { name: "flags", type: "uint8" },
    { name: "modelHash", type: "bytes32" },
    { name: "snapshotHash", type: "bytes32" },
    { name: "scoresRoot", type: "bytes32" },
    { name: "lanes", type: "uint256[]" },
  ],
};

/** EIP-712 digest of `report`. **Source.** `RiskOracle.reportDigest`. */
export function reportDigest(report: Report, { chainId, oracle }: ReportDomain): Hex {
  const domain = { name: "Bulkhead RiskOracle", version: "1", chainId, verifyingContract: oracle };
  return TypedDataEncoder.hash(domain, REPORT_TYPE, report) as Hex;
}

/** Sign `digest`: deterministic ECDSA (RFC 6979), 64 bytes in the compact form of EIP-2098. */
export function signDigest(digest: Hex, key: SigningKey): Hex {
  return key.sign(digest).compactSerialized as Hex;
}

/** Address that made `signature` over `digest`, lower case. Throws {@link SignatureMalformed}. */
export function recoverSigner(digest: Hex, signature: Hex): Address {
  if (!/^0x[0-9a-f]{128}$/.test(signature)) throw new SignatureMalformed(signature, undefined);
  try {
    return computeAddress(SigningKey.recoverPublicKey(digest, Signature.from(signature))).toLowerCase() as Address;
  } catch (error) {
    throw new SignatureMalformed(signature, error);
  }
}
