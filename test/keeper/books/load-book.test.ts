import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BookFolderUnknown, BookMalformed, BookNotFound } from "../../../keeper/src/books/errors.js";
import { loadBook } from "../../../keeper/src/books/load-book.js";

const LINE = JSON.stringify({
  id: "a",
  collateral: [{ asset: "WETH", amount: "1", price: "2000", threshold: 0.83 }],
  debt: [{ asset: "USDC", amount: "1000", price: "1" }],
});

describe("loadBook", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "book-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("reads a file", () => {
    writeFileSync(join(folder, "mine.jsonl"), LINE);
    expect(loadBook(join(folder, "mine.jsonl")).name).to.equal("mine.jsonl");
  });

  it("reads a folder that holds one book", () => {
    writeFileSync(join(folder, "mine.jsonl"), LINE);
    writeFileSync(join(folder, "README.md"), "notes");
    expect(loadBook(folder).accounts).to.have.length(1);
  });

  it("error: BookFolderUnknown names what is there and which importers exist", () => {
    writeFileSync(join(folder, "positions.csv"), "id");
    expect(() => loadBook(folder)).to.throw(BookFolderUnknown, /positions\.csv.*aave-steth-2023-06: b1\.csv\.gz/);
  });

  it("error: BookFolderUnknown for two books at once", () => {
    writeFileSync(join(folder, "a.jsonl"), LINE);
    writeFileSync(join(folder, "b.jsonl"), LINE);
    expect(() => loadBook(folder)).to.throw(BookFolderUnknown, "a.jsonl, b.jsonl");
  });

  it("error: BookFolderUnknown for an empty folder", () => {
    expect(() => loadBook(folder)).to.throw(BookFolderUnknown, "no files");
  });

  it("error: BookNotFound keeps the cause", () => {
    const missing = join(folder, "nothing.jsonl");
    expect(() => loadBook(missing))
      .to.throw(BookNotFound, missing)
      .with.property("cause")
      .that.has.property("code", "ENOENT");
  });

  it("error: BookMalformed names the file", () => {
    writeFileSync(join(folder, "broken.jsonl"), "{");
    expect(() => loadBook(folder)).to.throw(BookMalformed, "broken.jsonl, line 1");
  });
});
