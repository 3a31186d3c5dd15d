/**
 * What one unit of each token is a claim on, through any number of wrappers.
 *
 * **Shapes.** `units[K*K]` row-major: base units behind one unit of token j, `W = (I-A_DD)^-1 A_DB` for derived tokens,
 * the identity for base assets. `claims[K*K]`: the claims that count. `depth[K]`: wrappers between a token and what is
 * underneath, at the most; a circle counts once, a base asset is 0. `circular`: tokens on circles that do not resolve,
 * ascending; they must be flagged.
 */
export interface LookThrough {
  readonly units: Float64Array;
  readonly claims: Float64Array;
  readonly depth: Int32Array;
  readonly circular: readonly number[];
}

/** Relative size below which a pivot counts as zero. */
const SINGULAR = 1e-12;

/**
 * Solve the Leontief system of `claims[K*K]` (row j: whole units of asset k behind one unit of j; zero rows are base
 * assets), circle by circle.
 *
 * A non-negative `A` has spectral radius below 1 exactly where `(I-A)^-1` exists and is non-negative, which is how a
 * circle that resolves is told from one that does not: `A_jj` in (0,1) divides by `1-A_jj`. In one that does not
 * resolve, what its tokens claim on each other counts for nothing and only what is outside of it does: the least of the
 * values that the circle allows, 0 where nothing is outside.
 *
 * **Source.** MODEL 5.1, 5.6 and 8; Leontief inverse, Berman and Plemmons 1994, theorem 6.2.3; least clearing vector,
 * Eisenberg and Noe 2001, theorem 1.
 */
export function lookThrough(claims: Float64Array, size: number): LookThrough {
  const counted = Float64Array.from(claims);
  const units = new Float64Array(size * size);
  const depth = new Int32Array(size);
  const circular: number[] = [];
  const seen = new Uint8Array(size);
  const circles = circlesOf(claims, size);

  function resolve(circle: readonly number[]): void {
    for (const j of circle) seen[j] = 1;
    const inverse = leontiefInverse(block(claims, size, circle), circle.length);
    if (inverse === null) {
      circular.push(...circle);
      for (const j of circle) for (const k of circle) counted[j * size + k] = 0;
    }
    let deepest = -1;
    const outside = circle.map((j) => {
      const row = new Float64Array(size);
      if (!isClaim(claims, size, j)) row[j] = 1;
      for (let k = 0; k < size; k++) {
        const held = claims[j * size + k]!;
        if (!(held > 0) || circle.includes(k)) continue;
        if (seen[k] === 0) resolve(circles[k]!);
        for (let b = 0; b < size; b++) row[b] = row[b]! + held * units[k * size + b]!;
        deepest = Math.max(deepest, depth[k]!);
      }
      return row;
    });
    circle.forEach((j, m) => {
      depth[j] = deepest + 1;
      for (let b = 0; b < size; b++) {
        units[j * size + b] = inverse === null ? outside[m]![b]! : mix(inverse, outside, m, b);
      }
    });
  }

  for (let j = 0; j < size; j++) if (seen[j] === 0) resolve(circles[j]!);
  return { units, claims: counted, depth, circular: circular.sort((a, b) => a - b) };
}

/** Entry b of row m of `inverse` times the rows `outside`. */
function mix(inverse: Float64Array, outside: readonly Float64Array[], m: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < outside.length; i++) sum += inverse[m * outside.length + i]! * outside[i]![b]!;
  return sum;
}

/** The square part of `matrix[size*size]` at `indices`. */
function block(matrix: Float64Array, size: number, indices: readonly number[]): Float64Array {
  return Float64Array.from(indices.flatMap((j) => indices.map((k) => matrix[j * size + k]!)));
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

/** For every token the tokens, ascending, that it and that lead back to it; itself alone where it is on no circle. */
function circlesOf(claims: Float64Array, size: number): number[][] {
  const reach = Uint8Array.from(claims, (units) => (units > 0 ? 1 : 0));
  for (let via = 0; via < size; via++) {
    for (let i = 0; i < size; i++) {
      if (reach[i * size + via] === 0) continue;
      for (let k = 0; k < size; k++) if (reach[via * size + k] === 1) reach[i * size + k] = 1;
    }
  }
  const all = Array.from({ length: size }, (_, j) => j);
  return all.map((j) => all.filter((k) => k === j || (reach[j * size + k] === 1 && reach[k * size + j] === 1)));
}

/** True where token j is a claim on anything. */
export function isClaim(claims: Float64Array, size: number, j: number): boolean {
  for (let k = 0; k < size; k++) if (claims[j * size + k]! > 0) return true;
  return false;
}
