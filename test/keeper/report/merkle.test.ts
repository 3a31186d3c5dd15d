import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { concat, keccak256 } from "ethers";
import fc from "fast-check";
import { buildScoreTree, leafHash, SubjectNotInTree, SubjectTwiceInTree } from "../../../keeper/src/report/merkle.js";
import { quantise, type QuantisedScore } from "../../../keeper/src/report/quantise.js";
import type { Hex } from "../../../keeper/src/units.js";
import { CHAIN_ID, score } from "./assessments.js";

/** `MerkleProof.processProof` of OpenZeppelin, written down from its source. */
function processProof(leaf: string, proof: readonly string[]): string {
  return proof.reduce(
    (node, sibling) => keccak256(node < sibling ? concat([node, sibling]) : concat([sibling, node])),
    leaf,
  );
}

const word = (value: number | bigint | string): string =>
  (typeof value === "string" ? value.slice(2) : value.toString(16)).padStart(64, "0");

function subjects(count: number): QuantisedScore[] {
  return Array.from({ length: count }, (_, i) => {
    const asset = `0x${(i + 1).toString(16).padStart(40, "0")}` as const;
    return quantise(score({ kind: "asset", asset }, { leverageX: 1 + i / 100 }), CHAIN_ID);
  });
}

describe("leafHash", () => {
  it("is the double hash of the nine words of ScoreLeaf", () => {
    const [one] = subjects(1) as [QuantisedScore];
    const words = [one.id, 100, 1_000, 100, 0, 0, 5_000, 0n, 0].map(word).join("");
    expect(leafHash(one)).to.equal(keccak256(keccak256(`0x${words}`)));
  });

  it("error: RangeError when a field does not fit its type", () => {
    const [one] = subjects(1) as [QuantisedScore];
    const wrong = [
      { ...one, id: "0x12" as const },
      { ...one, lane: { ...one.lane, borrowLtv: 16_384 } },
      { ...one, lane: { ...one.lane, leverage: 1.5 } },
      { ...one, lossShare: -1 },
      { ...one, throttleUsdPerHour: 1n << 64n },
      { ...one, haltSeconds: 2 ** 32 },
    ];
    for (const score of wrong) expect(() => leafHash(score)).to.throw(RangeError, /saw .*expected/);
  });
});

describe("buildScoreTree", () => {
  it("of one subject is its leaf, of two their sorted hash", () => {
    const [a, b] = subjects(2) as [QuantisedScore, QuantisedScore];
    expect(buildScoreTree([a]).root).to.equal(leafHash(a));
    expect(buildScoreTree([a, b]).root).to.equal(processProof(leafHash(a), [leafHash(b)]));
    expect(buildScoreTree([a]).proof(a.id)).to.deep.equal([]);
  });

  it("proves every subject against its root, whatever their number and order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (count, turn) => {
        const scores = subjects(count);
        const { root, proof } = buildScoreTree(scores);
        const turned = scores.map((_, i) => scores[(((i + turn) % count) + count) % count] as QuantisedScore);
        expect(buildScoreTree(turned).root).to.equal(root);
        for (const one of scores) expect(processProof(leafHash(one), proof(one.id))).to.equal(root);
      }),
      { numRuns: 30 },
    );
  });

  it("is OpenZeppelin's simple tree over the same leaves", () => {
    const scores = subjects(137);
    const tree = buildScoreTree(scores);
    const reference = SimpleMerkleTree.of(scores.map(leafHash));
    expect(tree.root).to.equal(reference.root);
    for (const one of scores) expect(tree.proof(one.id)).to.deep.equal(reference.getProof(leafHash(one)));
  });

  it("has another root when any number changes", () => {
    const scores = subjects(5);
    const changed = scores.map((one, i) => (i === 3 ? { ...one, haltSeconds: 1 } : one));
    expect(buildScoreTree(changed).root).not.to.equal(buildScoreTree(scores).root);
  });

  it("error: SubjectTwiceInTree", () => {
    const [one] = subjects(1) as [QuantisedScore];
    expect(() => buildScoreTree([one, { ...one, haltSeconds: 1 }])).to.throw(SubjectTwiceInTree, one.id);
  });

  it("error: SubjectNotInTree and RangeError", () => {
    const stranger: Hex = `0x${"99".repeat(32)}`;
    expect(() => buildScoreTree(subjects(3)).proof(stranger)).to.throw(SubjectNotInTree, stranger);
    expect(() => buildScoreTree([])).to.throw(RangeError);
  });
});
