/** A pivot at or below this is rounding, not variance: correlations have a unit diagonal. */
const SMALLEST_PIVOT = 1e-12;

/**
 * Lower triangular L with `L L' = matrix`, or null where the matrix is not positive definite.
 *
 * **Shapes.** `matrix`, L: `Float64Array[n*n]`, row by row; only the lower triangle of `matrix` is read.
 *
 * **Source.** Golub, Van Loan 2013, algorithm 4.2.1 by rows. Sums run in a fixed order, so that everybody gets the same bits.
 */
export function choleskyFactor(matrix: Float64Array, n: number): Float64Array | null {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) rest -= factor[i * n + k]! * factor[j * n + k]!;
      if (j < i) factor[i * n + j] = rest / factor[j * n + j]!;
      else if (rest > SMALLEST_PIVOT) factor[i * n + i] = Math.sqrt(rest);
      else return null;
    }
  }
  return factor;
}
