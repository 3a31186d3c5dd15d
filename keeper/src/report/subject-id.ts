import { AbiCoder, keccak256, ZeroAddress } from "ethers";
import type { Subject } from "../model/assessment.js";
import type { Hex } from "../units.js";

/** Order of `SubjectKind` in contracts/types/SubjectId.sol. */
const KIND = { system: 0, asset: 1, venue: 2, market: 3 } as const;
const TYPES = ["uint8", "uint256", "address", "address"];

/** Derive the on-chain identifier of `subject` on chain `chainId`. **Source.** contracts/types/SubjectId.sol `SubjectIds`. */
export function subjectId(subject: Subject, chainId: number): Hex {
  const venue = "venue" in subject ? subject.venue : ZeroAddress;
  const asset = "asset" in subject ? subject.asset : ZeroAddress;
  return keccak256(AbiCoder.defaultAbiCoder().encode(TYPES, [KIND[subject.kind], chainId, venue, asset])) as Hex;
}

/** Name `subject` for people: `system`, `asset:0x…`, `venue:0x…`, `market:0x…/0x…`. */
export function subjectName(subject: Subject): string {
  switch (subject.kind) {
    case "system":
      return "system";
    case "asset":
      return `asset:${subject.asset}`;
    case "venue":
      return `venue:${subject.venue}`;
    case "market":
      return `market:${subject.venue}/${subject.asset}`;
  }
}
