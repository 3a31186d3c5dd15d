import { choleskyFactor } from "./cholesky.js";
import type { ReturnTable } from "./returns.js";

/** How much further a matrix that is not positive definite is shrunk, per try. */
const REPAIR_STEP = 0.05;

/** Where deviations are measured from. */
export type Centre = "mean" | "zero";

/** Correlations and the sampling variance of each. **Shapes.** `Float64Array[n*n]`, symmetric. */
export interface SampleCorrelation {
  readonly matrix: Float64Array;
  readonly variance: Float64Array;
}

/** A positive definite correlation matrix, and how far it was pulled to a constant one. */
export interface ShrunkCorrelation {
  readonly matrix: Float64Array;
  readonly shrinkFrac: number;
  readonly meanCorrelation: number;
}

/**
 * Correlations of `table` over `days`, each pair over the days on which both are known.
 *
 * Over tail days use `zero`: what is wanted is how far assets fall together. Around their means on these days, selected
 * by the market's return, correlations come out below those of all days (the range of the market is cut; Boyer, Gibson,
 * Loretan 1999), and a crash would look like diversification.
 *
 * **Source.** Variance of a correlation, whatever the distribution: the mean square of its influence function
 * `x y - r (x^2 + y^2) / 2` on standardised returns (Devlin, Gnanadesikan, Kettenring 1975), over the number of days.
 */
export function sampleCorrelation(table: ReturnTable, days: Int32Array, centre: Centre): SampleCorrelation {
  const n = table.symbols.length;
  const matrix = new Float64Array(n * n);
  const variance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    matrix[i * n + i] = 1;
    for (let j = 0; j < i; j++) {
      const pair = pairCorrelation(table.change[i]!, table.change[j]!, days, centre);
      matrix[i * n + j] = matrix[j * n + i] = pair.value;
      variance[i * n + j] = variance[j * n + i] = pair.variance;
    }
  }
  return { matrix, variance };
}

function pairCorrelation(x: Float64Array, y: Float64Array, days: Int32Array, centre: Centre) {
  const both = days.filter((t) => !Number.isNaN(x[t]!) && !Number.isNaN(y[t]!));
  const [a, b] = [standardised(x, both, centre), standardised(y, both, centre)];
  const value = meanOf(a.map((left, t) => left * b[t]!));
  const influence = a.map((left, t) => left * b[t]! - (value / 2) * (left * left + b[t]! * b[t]!));
  return { value, variance: meanOf(influence.map(square)) / both.length };
}

function standardised(series: Float64Array, days: Int32Array, centre: Centre): Float64Array {
  const picked = Float64Array.from(days, (t) => series[t]!);
  const from = centre === "mean" ? meanOf(picked) : 0;
  const scale = Math.sqrt(meanOf(picked.map((value) => square(value - from))));
  return picked.map((value) => (value - from) / scale);
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Pull a sample towards the matrix whose correlations all equal its mean one, by the share that minimises the expected
 * squared error; further where the result is not positive definite (pairs with different days).
 *
 * **Source.** Target: Ledoit, Wolf 2004, "Honey, I shrunk the sample covariance matrix". Share: Schäfer, Strimmer 2005,
 * eq. 8, `sum Var(r_ij) / sum (r_ij - mean)^2`, without the covariance of sample and target, at most 1.
 */
export function shrunkCorrelation({ matrix, variance }: SampleCorrelation, n: number): ShrunkCorrelation {
  const meanCorrelation = (sumOf(matrix) - n) / (n * (n - 1));
  const distance = matrix.reduce((sum, value, e) => sum + (onDiagonal(e, n) ? 0 : square(value - meanCorrelation)), 0);
  const optimal = distance > 0 ? Math.min(1, sumOf(variance) / distance) : 1;
  for (let shrinkFrac = optimal; ; shrinkFrac = Math.min(1, shrinkFrac + REPAIR_STEP)) {
    const pulled = matrix.map((value, e) =>
      onDiagonal(e, n) ? 1 : shrinkFrac * meanCorrelation + (1 - shrinkFrac) * value,
    );
    if (shrinkFrac === 1 || choleskyFactor(pulled, n) !== null) return { matrix: pulled, shrinkFrac, meanCorrelation };
  }
}

/** `C_w = (1 - w) C_normal + w C_tail` (MODEL 5.8). */
export function mixedCorrelation(normal: Float64Array, tail: Float64Array, tailWeight: number): Float64Array {
  return normal.map((value, e) => (1 - tailWeight) * value + tailWeight * tail[e]!);
}

/** Rows of a lower triangle with its diagonal, as calibrations hold them, as a full symmetric matrix. */
export function fromTriangle(rows: readonly (readonly number[])[]): Float64Array {
  const n = rows.length;
  const matrix = new Float64Array(n * n);
  rows.forEach((row, i) => row.forEach((value, j) => (matrix[i * n + j] = matrix[j * n + i] = value)));
  return matrix;
}

function onDiagonal(entry: number, n: number): boolean {
  return entry % (n + 1) === 0;
}

function square(value: number): number {
  return value * value;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
