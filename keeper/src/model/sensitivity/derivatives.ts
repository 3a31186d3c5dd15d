import { MAX_DROP } from "../shock.js";

/** Linf in USD as a function of drops `[K]`; NaN where it is unknown. */
export type Loss = (dropFrac: Float64Array) => number;

/** Below this window the jumps of single accounts dominate a difference. MODEL 6.3. */
export const DIFFERENCE_WINDOW = 0.01;

/**
 * `Delta[K]`: USD lost more per drop of each asset, at drops `at[K]`. Central differences over `h`; one-sided where a
 * drop would leave [0,1).
 *
 * **Source.** MODEL 6.3.
 */
export function delta(loss: Loss, at: Float64Array, h: number = DIFFERENCE_WINDOW): Float64Array {
  return at.map((drop, k) => {
    const [low, high] = reach(drop, h, h);
    return (loss(moved(at, [k, high])) - loss(moved(at, [k, low]))) / (high - low);
  });
}

/**
 * `Gamma[K*K]`: the four-point stencil, which is the difference of the differences, each central or one-sided as
 * {@link delta} is; on the diagonal they reach 2h.
 *
 * **Source.** MODEL 6.3.
 */
export function gamma(loss: Loss, at: Float64Array, h: number = DIFFERENCE_WINDOW): Float64Array {
  const size = at.length;
  const result = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    for (let l = 0; l <= k; l++) {
      const room = k === l ? 2 * h : h;
      const [lowK, highK] = reach(at[k]!, h, room);
      const [lowL, highL] = reach(at[l]!, h, room);
      const corner = (a: number, b: number) => loss(moved(at, [k, a], [l, b]));
      const rise = corner(highK, highL) - corner(highK, lowL) - corner(lowK, highL) + corner(lowK, lowL);
      result[k * size + l] = result[l * size + k] = rise / ((highK - lowK) * (highL - lowL));
    }
  }
  return result;
}

/** Derivatives of the loss smoothed by a normal of width h. */
export interface Smoothed {
  readonly delta: Float64Array;
  readonly gamma: Float64Array;
}

/**
 * Stein's form of both derivatives: `Delta = E[Linf(s+hz) z]/h`, `Gamma = E[Linf(s+hz)(zz'-I)]/h^2` over z ~ N(0,I),
 * for losses that jump account by account. Each draw is used with its mirror image, and Linf(s) is subtracted: that
 * leaves both expectations as they are and takes away most of the noise. Drops are cut at `MAX_DROP`; prices may rise.
 *
 * **Shapes.** `normals[N*K]`, one draw a row. **Source.** MODEL 6.3; Stein 1981, lemmas 1 and 2.
 */
export function smoothedDerivatives(loss: Loss, at: Float64Array, h: number, normals: Float64Array): Smoothed {
  const size = at.length;
  const draws = Math.floor(normals.length / size);
  const delta = new Float64Array(size);
  const gamma = new Float64Array(size * size);
  const middle = loss(at);
  for (let n = 0; n < draws; n++) {
    const z = normals.subarray(n * size, (n + 1) * size);
    const up = loss(at.map((drop, k) => Math.min(MAX_DROP, drop + h * z[k]!)));
    const down = loss(at.map((drop, k) => Math.min(MAX_DROP, drop - h * z[k]!)));
    const slope = (up - down) / (2 * h * draws);
    const bend = ((up + down) / 2 - middle) / (h * h * draws);
    for (let k = 0; k < size; k++) {
      delta[k] = delta[k]! + slope * z[k]!;
      for (let l = 0; l < size; l++) {
        gamma[k * size + l] = gamma[k * size + l]! + bend * (z[k]! * z[l]! - (k === l ? 1 : 0));
      }
    }
  }
  return { delta, gamma };
}

/** Offsets of a difference over `h` at `drop`: both sides where there is `room` within [0,1), else the side that has it. */
function reach(drop: number, h: number, room: number): readonly [low: number, high: number] {
  return [drop - room >= 0 ? -h : 0, drop + room < 1 ? h : 0];
}

function moved(at: Float64Array, ...moves: readonly (readonly [k: number, by: number])[]): Float64Array {
  const drops = Float64Array.from(at);
  for (const [k, by] of moves) drops[k] = drops[k]! + by;
  return drops;
}
