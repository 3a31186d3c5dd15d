import { ln } from "../../../keeper/src/model/elementary.js";

/** A stream of numbers that is the same everywhere. */
export interface Seeded {
  /** Uniform in [0,1). */
  uniform(): number;
  /** Uniform in 0..count-1. */
  below(count: number): number;
  normal(): number;
  /** With mean 1. */
  exponential(): number;
}

/** Mulberry32 by T. Ettinger: 32 bits of state, enough for made-up books. Normals by Marsaglia's polar method. */
export function seeded(seed: number): Seeded {
  let state = seed | 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
  const normal = (): number => {
    for (;;) {
      const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1];
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square);
    }
  };
  return {
    uniform,
    below: (count) => Math.floor(uniform() * count),
    normal,
    exponential: () => -ln(1 - uniform()),
  };
}
