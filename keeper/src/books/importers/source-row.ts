import { isDecimal } from "../decimal.js";
import { BookSourceMalformed } from "../errors.js";
import type { CsvRow } from "./csv.js";

/** One row of a recorded file, with its place for errors. */
export interface SourceRow {
  readonly file: string;
  /** 1 is the header. */
  readonly number: number;
  readonly fields: CsvRow;
}

/** Take a decimal field. Throws `BookSourceMalformed` where it is missing or no number. */
export function field(row: SourceRow, column: string): string {
  const text = row.fields.get(column);
  if (text === undefined) throw sourceError(row, `no column ${column}`, "that column");
  const plain = text.replace("e+", "e");
  if (!isDecimal(plain)) throw sourceError(row, `${column} = "${text}"`, "a decimal number >= 0");
  return plain;
}

export function sourceError(
  { file, number }: Pick<SourceRow, "file" | "number">,
  seen: string,
  expected: string,
): BookSourceMalformed {
  return new BookSourceMalformed(file, number, { seen, expected });
}
