import { keccak256 } from "../keccak.js";
import type { Hex } from "../units.js";
import { LEAF_BYTES, writeLeaf, type LeafScore } from "./score-leaf.js";

/**
 * A tree over the subjects of an epoch, in the layout of OpenZeppelin's simple tree: node `i` has children `2i + 1` and
 * `2i + 2`, leaves are sorted by hash and fill the array from its end. 64 bytes a subject, so that a million fit anywhere.
 */
export interface ScoreTree {
  readonly root: Hex;
  /** Siblings from the leaf of `id` up to the root. Throws {@link SubjectNotInTree}. */
  readonly proof: (id: Hex) => Hex[];
}

/** A proof was asked for a subject that the epoch does not know. */
export class SubjectNotInTree extends Error {
  override readonly name = "SubjectNotInTree";
  constructor(id: Hex) {
    super(`saw subject ${id}, expected one of this epoch's; list them with \`bulkhead once --json\``);
  }
}

/** A subject stands twice among the scores of one epoch. */
export class SubjectTwiceInTree extends Error {
  override readonly name = "SubjectTwiceInTree";
  constructor(id: Hex) {
    super(`saw subject ${id} twice, expected each subject of an epoch once`);
  }
}

const NODE_BYTES = 32;

/** Hash of one leaf. **Source.** contracts/types/Score.sol `ScoreLeaf`. */
export function leafHash(score: LeafScore): Hex {
  const scratch = new Uint8Array(LEAF_BYTES);
  return toHex(hashLeaf(score, scratch));
}

/** Build the tree over all `scores`. Throws `RangeError` when there are none, {@link SubjectTwiceInTree}. */
export function buildScoreTree(scores: readonly LeafScore[]): ScoreTree {
  if (scores.length === 0) throw new RangeError("saw no subjects, expected at least the system");
  const nodes = Buffer.alloc((2 * scores.length - 1) * NODE_BYTES);
  const positions = placeLeaves(scores, nodes);
  const pair = Buffer.alloc(2 * NODE_BYTES);
  for (let i = scores.length - 2; i >= 0; i--) {
    nodeAt(nodes, i).set(hashPair(nodeAt(nodes, 2 * i + 1), nodeAt(nodes, 2 * i + 2), pair));
  }
  return {
    root: toHex(nodeAt(nodes, 0)),
    proof: (id) => {
      const at = positions.get(id);
      if (at === undefined) throw new SubjectNotInTree(id);
      return siblings(nodes, at);
    },
  };
}

/** Hash the leaves into the end of `nodes`, the least last; say where each subject's went. */
function placeLeaves(scores: readonly LeafScore[], nodes: Buffer): Map<Hex, number> {
  const scratch = new Uint8Array(LEAF_BYTES);
  const hashes = Buffer.alloc(scores.length * NODE_BYTES);
  scores.forEach((score, i) => hashes.set(hashLeaf(score, scratch), i * NODE_BYTES));
  const order = Uint32Array.from(scores, (_, i) => i);
  order.sort((a, b) => nodeAt(hashes, a).compare(nodeAt(hashes, b)));

  const positions = new Map<Hex, number>();
  const last = 2 * scores.length - 2;
  order.forEach((from, rank) => {
    const { id } = scores[from] as LeafScore;
    if (positions.has(id)) throw new SubjectTwiceInTree(id);
    positions.set(id, last - rank);
    nodeAt(nodes, last - rank).set(nodeAt(hashes, from));
  });
  return positions;
}

function siblings(nodes: Buffer, leaf: number): Hex[] {
  const path: Hex[] = [];
  for (let i = leaf; i > 0; i = (i - 1) >> 1) path.push(toHex(nodeAt(nodes, i % 2 === 0 ? i - 1 : i + 1)));
  return path;
}

function hashLeaf(score: LeafScore, scratch: Uint8Array): Uint8Array {
  writeLeaf(score, scratch);
  return keccak256(keccak256(scratch));
}

/** Hash two nodes, the lesser first; `pair` is scratch space for both. */
function hashPair(a: Buffer, b: Buffer, pair: Buffer): Uint8Array {
  const isAscending = a.compare(b) <= 0;
  pair.set(isAscending ? a : b, 0);
  pair.set(isAscending ? b : a, NODE_BYTES);
  return keccak256(pair);
}

function nodeAt(nodes: Buffer, i: number): Buffer {
  return nodes.subarray(i * NODE_BYTES, (i + 1) * NODE_BYTES);
}

function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
