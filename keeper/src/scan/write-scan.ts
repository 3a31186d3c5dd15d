import { stringify } from "csv-stringify/sync";
import { mkdir, mkdtemp, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { canonicalJson, snapshotHash } from "../snapshot/canonical.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import { tablesOf, type Table } from "./tables.js";

/** The folder of a scan cannot be written. */
export class ScanNotWritten extends Error {
  override readonly name = "ScanNotWritten";
}

export interface ScanFormats {
  readonly csv: boolean;
  readonly parquet: boolean;
}

const ROWS_AT_ONCE = 10_000;
const SNAPSHOT_FILE = "snapshot.json";

/**
 * Write a snapshot as a new folder: `snapshot.json` (its canonical text) and, where asked for, its tables. The folder appears
 * whole or not at all; one that holds the same snapshot is replaced.
 *
 * **Throws** {@link ScanNotWritten}: the folder holds something else, or Parquet is asked for without DuckDB.
 */
export async function writeScan(folder: string, snapshot: Snapshot, formats: ScanFormats): Promise<void> {
  const text = canonicalJson(snapshot);
  await requireOurs(folder, text);
  const parquet = formats.parquet ? await openParquet() : undefined;
  const parent = path.dirname(path.resolve(folder));
  await mkdir(parent, { recursive: true });
  const fresh = await mkdtemp(path.join(parent, ".scan-"));
  try {
    await writeLines(path.join(fresh, SNAPSHOT_FILE), [text]);
    if (formats.csv || parquet !== undefined) {
      for (const table of tablesOf(snapshot)) {
        const csv = path.join(fresh, `${table.name}.csv`);
        await writeLines(csv, csvOf(table));
        if (parquet !== undefined) await parquet.convert(csv, path.join(fresh, `${table.name}.parquet`), table);
        if (!formats.csv) await rm(csv);
      }
    }
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    parquet?.close();
    await rm(fresh, { recursive: true, force: true });
  }
}

/** The name of a scan's folder where none is given: block and first bytes of the snapshot's hash. */
export function scanName(snapshot: Snapshot): string {
  return `scan-${snapshot.block.number}-${snapshotHash(snapshot).slice(2, 10)}`;
}

async function requireOurs(folder: string, text: string): Promise<void> {
  const before = await readFile(path.join(folder, SNAPSHOT_FILE), "utf8").catch(() => undefined);
  if (before === text) return;
  const exists = await open(folder).then(
    (handle) => handle.close().then(() => true),
    () => false,
  );
  if (!exists) return;
  const saw = before === undefined ? "something that is no scan" : "the scan of another state";
  throw new ScanNotWritten(
    `--out ${folder}: saw ${saw} there, expected a new folder; choose another name, or move it away`,
  );
}

function* csvOf({ columns, rows }: Table): Generator<string> {
  yield stringify([Object.keys(columns)]);
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    yield stringify(
      rows.slice(at, at + ROWS_AT_ONCE).map((row) => row.map((cell) => (typeof cell === "boolean" ? `${cell}` : cell))),
    );
  }
}

async function writeLines(file: string, chunks: Iterable<string>): Promise<void> {
  const handle = await open(file, "wx");
  try {
    for (const chunk of chunks) await handle.write(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Parquet {
  convert(csv: string, parquet: string, table: Table): Promise<void>;
  close(): void;
}

async function openParquet(): Promise<Parquet> {
  const { DuckDBInstance } = await import("@duckdb/node-api").catch((cause: unknown) => {
    const message = "--parquet: saw no DuckDB, expected @duckdb/node-api to be installed; install it, or use --csv";
    throw new ScanNotWritten(message, { cause });
  });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  return {
    async convert(csv, parquet, { columns }) {
      const types = Object.entries(columns).map(([name, type]) => `${quoted(name)}: ${quoted(type)}`);
      const read = `read_csv(${quoted(csv)}, header = true, columns = {${types.join(", ")}}, nullstr = 'NULL')`;
      await connection.run(`COPY (SELECT * FROM ${read}) TO ${quoted(parquet)} (FORMAT parquet, COMPRESSION zstd)`);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
