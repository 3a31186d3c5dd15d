import { leontiefInverse } from "../../graph/look-through.js";
import type { Book } from "../book.js";
import type { Cascade, CascadeRules } from "../cascade.js";
import { LADDER_RULES } from "../leverage.js";
import { jacobian } from "./jacobian.js";
import { spectralRadius } from "./spectral.js";

/** The ladder's rules without buying debt back: a squeeze would make entries of J negative, and MODEL 6.2 has J >= 0. */
export const SALES_ONLY: CascadeRules = { ...LADDER_RULES, buyBack: false };

/** Drops at which local amplification is reported. MODEL 6.2. */
export const WINDOWS = [0.01, 0.03, 0.05] as const;

/** How small drops grow. */
export interface Amplification {
  readonly windowFrac: number;
  /** `J[K*K]`. */
  readonly jacobian: Float64Array;
  /** Largest eigenvalue of J: below 1 small drops die out. */
  readonly radius: number;
  /** `(I-J)^-1`: final drops per outside drop; null where the system is supercritical at this window. */
  readonly inverse: Float64Array | null;
}

/** Local amplification from t0 at every window. `run` is scratch. */
export function amplifications(book: Book, run: Cascade, windows: readonly number[] = WINDOWS): Amplification[] {
  return windows.map((windowFrac) => {
    const matrix = jacobian(book, run, { windowFrac, rules: SALES_ONLY });
    return amplificationOf(matrix, book.state.assets.length, windowFrac);
  });
}

/**
 * What a given `J[K*K]` amounts to. A non-negative J has its radius below 1 exactly where `(I-J)^-1` exists and is
 * non-negative, so that the inverse decides, not the rounding of the radius.
 */
export function amplificationOf(matrix: Float64Array, size: number, windowFrac: number): Amplification {
  const { radius } = spectralRadius(matrix, size);
  return { windowFrac, jacobian: matrix, radius, inverse: leontiefInverse(matrix, size) };
}

/** `inverse' vector`: the adjoint solve `(I-J')^-1 W`, which is the delta of a linear system. **Source.** MODEL 6.3, 6.4. */
export function adjoint(inverse: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  return Float64Array.from(vector, (_, l) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += inverse[k * size + l]! * vector[k]!;
    return sum;
  });
}

/** One line for people. */
export function describeAmplification({ windowFrac, radius, inverse }: Amplification): string {
  const window = `${(windowFrac * 100).toFixed(1)} %`;
  return inverse === null
    ? `supercritical at window ${window}: spectral radius ${radius.toFixed(3)}, no inverse`
    : `spectral radius ${radius.toFixed(3)} at window ${window}`;
}
