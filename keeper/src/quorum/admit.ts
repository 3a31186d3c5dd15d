import { recoverSigner, reportDigest, SignatureMalformed, type ReportDomain } from "../report/digest.js";
import { decodeMessage, MessageMalformed, type SignedReport } from "../report/signed-report.js";
import type { Admission, SignatureBook } from "./signature-book.js";

/** What a door needs to judge a vote. */
export interface Door {
  readonly book: SignatureBook;
  readonly domain: ReportDomain;
  /** Keep the proof that one signer signed two reports of one epoch; called before the answer goes out. */
  readonly onEquivocation: (first: SignedReport, second: SignedReport) => void;
  /** Hear of a fault of our own while judging (the evidence could not be written): the peer is answered 500. */
  readonly onError: (error: unknown) => void;
}

/** A vote as the peer is answered. */
export type Verdict = { readonly kind: Admission["kind"] } | { readonly kind: "malformed"; readonly reason: string };

/**
 * Judge one body from a peer: recompute its digest, recover its signer, and take the vote if that signer is one of ours.
 * Whatever else the body claims is ignored. Expected faults are verdicts, not exceptions.
 */
export function admit(body: string, { book, domain, onEquivocation }: Omit<Door, "onError">): Verdict {
  try {
    const { report, signature } = decodeMessage(body);
    if (book.holds(signature)) return { kind: "duplicate" };
    const digest = reportDigest(report, domain);
    const admission = book.add({ report, digest, signature, signer: recoverSigner(digest, signature) });
    if (admission.kind === "equivocation") onEquivocation(admission.first, admission.second);
    return { kind: admission.kind };
  } catch (error) {
    if (error instanceof MessageMalformed || error instanceof SignatureMalformed) {
      return { kind: "malformed", reason: error.message };
    }
    throw error;
  }
}
