import { expectAmounts } from "./amounts.js";
import { rowSums, transpose, type SparseMatrix } from "./sparse.js";

/**
 * Who owes whom: prepared once, cleared for any external assets.
 *
 * **Shapes.** `owed`: row i, the share of i's total liabilities owed to the column. `claims`: its transpose.
 * `faceUsd[n]`: total liabilities, external ones included; `dueUsd[n]`: what i gets where everybody pays in full.
 */
export interface ClearingNetwork {
  readonly owed: SparseMatrix;
  readonly claims: SparseMatrix;
  readonly faceUsd: Float64Array;
  readonly dueUsd: Float64Array;
}

/**
 * Prepare the network of `liabilities` (row i owes the column) and liabilities to the outside, which rank equally.
 *
 * **Units.** USD. **Throws** `RangeError` for amounts that are not finite or below 0.
 */
export function clearingNetwork(liabilities: SparseMatrix, externalLiabilitiesUsd: Float64Array): ClearingNetwork {
  const { size, start, column } = liabilities;
  expectAmounts(liabilities.value, liabilities.value.length, "liabilities");
  expectAmounts(externalLiabilitiesUsd, size, "external liabilities");
  const faceUsd = rowSums(liabilities);
  for (let i = 0; i < size; i++) faceUsd[i] = faceUsd[i]! + externalLiabilitiesUsd[i]!;
  const value = Float64Array.from(liabilities.value);
  for (let i = 0; i < size; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) value[e] = faceUsd[i]! > 0 ? value[e]! / faceUsd[i]! : 0;
  }
  return {
    owed: { size, start, column, value },
    claims: transpose({ size, start, column, value }),
    faceUsd,
    dueUsd: rowSums(transpose(liabilities)),
  };
}
