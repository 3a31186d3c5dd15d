import { expect } from "chai";
import { createSignatureBook, EPOCHS_KEPT } from "../../../keeper/src/quorum/signature-book.js";
import { addressOf, voteOf } from "./votes.js";

const book = () => createSignatureBook([addressOf(0), addressOf(1), addressOf(2)]);

describe("createSignatureBook", () => {
  it("collects signatures over one digest by signer", () => {
    const one = book();
    const [a, b] = [voteOf(0, 7), voteOf(1, 7)];
    expect([one.add(a).kind, one.add(b).kind, one.add(a).kind]).to.deep.equal(["added", "added", "duplicate"]);
    expect([...one.over(a.digest)]).to.deep.equal([
      [a.signer, a.signature],
      [b.signer, b.signature],
    ]);
    expect([one.holds(a.signature), one.holds(voteOf(2, 7).signature)]).to.deep.equal([true, false]);
  });

  it("drops strangers", () => {
    const one = book();
    expect(one.add(voteOf(3, 7)).kind).to.equal("stranger");
    expect(one.size()).to.equal(0);
  });

  it("keeps the first of two digests of one signer and epoch, and hands out both as proof", () => {
    const one = book();
    const [first, second] = [voteOf(0, 7), voteOf(0, 7, { coverage: 9_000 })];
    one.add(first);
    expect(one.add(second)).to.deep.equal({ kind: "equivocation", first, second });
    expect(one.over(second.digest).size).to.equal(0);
    expect(one.over(first.digest).size).to.equal(1);
  });

  it("does not call two configurations, or two epochs, an equivocation", () => {
    const one = book();
    one.add(voteOf(0, 7));
    expect(one.add(voteOf(0, 8)).kind).to.equal("added");
    expect(one.add(voteOf(0, 7, { configDigest: `0x${"cd".repeat(32)}` })).kind).to.equal("added");
  });

  it("remembers a bounded number of epochs of each signer, and lets nobody push out another's", () => {
    const one = book();
    const honest = voteOf(1, 7);
    one.add(honest);
    const first = voteOf(0, 0);
    for (let epoch = 0; epoch < 2 * EPOCHS_KEPT; epoch++) one.add(voteOf(0, epoch));
    expect(one.size()).to.equal(EPOCHS_KEPT + 1);
    expect([one.holds(honest.signature), one.holds(first.signature)]).to.deep.equal([true, false]);
    expect(one.over(first.digest).size).to.equal(0);
  });

  it("tells listeners of added votes until they leave", () => {
    const one = book();
    const heard: string[] = [];
    const leave = one.onAdded((digest) => heard.push(digest));
    one.add(voteOf(0, 7));
    one.add(voteOf(0, 7));
    leave();
    one.add(voteOf(1, 7));
    expect(heard).to.deep.equal([voteOf(0, 7).digest]);
  });
});
