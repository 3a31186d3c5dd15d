import { readFileSync } from "node:fs";
import { isNode, parse, walk } from "../solidity/parse.js";

/** Every enum of ours with its members, by name. */
export function enumsOf(files: readonly string[]): Map<string, readonly string[]> {
  const enums = new Map<string, readonly string[]>();
  for (const file of files)
    walk(parse(readFileSync(file, "utf8")), (node) => {
      if (node.nodeType !== "EnumDefinition") return;
      enums.set(
        String(node["name"]),
        [node["members"]]
          .flat()
          .filter(isNode)
          .map(({ name }) => String(name)),
      );
    });
  return enums;
}
