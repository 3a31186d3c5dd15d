import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc-0.8.30") as { compile(input: string): string };

/** A node of the compiler's syntax tree. What else it has depends on `nodeType`. */
export interface Node {
  readonly nodeType: string;
  /** `start:length:file`, in bytes. */
  readonly src: string;
  readonly [key: string]: unknown;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "nodeType" in value && "src" in value;

/** Where a node stands in its file, in bytes. */
export function spanOf({ src }: Node): { start: number; end: number } {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return { start, end: start + length };
}

/** Calls `visit` for every node under `node`, parents first, in the order of the source. */
export function walk(node: Node, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  visit(node, parent);
  const children = Object.values(node).flat().filter(isNode);
  for (const child of children.sort((a, b) => spanOf(a).start - spanOf(b).start)) walk(child, visit, node);
}

/** The syntax tree of one file by itself: names are not resolved, nodes have no types. */
export function parse(text: string): Node {
  // What is imported is not there: blanked out, so that every position stays.
  const alone = text.replace(/\bimport\s[^;]*;/g, (statement) => statement.replace(/\S/g, " "));
  const input = {
    language: "Solidity",
    sources: { file: { content: alone } },
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
    errors?: { formattedMessage: string }[];
    sources?: { file?: { ast?: Node } };
  };
  const ast = output.sources?.file?.ast;
  if (ast === undefined) throw new Error(`does not parse: ${output.errors?.[0]?.formattedMessage ?? text}`);
  return ast;
}
