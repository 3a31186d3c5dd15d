/**
 * Scratch for `x = rhs + W x` over a few nodes of a network, W non-negative with column sums of at most 1 and
 * `(I - W)` regular: what nodes pay that pay out everything they get.
 *
 * **Shapes.** Rows in CSR, `start[count + 1]`; `x[count]`, the start of the solution and then the solution. Arrays are
 * as large as the network; only the first `count` rows are in use.
 */
export interface LinearSystem {
  count: number;
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly weight: Float64Array;
  readonly rhs: Float64Array;
  readonly x: Float64Array;
  /** Share of each unknown that leaves the system, 1 less its column sum: set by {@link sumLeaks}. */
  readonly leak: Float64Array;
  /** Dense scratch of elimination; grows when it is first needed. */
  dense: Float64Array;
}

/** Change of an unknown, relative to its size, that is rounding. */
const SETTLED = 1e-15;
/** Sweeps after which the level of the whole solution is corrected as well; past these that only adds rounding. */
const LEVELLED_SWEEPS = 24;
/** Elimination takes the square of this many float64 (8 MB); larger systems are only swept. */
const ELIMINATION_MAX = 1024;
const SWEEPS_MAX = 100_000;

/** Scratch for systems within a network of `size` nodes and `entries` links. */
export function createLinearSystem(size: number, entries: number): LinearSystem {
  return {
    count: 0,
    start: new Int32Array(size + 1),
    column: new Int32Array(entries),
    weight: new Float64Array(entries),
    rhs: new Float64Array(size),
    x: new Float64Array(size),
    leak: new Float64Array(size),
    dense: new Float64Array(0),
  };
}

/**
 * Solve to rounding: Gauss-Seidel sweeps as long as they are cheaper than elimination, then elimination. Returns false
 * where a system too large to eliminate did not settle.
 */
export function solve(system: LinearSystem): boolean {
  const { count, start } = system;
  const canEliminate = count <= ELIMINATION_MAX;
  const sweeps = canEliminate ? Math.floor((count * count * count) / (3 * (start[count]! + count))) : SWEEPS_MAX;
  sumLeaks(system);
  for (let s = 0; s < sweeps; s++) {
    if (s < LEVELLED_SWEEPS) level(system);
    if (sweep(system)) return true;
  }
  if (canEliminate) eliminate(system);
  return canEliminate;
}

/** One Gauss-Seidel sweep in place; true where it changed nothing. From above a solution it stays above it. */
export function sweep({ count, start, column, weight, rhs, x }: LinearSystem): boolean {
  let settled = true;
  for (let m = 0; m < count; m++) {
    let sum = rhs[m]!;
    for (let e = start[m]!; e < start[m + 1]!; e++) sum += weight[e]! * x[column[e]!]!;
    if (Math.abs(sum - x[m]!) > SETTLED * sum) settled = false;
    x[m] = sum;
  }
  return settled;
}

function sumLeaks({ count, start, column, weight, leak }: LinearSystem): void {
  leak.fill(1, 0, count);
  for (let e = 0; e < start[count]!; e++) leak[column[e]!] = leak[column[e]!]! - weight[e]!;
}

/**
 * Scale `x` so that as much leaves the system as enters it. Sweeps are slow at finding that level where little leaks,
 * and quick at everything else.
 */
function level({ count, rhs, x, leak }: LinearSystem): void {
  let enters = 0;
  let leaves = 0;
  for (let m = 0; m < count; m++) {
    enters += rhs[m]!;
    leaves += leak[m]! * x[m]!;
  }
  if (!(leaves > 0)) return;
  const factor = enters / leaves;
  for (let m = 0; m < count; m++) x[m] = x[m]! * factor;
}

/** Gaussian elimination. `I - W` is diagonally dominant by columns, so that no pivoting is needed. */
function eliminate(system: LinearSystem): void {
  const { count, rhs, x } = system;
  const a = fillDense(system);
  for (let m = 0; m < count; m++) x[m] = rhs[m]!;
  for (let p = 0; p < count; p++) {
    const lead = a[p * count + p]!;
    for (let i = p + 1; i < count; i++) {
      const factor = a[i * count + p]! / lead;
      if (factor === 0) continue;
      for (let k = p + 1; k < count; k++) a[i * count + k] = a[i * count + k]! - factor * a[p * count + k]!;
      x[i] = x[i]! - factor * x[p]!;
    }
  }
  for (let p = count - 1; p >= 0; p--) {
    let sum = x[p]!;
    for (let k = p + 1; k < count; k++) sum -= a[p * count + k]! * x[k]!;
    x[p] = sum / a[p * count + p]!;
  }
}

/** `I - W`, row-major. */
function fillDense(system: LinearSystem): Float64Array {
  const { count, start, column, weight } = system;
  if (system.dense.length < count * count) system.dense = new Float64Array(count * count);
  const a = system.dense;
  a.fill(0, 0, count * count);
  for (let m = 0; m < count; m++) {
    a[m * count + m] = 1;
    for (let e = start[m]!; e < start[m + 1]!; e++) {
      const at = m * count + column[e]!;
      a[at] = a[at]! - weight[e]!;
    }
  }
  return a;
}
