/**
 * A square matrix by rows (CSR).
 *
 * **Shapes.** Row i holds the entries `start[i]` to `start[i + 1] - 1` of `column` and `value`; `start[size + 1]`.
 */
export interface SparseMatrix {
  readonly size: number;
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
}

/** Entries of a matrix in any order; two for one place add up. */
export interface Entries {
  readonly row: ArrayLike<number>;
  readonly column: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/** Sort `entries` by rows; within a row they keep their order. **Throws** `RangeError` for an index outside `size`. */
export function sparseOfEntries(size: number, entries: Entries): SparseMatrix {
  const count = entries.value.length;
  const start = new Int32Array(size + 1);
  for (let e = 0; e < count; e++) {
    const row = indexBelow(size, entries.row[e]);
    indexBelow(size, entries.column[e]);
    start[row + 1] = start[row + 1]! + 1;
  }
  for (let i = 0; i < size; i++) start[i + 1] = start[i + 1]! + start[i]!;
  const next = start.slice(0, size);
  const column = new Int32Array(count);
  const value = new Float64Array(count);
  for (let e = 0; e < count; e++) {
    const row = entries.row[e]!;
    const at = next[row]!;
    next[row] = at + 1;
    column[at] = entries.column[e]!;
    value[at] = entries.value[e]!;
  }
  return { size, start, column, value };
}

/** The entries of `rows` that are not 0. **Throws** `RangeError` where `rows` is not square. */
export function sparseOfRows(rows: readonly ArrayLike<number>[]): SparseMatrix {
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const cells = rows[i]!;
    if (cells.length !== rows.length) {
      throw new RangeError(`row ${i} has ${cells.length} cells, expected ${rows.length}: give a square matrix`);
    }
    for (let k = 0; k < cells.length; k++) {
      if (cells[k] === 0) continue;
      row.push(i);
      column.push(k);
      value.push(cells[k]!);
    }
  }
  return sparseOfEntries(rows.length, { row, column, value });
}

/** The transpose; columns ascend within its rows. */
export function transpose(matrix: SparseMatrix): SparseMatrix {
  return sparseOfEntries(matrix.size, { row: matrix.column, column: rowOfEntries(matrix), value: matrix.value });
}

/** The row of each entry. */
function rowOfEntries({ size, start, column }: SparseMatrix): Int32Array {
  const row = new Int32Array(column.length);
  for (let i = 0; i < size; i++) row.fill(i, start[i], start[i + 1]);
  return row;
}

/** `out = matrix * vector`, each row summed in the order of its entries. */
export function multiplyInto(out: Float64Array, matrix: SparseMatrix, vector: Float64Array): void {
  const { start, column, value } = matrix;
  for (let i = 0; i < matrix.size; i++) {
    let sum = 0;
    for (let e = start[i]!; e < start[i + 1]!; e++) sum += value[e]! * vector[column[e]!]!;
    out[i] = sum;
  }
}

/** Sum of each row. */
export function rowSums(matrix: SparseMatrix): Float64Array {
  const sums = new Float64Array(matrix.size);
  multiplyInto(sums, matrix, new Float64Array(matrix.size).fill(1));
  return sums;
}

function indexBelow(size: number, index: number | undefined): number {
  if (index !== undefined && Number.isInteger(index) && index >= 0 && index < size) return index;
  throw new RangeError(`saw index ${index}, expected an integer from 0 to ${size - 1}: name nodes by their position`);
}
