/** Words of the multipliers and of the key's step, from the reference implementation. */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const KEY_STEP_0 = 0x9e3779b9;
const KEY_STEP_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_POW_26 = 67_108_864;
const TWO_POW_52 = 4_503_599_627_370_496;

/** Four 32-bit words. */
export type Words4 = readonly [number, number, number, number];
/** Two 32-bit words. */
export type Words2 = readonly [number, number];

/**
 * Philox4x32-10: 128 bits that only `counter` and `key` determine.
 *
 * There is no state to carry: any draw can be made first, last, alone or on another thread, and is the same.
 *
 * **Source.** Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"; tested against the
 * known answers of its authors' Random123.
 */
export function philox4x32(counter: Words4, key: Words2): Words4 {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highProduct(MULTIPLIER_0, a);
    const high1 = highProduct(MULTIPLIER_1, c);
    const low0 = Math.imul(MULTIPLIER_0, a) >>> 0;
    a = (high1 ^ b ^ k0) >>> 0;
    b = Math.imul(MULTIPLIER_1, c) >>> 0;
    c = (high0 ^ d ^ k1) >>> 0;
    d = low0;
    k0 = (k0 + KEY_STEP_0) >>> 0;
    k1 = (k1 + KEY_STEP_1) >>> 0;
  }
  return [a, b, c, d];
}

/** Upper 32 bits of the product of two 32-bit words, from its 16-bit parts: each sum stays below 2^53, so is exact. */
function highProduct(x: number, y: number): number {
  const xHigh = x >>> 16;
  const xLow = x & 0xffff;
  const yHigh = y >>> 16;
  const yLow = y & 0xffff;
  const middle = xHigh * yLow + ((xLow * yLow) >>> 16);
  const carry = xLow * yHigh + (middle & 0xffff);
  return (xHigh * yHigh + Math.floor(middle / 0x10000) + (carry >>> 16)) >>> 0;
}

/**
 * Two uniforms strictly between 0 and 1 from one block: `(n + 1/2) / 2^52`, n of 52 bits.
 *
 * Exact in float64, never 0 or 1, and symmetric: 1 - u is a value that the generator can give as well.
 */
export function uniforms(counter: Words4, key: Words2): readonly [number, number] {
  const [a, b, c, d] = philox4x32(counter, key);
  return [uniform(a, b), uniform(c, d)];
}

function uniform(high: number, low: number): number {
  return ((high >>> 6) * TWO_POW_26 + (low >>> 6) + 0.5) / TWO_POW_52;
}
