import { expect } from "chai";
import { existsSync } from "node:fs";
import path from "node:path";
import { filesUnder, read, root } from "./sources.js";

const README_LINES = 150;

/** Markdown without its fenced blocks: links and headings inside those are text. */
const prose = (file: string): string => read(file).replace(/^(```|~~~)[\s\S]*?^\1/gm, "");

/** The anchor that GitHub gives a heading. */
const slug = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

function anchors(file: string): Set<string> {
  const text = prose(file);
  const headings = [...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => slug(match[1] ?? ""));
  const repeated = headings.map((s, i) => [s, headings.slice(0, i).filter((h) => h === s).length] as const);
  const ids = [...text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map((match) => match[1] ?? "");
  return new Set([...repeated.map(([s, n]) => (n === 0 ? s : `${s}-${n}`)), ...ids]);
}

/** Targets of `[text](target)`, `![alt](target)`, `[ref]: target` and `<img src="target">`. */
function links(file: string): string[] {
  const text = prose(file).replace(/`[^`\n]*`/g, "");
  const patterns = [
    /\]\(\s*<?([^)\s>]+)>?[^)]*\)/g,
    /^\[[^\]]+\]:\s*(\S+)/gm,
    /<(?:img|a|source)\s[^>]*?(?:src|href|srcset)="([^"]+)"/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
}

function broken(file: string, target: string): string[] {
  if (/^[a-z]+:/.test(target)) return [];
  const [name = "", anchor] = target.split("#");
  const linked = name === "" ? file : path.posix.join(path.posix.dirname(file), decodeURI(name));
  if (!existsSync(path.join(root, linked))) return [`${file}: ${target}: no such file`];
  if (anchor === undefined || !linked.endsWith(".md")) return [];
  return anchors(linked).has(anchor) ? [] : [`${file}: ${target}: no such heading`];
}

/** A path of this repository in backticks: it starts with a top-level folder and names one file or folder. */
const pathSpan = /`((?:contracts|keeper|docs|test|scripts|deploy|snapshots|examples)\/[\w./-]+)`/g;

describe("docs", () => {
  const documents = filesUnder(".", /\.md$/);

  it("have links and anchors that resolve", () => {
    expect(documents.flatMap((file) => links(file).flatMap((target) => broken(file, target)))).to.deep.equal([]);
  });

  it("name files that exist", () => {
    const missing = documents.flatMap((file) =>
      [...prose(file).matchAll(pathSpan)]
        .map((match) => match[1] ?? "")
        .filter((name) => !existsSync(path.join(root, name)))
        .map((name) => `${file}: ${name}: no such file`),
    );
    expect(missing).to.deep.equal([]);
  });

  it("name npm scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const missing = documents.flatMap((file) =>
      [...read(file).matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)]
        .filter((match) => scripts[match[1] ?? ""] === undefined)
        .map((match) => `${file}: npm run ${match[1]}: no such script`),
    );
    expect(missing).to.deep.equal([]);
  });

  it("use words that the code uses: names in the glossary's last column, and in the model's prose", () => {
    const code = [...filesUnder("contracts", /\.sol$/), ...filesUnder("keeper/src", /\.ts$/)].map(read).join("\n");
    const lastColumn = prose("docs/glossary.md")
      .split("\n")
      .map((row) => row.split("|").at(-2) ?? "")
      .join("\n");
    const names = [lastColumn, prose("docs/model.md")].flatMap((text) =>
      [...text.matchAll(/`([A-Za-z][A-Za-z.]+)`/g)].map((match) => match[1] ?? ""),
    );
    expect(names.length).to.be.greaterThan(0);
    const known = (name: string): boolean => name.split(".").every((part) => new RegExp(`\\b${part}\\b`).test(code));
    expect(names.filter((name) => !known(name))).to.deep.equal([]);
  });

  it("have the sections of the model that the code cites", () => {
    const sections = new Set([...read("docs/model.md").matchAll(/^#+ (\d+(?:\.\d+)?) /gm)].map((match) => match[1]));
    const tables = new Set(
      [...read("docs/model.md").matchAll(/^\| ([TG]\d*(?:, T\d+)*) \|/gm)].flatMap((m) => m[1]?.split(", ") ?? []),
    );
    const sources = filesUnder(".", /\.(ts|sol|json)$/).filter((file) => !file.startsWith("test/repo/"));
    const missing = sources.flatMap((file) =>
      [...read(file).matchAll(/\bMODEL(?:\.md)?,? (?:section )?(\d+(?:\.\d+)?|[TG]\d+)/g)]
        .map((match) => match[1] ?? "")
        .filter((section) => !sections.has(section) && !tables.has(section))
        .map((section) => `${file}: MODEL ${section} is not in docs/model.md`),
    );
    expect(missing).to.deep.equal([]);
  });

  it("begin with a README that is read to its end", () => {
    expect(read("README.md").trimEnd().split("\n").length).to.be.at.most(README_LINES);
  });
});

describe("docs: the link check itself", () => {
  it("gives headings GitHub's anchors", () => {
    expect(slug("What is `q*`, and why?")).to.equal("what-is-q-and-why");
    expect(slug("5.3 Cascade (rounds)")).to.equal("53-cascade-rounds");
    expect(slug("See [the model](model.md)")).to.equal("see-the-model");
  });

  it("finds a target that is not there", () => {
    expect(broken("docs/x.md", "no-such-file.md")).to.have.length(1);
    expect(broken("docs/x.md", "https://example.org/x")).to.deep.equal([]);
  });
});
