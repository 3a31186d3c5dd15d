import { computeAddress, SigningKey } from "ethers";
import { reportDigest, signDigest } from "../../../keeper/src/report/digest.js";
import { draftReport, type Report } from "../../../keeper/src/report/report.js";
import type { SignedReport } from "../../../keeper/src/report/signed-report.js";
import type { Address } from "../../../keeper/src/units.js";
import { assessment, CHAIN_ID, context, hash32 } from "../report/assessments.js";

/** Operators of tests: keys 0x01…, 0x02…, and so on. */

export const DOMAIN = { chainId: CHAIN_ID, oracle: "0x00000000000000000000000000000000000000ff" as Address };

export const keyOf = (i: number): SigningKey => new SigningKey(hash32((i + 1).toString(16).padStart(2, "0")));
export const addressOf = (i: number): Address => computeAddress(keyOf(i)).toLowerCase() as Address;

export function reportOf(epoch: number, over: Partial<Report> = {}): Report {
  return { ...draftReport(assessment(), context({ epoch })).report, ...over };
}

/** The vote of operator `i` on the report of `epoch`. */
export function voteOf(i: number, epoch: number, over: Partial<Report> = {}): SignedReport {
  const report = reportOf(epoch, over);
  const digest = reportDigest(report, DOMAIN);
  return { report, digest, signer: addressOf(i), signature: signDigest(digest, keyOf(i)) };
}
