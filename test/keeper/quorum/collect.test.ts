import { expect } from "chai";
import { concat } from "ethers";
import { collectSignatures, joinSignatures } from "../../../keeper/src/quorum/collect.js";
import { createSignatureBook, type SignatureBook } from "../../../keeper/src/quorum/signature-book.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { addressOf, voteOf } from "./votes.js";

const EPOCH = 7;
const { digest } = voteOf(0, EPOCH);
const open = (...present: number[]): SignatureBook => {
  const book = createSignatureBook([0, 1, 2, 3, 4].map(addressOf));
  for (const i of present) book.add(voteOf(i, EPOCH));
  return book;
};
const order = (...positions: number[]): Address[] => positions.map(addressOf);

/** Signatures of these operators, ascending by address, as the oracle wants them. */
const joined = (...signers: number[]): Hex =>
  concat(
    signers
      .map((i) => voteOf(i, EPOCH))
      .sort((a, b) => (a.signer < b.signer ? -1 : 1))
      .map((vote) => vote.signature),
  ) as Hex;

describe("collectSignatures", () => {
  it("does not wait when the first k of the order are there", async () => {
    const collected = await collectSignatures(open(0, 1, 2), {
      digest,
      order: order(2, 0, 1),
      threshold: 2,
      // Longer than a test may take: waiting it out would fail this one.
      graceMs: 600_000,
    });
    expect(collected).to.equal(joined(2, 0));
  });

  it("waits for the first k though others agree, and takes them as soon as they are there", async () => {
    const book = open(1, 2);
    const waiting = collectSignatures(book, { digest, order: order(0, 1, 2), threshold: 2, graceMs: 5_000 });
    setTimeout(() => book.add(voteOf(0, EPOCH)), 20);
    expect(await waiting).to.equal(joined(0, 1));
  });

  it("takes the first k of those who agree when the grace is over", async () => {
    const collected = await collectSignatures(open(1, 3, 4), {
      digest,
      order: order(0, 4, 2, 1, 3),
      threshold: 2,
      graceMs: 30,
    });
    expect(collected).to.equal(joined(4, 1));
  });

  it("fails closed below k", async () => {
    expect(await collectSignatures(open(1), { digest, order: order(0, 1, 2), threshold: 2, graceMs: 30 })).to.equal(
      undefined,
    );
  });
});

describe("joinSignatures", () => {
  it("counts only members of the order, and only this digest", () => {
    const book = open(0, 4);
    book.add(voteOf(1, EPOCH, { coverage: 1 }));
    expect(joinSignatures(book, { digest, order: order(0, 1, 2), threshold: 2 })).to.equal(undefined);
    expect(joinSignatures(book, { digest, order: order(0, 1, 4), threshold: 2 })).to.equal(joined(0, 4));
  });

  it("never joins nothing", () => {
    expect(joinSignatures(open(0), { digest, order: order(0), threshold: 0 })).to.equal(undefined);
  });
});
