import type { Address, Hex } from "../units.js";
import type { SignedReport } from "../report/signed-report.js";

/** What became of a vote. */
export type Admission =
  | { readonly kind: "added" | "duplicate" | "stranger" }
  | { readonly kind: "equivocation"; readonly first: SignedReport; readonly second: SignedReport };

/** The votes an operator holds, in bounded memory: of each configured signer the latest {@link EPOCHS_KEPT} epochs. */
export interface SignatureBook {
  /** Whether a vote with exactly this signature is held: costs no curve arithmetic. */
  readonly holds: (signature: Hex) => boolean;
  /** Take a vote whose signer was recovered from its digest. A stranger's is dropped; the first of two digests stays. */
  readonly add: (vote: SignedReport) => Admission;
  /** Signatures over `digest` by signer. */
  readonly over: (digest: Hex) => ReadonlyMap<Address, Hex>;
  /** Call `listener` after each added vote, until the returned function is called. */
  readonly onAdded: (listener: (digest: Hex) => void) => () => void;
  /** Votes held. */
  readonly size: () => number;
}

/** Epochs kept for each signer; the oldest arrival goes first, so that nobody can push out a vote but their own. */
export const EPOCHS_KEPT = 64;

/** Open a book that listens to `signers` only. */
export function createSignatureBook(signers: readonly Address[]): SignatureBook {
  const votes = new Map<Address, Map<string, SignedReport>>(signers.map((signer) => [signer, new Map()]));
  const byDigest = new Map<Hex, Map<Address, Hex>>();
  const held = new Set<Hex>();
  const listeners = new Set<(digest: Hex) => void>();

  const forget = ({ digest, signer, signature }: SignedReport): void => {
    held.delete(signature);
    const signatures = byDigest.get(digest);
    signatures?.delete(signer);
    if (signatures?.size === 0) byDigest.delete(digest);
  };

  const add = (vote: SignedReport): Admission => {
    const own = votes.get(vote.signer);
    if (own === undefined) return { kind: "stranger" };
    const key = `${vote.report.configDigest}:${vote.report.epoch}`;
    const first = own.get(key);
    if (first !== undefined) {
      return first.digest === vote.digest ? { kind: "duplicate" } : { kind: "equivocation", first, second: vote };
    }
    own.set(key, vote);
    held.add(vote.signature);
    byDigest.set(vote.digest, (byDigest.get(vote.digest) ?? new Map<Address, Hex>()).set(vote.signer, vote.signature));
    for (const [oldKey, old] of own) {
      if (own.size <= EPOCHS_KEPT) break;
      own.delete(oldKey);
      forget(old);
    }
    for (const listener of listeners) listener(vote.digest);
    return { kind: "added" };
  };

  return {
    holds: (signature) => held.has(signature),
    add,
    over: (digest) => byDigest.get(digest) ?? new Map<Address, Hex>(),
    onAdded: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    size: () => held.size,
  };
}
