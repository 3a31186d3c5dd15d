import { concat } from "ethers";
import type { Address, Hex } from "../units.js";
import type { SignatureBook } from "./signature-book.js";

/** What to collect and for how long. */
export interface Collection {
  readonly digest: Hex;
  /** Members of the signer set in this epoch's order. */
  readonly order: readonly Address[];
  /** k. */
  readonly threshold: number;
  /** How long to wait for the first k of the order before taking any k. */
  readonly graceMs: number;
}

/**
 * Wait for k signatures over one digest: those of the first k of the epoch's order as soon as all are there, whichever k
 * come first in that order once the grace is over, or undefined when fewer than k agree. Never fewer than k.
 *
 * So the calldata of an epoch is the same whoever sends it, as long as everybody is alive.
 */
export async function collectSignatures(book: SignatureBook, collection: Collection): Promise<Hex | undefined> {
  const { digest, order, threshold, graceMs } = collection;
  const preferred = order.slice(0, threshold);
  const complete = (): boolean => preferred.every((signer) => book.over(digest).has(signer));
  if (!complete()) await waitUntil(book, complete, graceMs);
  return joinSignatures(book, collection);
}

/** Join the signatures of the first k signers of the order that are there, ascending by address; undefined below k. */
export function joinSignatures(
  book: SignatureBook,
  { digest, order, threshold }: Pick<Collection, "digest" | "order" | "threshold">,
): Hex | undefined {
  const signatures = book.over(digest);
  const chosen = order.filter((signer) => signatures.has(signer)).slice(0, threshold);
  if (chosen.length < threshold || threshold < 1) return undefined;
  return concat(chosen.sort().map((signer) => signatures.get(signer) ?? "0x")) as Hex;
}

function waitUntil(book: SignatureBook, done: () => boolean, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(finish, ms);
    const stop = book.onAdded(() => {
      if (done()) finish();
    });
  });
}
