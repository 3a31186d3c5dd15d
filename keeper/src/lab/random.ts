import ln from "@stdlib/math-base-special-ln";
import { bigToInt, intToBig } from "../units.js";

/**
 * Seeded randomness of the lab: xoshiro128**, its state filled by SplitMix64.
 *
 * **Source.** Blackman and Vigna, xoshiro128starstar.c (v1.1) and splitmix64.c; tested against their published outputs.
 */

const MASK_64 = (1n << 64n) - 1n;
const MASK_32 = (1n << 32n) - 1n;
const TWO_POW_26 = 2 ** 26;
const TWO_POW_53 = 2 ** 53;

/** A stream of numbers that a seed determines. */
export interface Random {
  /** Uniform integer in [0, 2^32). */
  uint32(): number;
  /** Uniform float64 in [0, 1), 53 random bits. */
  unit(): number;
  /** Standard normal deviate. */
  normal(): number;
}

export type Xoshiro128State = readonly [number, number, number, number];

/** Start a stream from a non-negative safe integer. */
export function createRandom(seed: number): Random {
  const next = splitMix64(intToBig(seed));
  const [a, b] = [next(), next()];
  const word = (value: bigint): number => bigToInt(value & MASK_32);
  return randomFrom(xoshiro128([word(a), word(a >> 32n), word(b), word(b >> 32n)]));
}

function randomFrom(uint32: () => number): Random {
  const unit = (): number => {
    const high = uint32() >>> 5;
    return (high * TWO_POW_26 + (uint32() >>> 6)) / TWO_POW_53;
  };
  return { uint32, unit, normal: () => polarNormal(unit) };
}

/** Iterate SplitMix64: 64-bit words as bigints. */
export function splitMix64(seed: bigint): () => bigint {
  let state = seed & MASK_64;
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK_64;
    let word = ((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
    word = ((word ^ (word >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
    return word ^ (word >> 31n);
  };
}

/** Iterate xoshiro128**: 32-bit words. The state must not be all zero. */
export function xoshiro128(state: Xoshiro128State): () => number {
  let [s0, s1, s2, s3] = state;
  return () => {
    const word = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotateLeft(s3, 11);
    return word;
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Marsaglia's polar method: needs only a logarithm and a square root. */
function polarNormal(unit: () => number): number {
  for (;;) {
    const x = 2 * unit() - 1;
    const y = 2 * unit() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square);
  }
}
