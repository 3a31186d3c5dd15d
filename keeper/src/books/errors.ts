/** Thrown when a line of a book file cannot be read. */
export class BookMalformed extends Error {
  override readonly name = "BookMalformed";
  constructor(file: string, line: number, problem: { readonly seen: string; readonly expected: string }) {
    super(
      `${file}, line ${line}: saw ${problem.seen}, expected ${problem.expected}; docs/books.md describes the format`,
    );
  }
}

/** Thrown when there is nothing at the path of a book, or it cannot be read. */
export class BookNotFound extends Error {
  override readonly name = "BookNotFound";
  constructor(path: string, cause: unknown) {
    super(`no book at ${path}: expected a *.jsonl file, or a folder with an importer; check the path given to --book`, {
      cause,
    });
  }
}

/** Thrown when a folder matches no importer and does not hold exactly one book file. */
export class BookFolderUnknown extends Error {
  override readonly name = "BookFolderUnknown";
  constructor(folder: string, files: readonly string[], importers: readonly string[]) {
    const seen = files.length === 0 ? "no files" : files.slice(0, 8).join(", ");
    super(
      `${folder} holds ${seen}; expected exactly one *.jsonl book, or the files of an importer (${importers.join("; ")}); ` +
        "point --book at one of those, or convert the data to a book file (docs/books.md)",
    );
  }
}

/** Thrown when a recorded data set does not hold what its importer expects. */
export class BookSourceMalformed extends Error {
  override readonly name = "BookSourceMalformed";
  constructor(file: string, row: number, problem: { readonly seen: string; readonly expected: string }) {
    super(
      `${file}, row ${row}: saw ${problem.seen}, expected ${problem.expected}; fetch the file again (its PROVENANCE.md)`,
    );
  }
}
