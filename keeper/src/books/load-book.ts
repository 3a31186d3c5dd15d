import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Book } from "./book.js";
import { BookFolderUnknown, BookNotFound } from "./errors.js";
import type { BookImporter } from "./importer.js";
import { aaveSteth202306 } from "./importers/aave-steth-2023-06.js";
import { compoundV2202305 } from "./importers/compound-v2-2023-05.js";
import { parseBook } from "./parse-book.js";

/** Every importer there is; a folder is recognised by its file names. */
const IMPORTERS: readonly BookImporter[] = [aaveSteth202306, compoundV2202305];

/**
 * Load a book from a file, from a folder that holds one `*.jsonl` book, or from a folder that an importer knows.
 *
 * **Throws** `BookNotFound`, `BookFolderUnknown`, `BookMalformed` or `BookSourceMalformed`.
 */
export function loadBook(path: string): Book {
  return attempt(path, () => statSync(path).isDirectory()) ? loadFolder(path) : loadFile(path);
}

function loadFile(path: string): Book {
  const text = attempt(path, () => readFileSync(path, "utf8"));
  return parseBook(text, basename(path));
}

function loadFolder(folder: string): Book {
  const files = attempt(folder, () => readdirSync(folder)).sort();
  const importer = IMPORTERS.find((candidate) => candidate.files.every((file) => files.includes(file)));
  if (importer !== undefined) return importer.read(folder);
  const [book, ...others] = files.filter((file) => file.endsWith(".jsonl"));
  if (book !== undefined && others.length === 0) return loadFile(join(folder, book));
  const known = IMPORTERS.map(({ name, files: needed }) => `${name}: ${needed.join(", ")}`);
  throw new BookFolderUnknown(folder, files, known);
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new BookNotFound(path, error);
  }
}
