import type { Book } from "./book.js";
import { runCascade, type Cascade } from "./cascade.js";
import { DECISION_RULES, standstill } from "./pause.js";

const MAX_ITERATIONS = 10_000;
/** Relative change of the eigenvalue below which power iteration stops. */
const SETTLED = 1e-14;

/**
 * Local amplification `J[k*K+l]`: the drop of k, from its shocked price, that the first-round sales after a drop
 * `windowFrac` of l cause, over that drop. Runs {@link DECISION_RULES} with `buyBack` as given.
 *
 * **Source.** MODEL 6.2.
 */
export function jacobian(book: Book, windowFrac: number, run: Cascade, buyBack: boolean): Float64Array {
  const size = book.state.assets.length;
  const matrix = new Float64Array(size * size);
  for (let l = 0; l < size; l++) {
    const shock = standstill(size);
    shock.dropFrac[l] = windowFrac;
    runCascade(book, shock, { ...DECISION_RULES, buyBack, maxRounds: 0 }, run);
    const before = Float64Array.from(run.prices.price);
    runCascade(book, shock, { ...DECISION_RULES, buyBack, maxRounds: 1 }, run);
    for (let k = 0; k < size; k++) matrix[k * size + l] = (1 - run.prices.price[k]! / before[k]!) / windowFrac;
  }
  return matrix;
}

/**
 * Largest eigenvalue of a non-negative `matrix[n*n]`, and whether the iteration settled.
 *
 * Power iteration on `I + matrix`, which has the same eigenvectors and does not go round in circles where assets hit
 * each other in turns. A matrix whose n-th power vanishes has radius 0 and is told apart first.
 */
export function spectralRadius(matrix: Float64Array, n: number): { radius: number; converged: boolean } {
  let vector = new Float64Array(n).fill(1);
  for (let i = 0; i < n; i++) vector = times(matrix, vector, 0);
  if (vector.every((entry) => entry === 0)) return { radius: 0, converged: true };
  vector.fill(1 / n);
  let radius = 0;
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    vector = times(matrix, vector, 1);
    let norm = 0;
    for (let k = 0; k < n; k++) norm += vector[k]!;
    for (let k = 0; k < n; k++) vector[k] = vector[k]! / norm;
    if (Math.abs(norm - 1 - radius) <= SETTLED * norm) return { radius: norm - 1, converged: true };
    radius = norm - 1;
  }
  return { radius, converged: false };
}

/** `(shift I + matrix) vector`. */
function times(matrix: Float64Array, vector: Float64Array, shift: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(vector, (own, k) => {
    let sum = shift * own;
    for (let l = 0; l < vector.length; l++) sum += matrix[k * vector.length + l]! * vector[l]!;
    return sum;
  });
}
