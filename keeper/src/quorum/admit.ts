import { recoverSigner, reportDigest, SignatureMalformed, type ReportDomain } from "../report/digest.js";
import type { Report } from "../report/report.js";
import { decodeMessage, longestMessage, MessageMalformed, type SignedReport } from "../report/signed-report.js";
import type { Hex } from "../units.js";
import { EPOCHS_KEPT, type Admission, type SignatureBook } from "./signature-book.js";

/** What a vote must be about. The operator's own view, as of its latest head. */
export interface Expectation {
  readonly configDigest: Hex;
  /** Words of lanes in a report: four registered subjects to a word. */
  readonly laneWords: number;
  /** Epoch of the latest head. Votes for {@link EPOCHS_KEPT} epochs before and after it are taken. */
  readonly epoch: number;
}

/** What a door needs to judge a vote. */
export interface Door {
  readonly book: SignatureBook;
  readonly expected: () => Expectation;
  /** The expensive part: hash the report and recover who signed it. Throws {@link SignatureMalformed}. */
  readonly attribute: (report: Report, signature: Hex) => Pick<SignedReport, "digest" | "signer">;
  /** Keep the proof that one signer signed two reports of one epoch; called before the answer goes out. */
  readonly onEquivocation: (first: SignedReport, second: SignedReport) => void;
  /** Hear of a fault of our own while judging (the evidence could not be written): the peer is answered 500. */
  readonly onError: (error: unknown) => void;
}

/** A vote as the peer is answered. */
export type Verdict =
  { readonly kind: Admission["kind"] } | { readonly kind: "malformed" | "unexpected"; readonly reason: string };

/** How signatures over reports to one oracle are attributed. */
export function attributeIn(domain: ReportDomain): Door["attribute"] {
  return (report, signature) => {
    const digest = reportDigest(report, domain);
    return { digest, signer: recoverSigner(digest, signature) };
  };
}

/**
 * Judge one body from a peer: recompute its digest, recover its signer, and take the vote if that signer is one of ours.
 * Whatever else the body claims is ignored. Expected faults are verdicts, not exceptions.
 *
 * Anybody can send a body, so the cheapest check comes first: its length, its form, whether it is known, what it is about;
 * only a vote that this operator could use costs hashing and curve arithmetic.
 */
export function admit(body: string, { book, expected, attribute, onEquivocation }: Omit<Door, "onError">): Verdict {
  const wanted = expected();
  try {
    const longest = longestMessage(wanted.laneWords);
    if (body.length > longest)
      return { kind: "unexpected", reason: `saw ${body.length} characters, expected at most ${longest}` };
    const { report, signature } = decodeMessage(body);
    if (book.holds(signature)) return { kind: "duplicate" };
    const fault = unexpected(report, wanted);
    if (fault !== undefined) return { kind: "unexpected", reason: fault };
    const admission = book.add({ report, signature, ...attribute(report, signature) });
    if (admission.kind === "equivocation") onEquivocation(admission.first, admission.second);
    return { kind: admission.kind };
  } catch (error) {
    if (error instanceof MessageMalformed || error instanceof SignatureMalformed) {
      return { kind: "malformed", reason: error.message };
    }
    throw error;
  }
}

function unexpected({ configDigest, lanes, epoch }: Report, wanted: Expectation): string | undefined {
  if (configDigest !== wanted.configDigest) return `saw configDigest ${configDigest}, expected ${wanted.configDigest}`;
  if (lanes.length !== wanted.laneWords) return `saw ${lanes.length} words of lanes, expected ${wanted.laneWords}`;
  if (Math.abs(epoch - wanted.epoch) > EPOCHS_KEPT)
    return `saw epoch ${epoch}, expected one within ${EPOCHS_KEPT} of ${wanted.epoch}`;
  return undefined;
}
