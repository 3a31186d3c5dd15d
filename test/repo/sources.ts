import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Folders that a build, an install or somebody's experiment writes. */
const isGenerated = (name: string): boolean =>
  /^(abi|node_modules|coverage|deployments|(artifacts|cache)(-foreign)?)$/.test(name) ||
  (name.startsWith(".") && name !== ".ci");

const isScratch = (name: string): boolean => name.startsWith(".") && name !== ".npmrc";

/** Every file of the repository under `folder`, as `/`-separated paths from the root, ascending. */
export function filesUnder(folder: string, pattern: RegExp): string[] {
  const found: string[] = [];
  const walk = (at: string): void => {
    for (const entry of readdirSync(path.join(root, at), { withFileTypes: true })) {
      const name = path.posix.join(at, entry.name);
      if (entry.isDirectory() && !isGenerated(entry.name)) walk(name);
      else if (entry.isFile() && !isScratch(entry.name) && pattern.test(name)) found.push(name);
    }
  };
  walk(folder);
  return found.sort();
}

export const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

/** Hand-written TypeScript: all of it but the generated contract types. */
export const typescriptFiles = (): string[] =>
  filesUnder(".", /\.ts$/).filter((file) => !file.startsWith("typechain-types/"));

/** Hand-written Solidity. */
export const solidityFiles = (): string[] => filesUnder(".", /\.sol$/);

export const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2024, true);

/** Calls `visit` for every node of a file, parents first. */
export function forEachNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => forEachNode(child, visit));
}
