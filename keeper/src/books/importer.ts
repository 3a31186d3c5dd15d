import type { Book } from "./book.js";

/** Turns one recorded data set, read in place, into a book. */
export interface BookImporter {
  readonly name: string;
  /** The files by which a folder of this data set is recognised. */
  readonly files: readonly string[];
  /** Read the folder. Throws `BookSourceMalformed` where it does not hold what is expected. */
  readonly read: (folder: string) => Book;
}
