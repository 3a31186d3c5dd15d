import { keccak_256 } from "@noble/hashes/sha3";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils";
import { AbiCoder } from "ethers";
import type { Hex } from "../units.js";
import type { QuantisedScore } from "./quantise.js";

/**
 * A tree over the subjects of an epoch, in the layout of OpenZeppelin's standard tree: node `i` has children `2i + 1` and
 * `2i + 2`, leaves are sorted by hash and fill the array from its end.
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

const LEAF_TYPES = ["bytes32", "tuple(uint16,uint16,uint16,uint16,uint8)", "uint16", "uint64", "uint32"];

/** Hash of one leaf. **Source.** contracts/types/Score.sol `ScoreLeaf`. */
export function leafHash(score: QuantisedScore): Hex {
  return toHex(leafBytes(score));
}

/** Build the tree over all `scores`. Throws `RangeError` when there are none. */
export function buildScoreTree(scores: readonly QuantisedScore[]): ScoreTree {
  if (scores.length === 0) throw new RangeError("saw no subjects, expected at least the system");
  const leaves = scores.map((score) => ({ id: score.id, hash: leafBytes(score) }));
  leaves.sort((a, b) => compareBytes(a.hash, b.hash));
  const tree = new Array<Uint8Array>(2 * leaves.length - 1);
  const position = new Map<Hex, number>();
  leaves.forEach(({ id, hash }, i) => {
    const at = tree.length - 1 - i;
    tree[at] = hash;
    position.set(id, at);
  });
  for (let i = leaves.length - 2; i >= 0; i--) tree[i] = hashPair(nodeAt(tree, 2 * i + 1), nodeAt(tree, 2 * i + 2));
  return {
    root: toHex(nodeAt(tree, 0)),
    proof: (id) => {
      const at = position.get(id);
      if (at === undefined) throw new SubjectNotInTree(id);
      return siblings(tree, at);
    },
  };
}

function siblings(tree: readonly Uint8Array[], leaf: number): Hex[] {
  const path: Hex[] = [];
  for (let i = leaf; i > 0; i = (i - 1) >> 1) path.push(toHex(nodeAt(tree, i % 2 === 0 ? i - 1 : i + 1)));
  return path;
}

function leafBytes({ id, lane, lossShare, throttleUsdPerHour, haltSeconds }: QuantisedScore): Uint8Array {
  const tuple = [lane.leverage, lane.liquidationAtRisk, lane.rehypothecation, lane.borrowLtv, lane.advice];
  const encoded = AbiCoder.defaultAbiCoder().encode(LEAF_TYPES, [
    id,
    tuple,
    lossShare,
    throttleUsdPerHour,
    haltSeconds,
  ]);
  return keccak_256(keccak_256(hexToBytes(encoded.slice(2))));
}

function hashPair(a: Uint8Array, b: Uint8Array): Uint8Array {
  const [low, high] = compareBytes(a, b) <= 0 ? [a, b] : [b, a];
  return keccak_256.create().update(low).update(high).digest();
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

function nodeAt(tree: readonly Uint8Array[], i: number): Uint8Array {
  const node = tree[i];
  if (node === undefined) throw new RangeError(`saw node ${i}, expected one of ${tree.length}`);
  return node;
}

function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`;
}
