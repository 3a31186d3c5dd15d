/**
 * What one unit of each token is a claim on, through any number of wrappers.
 *
 * **Shapes.** `units[K*K]` row-major: base units behind one unit of token j, `W = (I-A_DD)^-1 A_DB` for derived tokens,
 * the identity for base assets. `rejected`: tokens whose claims do not resolve (`A_jj >= 1` or spectral radius >= 1);
 * they are treated as base assets of their own and must be flagged.
 */
export interface LookThrough {
  readonly units: Float64Array;
  readonly rejected: readonly number[];
}

/** Relative size below which a pivot counts as zero. */
const SINGULAR = 1e-12;

/**
 * Solve the Leontief system of `claims[K*K]` (row j: whole units of asset k behind one unit of j; zero rows are base
 * assets). A non-negative `A` has spectral radius below 1 exactly where `(I-A)^-1` exists and is non-negative, which is
 * how a circular token is told from a resolvable one; the tokens on rejected cycles lose their claims and the rest is
 * solved again.
 *
 * **Source.** MODEL 5.1 and 8; Leontief inverse, Berman and Plemmons 1994, theorem 6.2.3.
 */
export function lookThrough(claims: Float64Array, size: number): LookThrough {
  const open = Float64Array.from(claims);
  const rejected: number[] = [];
  for (;;) {
    const inverse = leontiefInverse(open, size);
    const bad = inverse === null ? onCycle(open, size) : [];
    if (inverse !== null) return { units: baseColumns(inverse, open, size), rejected: rejected.sort((a, b) => a - b) };
    for (const j of bad) {
      rejected.push(j);
      open.fill(0, j * size, (j + 1) * size);
    }
  }
}

/** `(I-A)^-1` by Gauss-Jordan elimination with partial pivoting, or null where it is singular or has a negative entry. */
export function leontiefInverse(claims: Float64Array, size: number): Float64Array | null {
  const width = 2 * size;
  const rows = new Float64Array(size * width);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) rows[i * width + k] = (i === k ? 1 : 0) - claims[i * size + k]!;
    rows[i * width + size + i] = 1;
  }
  for (let column = 0; column < size; column++) {
    if (!pivot(rows, size, column)) return null;
  }
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const entry = rows[i * width + size + k]!;
      if (entry < -SINGULAR) return null;
      inverse[i * size + k] = Math.max(0, entry);
    }
  }
  return inverse;
}

function pivot(rows: Float64Array, size: number, column: number): boolean {
  const width = 2 * size;
  let best = column;
  for (let i = column + 1; i < size; i++) {
    if (Math.abs(rows[i * width + column]!) > Math.abs(rows[best * width + column]!)) best = i;
  }
  const lead = rows[best * width + column]!;
  if (Math.abs(lead) < SINGULAR) return false;
  for (let k = 0; k < width; k++) {
    const moved = rows[best * width + k]! / lead;
    rows[best * width + k] = rows[column * width + k]!;
    rows[column * width + k] = moved;
  }
  for (let i = 0; i < size; i++) {
    const factor = rows[i * width + column]!;
    if (i === column || factor === 0) continue;
    for (let k = 0; k < width; k++) rows[i * width + k] = rows[i * width + k]! - factor * rows[column * width + k]!;
  }
  return true;
}

/** Tokens that reach themselves through positive claims. */
function onCycle(claims: Float64Array, size: number): number[] {
  const reach = Uint8Array.from(claims, (units) => (units > 0 ? 1 : 0));
  for (let via = 0; via < size; via++) {
    for (let i = 0; i < size; i++) {
      if (reach[i * size + via] === 0) continue;
      for (let k = 0; k < size; k++) if (reach[via * size + k] === 1) reach[i * size + k] = 1;
    }
  }
  return Array.from({ length: size }, (_, j) => j).filter((j) => reach[j * size + j] === 1);
}

/** Keep only the columns of assets that are no claims themselves. */
function baseColumns(inverse: Float64Array, claims: Float64Array, size: number): Float64Array {
  const units = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    if (isClaim(claims, size, k)) continue;
    for (let j = 0; j < size; j++) units[j * size + k] = inverse[j * size + k]!;
  }
  return units;
}

/** True where token j is a claim on anything. */
export function isClaim(claims: Float64Array, size: number, j: number): boolean {
  for (let k = 0; k < size; k++) if (claims[j * size + k]! > 0) return true;
  return false;
}
