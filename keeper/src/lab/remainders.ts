import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { BASE_DECIMALS, type Book } from "../books/book.js";
import { formatDecimal } from "../books/decimal.js";

/** Where the lab leaves what is too long to print: under the current folder, ignored by git. */
const FOLDER = ".bulkhead";

/**
 * List every account that a book's source names only in part, as CSV: what is missing from its totals, and what was placed
 * for it, in the book's base currency. Returns the file's path.
 */
export async function writeRemainders({ name, base, remainders }: Book): Promise<string> {
  const decimals = BASE_DECIMALS[base];
  const rows = remainders.map(({ id, side, handling, fileValue, placedValue }) =>
    [id, side, handling, formatDecimal(fileValue, decimals), formatDecimal(placedValue, decimals)].join(","),
  );
  const file = path.join(FOLDER, `${name}-remainders.csv`);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(file, [`account,side,handling,unnamed ${base},placed ${base}`, ...rows, ""].join("\n"));
  return file;
}
