import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** One row: its fields by column name. */
export type CsvRow = ReadonlyMap<string, string>;

/** Read a gzipped comma-separated file with a header and no quoted fields. */
export function readCsvGz(path: string): CsvRow[] {
  const [head = "", ...lines] = gunzipSync(readFileSync(path)).toString("utf8").trimEnd().split(/\r?\n/);
  const columns = head.split(",");
  return lines.map((line) => {
    const fields = line.split(",");
    return new Map(columns.map((column, i) => [column, fields[i] ?? ""]));
  });
}
