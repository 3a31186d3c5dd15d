import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";

const generated = "{typechain-types,snapshots}/**/*.{ts,json,txt}";

/**
 * One hash for each generated file that is committed, over its lines in any order and at any indent: TypeChain lists contracts
 * in the order in which the file system happens to list their artifacts, and indents the first of each list.
 */
export function hashGenerated(): Map<string, string> {
  const digest = (file: string): string => {
    const lines = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.trim())
      .sort();
    return createHash("sha256").update(lines.join("\n")).digest("hex");
  };
  return new Map(
    globSync(generated)
      .sort()
      .map((file) => [file, digest(file)]),
  );
}
