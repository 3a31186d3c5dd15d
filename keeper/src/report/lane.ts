import { bigToInt, intToBig, type Bps, type Cx } from "../units.js";
import type { Advice } from "../model/assessment.js";

/** What is published about one subject: struct `Score` of contracts/types/Score.sol. */
export interface Lane {
  /** 0 means unknown, otherwise at least 100. */
  readonly leverage: Cx;
  readonly liquidationAtRisk: Bps;
  readonly rehypothecation: Cx;
  /** 0 means none given. */
  readonly borrowLtv: Bps;
  readonly advice: Advice;
}

/** The lane of a subject about which nothing is known. */
export const UNKNOWN_LANE: Lane = {
  leverage: 0,
  liquidationAtRisk: 0,
  rehypothecation: 0,
  borrowLtv: 0,
  advice: 0,
};

const LANES_PER_WORD = 4;
const LANE_BITS = 64n;
const LANE_MASK = (1n << LANE_BITS) - 1n;

/** A field of a lane: where it starts and how many bits it has. */
const FIELDS = [
  ["leverage", 0n, 16n],
  ["liquidationAtRisk", 16n, 16n],
  ["rehypothecation", 32n, 16n],
  ["borrowLtv", 48n, 14n],
  ["advice", 62n, 2n],
] as const;

/** Pack one lane into 64 bits. Throws `RangeError` when a field does not fit its width. */
export function packLane(lane: Lane): bigint {
  let packed = 0n;
  for (const [name, shift, bits] of FIELDS) {
    const value = intToBig(lane[name]);
    if (value < 0n || value >> bits !== 0n)
      throw new RangeError(`lane field ${name}: saw ${value}, expected ${bits} bits`);
    packed |= value << shift;
  }
  return packed;
}

/** Read one lane out of its 64 bits. */
export function unpackLane(packed: bigint): Lane {
  const field = (shift: bigint, bits: bigint): number => bigToInt((packed >> shift) & ((1n << bits) - 1n));
  return {
    leverage: field(0n, 16n),
    liquidationAtRisk: field(16n, 16n),
    rehypothecation: field(32n, 16n),
    borrowLtv: field(48n, 14n),
    advice: field(62n, 2n) as Advice,
  };
}

/** How many words the lanes of `count` subjects take. */
export function laneWords(count: number): number {
  return Math.ceil(count / LANES_PER_WORD);
}

/** Pack lanes four to a word: lane `i` in word `i / 4` at bit `64 * (i % 4)`; unused lanes of the last word are zero. */
export function packLanes(lanes: readonly Lane[]): bigint[] {
  const words: bigint[] = new Array<bigint>(laneWords(lanes.length)).fill(0n);
  lanes.forEach((lane, i) => {
    const word = Math.floor(i / LANES_PER_WORD);
    words[word] = (words[word] ?? 0n) | (packLane(lane) << (LANE_BITS * intToBig(i % LANES_PER_WORD)));
  });
  return words;
}

/** Read `count` lanes out of packed words. Throws `RangeError` when there are too few words. */
export function unpackLanes(words: readonly bigint[], count: number): Lane[] {
  return Array.from({ length: count }, (_, i) => {
    const word = words[Math.floor(i / LANES_PER_WORD)];
    if (word === undefined) throw new RangeError(`saw ${words.length} words, expected enough for ${count} lanes`);
    return unpackLane((word >> (LANE_BITS * intToBig(i % LANES_PER_WORD))) & LANE_MASK);
  });
}
