const MAX_ITERATIONS = 10_000;
/** Relative change of the eigenvalue below which power iteration stops. */
const SETTLED = 1e-14;

/** The leading eigenpair of a non-negative operator; the vector sums to 1, or is 0 where the operator is. */
export interface Leading {
  readonly radius: number;
  readonly vector: Float64Array;
  readonly converged: boolean;
}

/**
 * Largest eigenvalue of a non-negative `matrix[n*n]`, and whether the iteration settled.
 *
 * A matrix whose n-th power vanishes has radius 0 and is told apart first.
 */
export function spectralRadius(matrix: Float64Array, n: number): { radius: number; converged: boolean } {
  const apply = (vector: Float64Array) => times(matrix, vector);
  let vector = new Float64Array(n).fill(1);
  for (let i = 0; i < n; i++) vector = apply(vector);
  if (vector.every((entry) => entry === 0)) return { radius: 0, converged: true };
  const { radius, converged } = leadingEigenpair(apply, n);
  return { radius, converged };
}

/**
 * Power iteration on `I + A` for a non-negative operator `apply` on vectors of length n: it has the eigenvectors of `A`
 * and does not go round in circles where entries feed each other in turns.
 */
export function leadingEigenpair(apply: (vector: Float64Array) => Float64Array, n: number): Leading {
  const vector = new Float64Array(n).fill(1 / n);
  let radius = 0;
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    const image = apply(vector);
    if (image.every((entry) => entry === 0)) return { radius: 0, vector: image, converged: true };
    let norm = 0;
    for (let k = 0; k < n; k++) norm += vector[k]! + image[k]!;
    for (let k = 0; k < n; k++) vector[k] = (vector[k]! + image[k]!) / norm;
    if (Math.abs(norm - 1 - radius) <= SETTLED * norm) return { radius: norm - 1, vector, converged: true };
    radius = norm - 1;
  }
  return { radius, vector, converged: false };
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(vector, (_, k) => {
    let sum = 0;
    for (let l = 0; l < vector.length; l++) sum += matrix[k * vector.length + l]! * vector[l]!;
    return sum;
  });
}
