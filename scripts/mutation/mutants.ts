import { globSync, readFileSync } from "node:fs";
import { parse, walk, type Node } from "../solidity/parse.js";
import type { Edit } from "./edit.js";
import { enumsOf } from "./enums.js";
import { ofExpression } from "./expressions.js";
import { ofStatement } from "./statements.js";

/** A source with one change. */
export interface Mutant extends Edit {
  /** The same as long as the function is: file, function, what was there, what stands there now, and which of several. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
}

const oneLine = (text: string): string => (text === "" ? "nothing" : text.replace(/\s+/g, " "));

/** Every change of a file, in the order of the source, with the function that it is in. */
function editsOf(bytes: Buffer, enums: ReadonlyMap<string, readonly string[]>): { edit: Edit; within: string }[] {
  const found: { edit: Edit; within: string }[] = [];
  let within: Node | undefined;
  walk(parse(bytes.toString()), (node, parent) => {
    if (/^(Function|Contract)Definition$/.test(node.nodeType)) within = node;
    // The length of an array type; the step of a loop, which would never end without it.
    if (parent?.nodeType === "ArrayTypeName" && node.nodeType === "Literal") return;
    if (parent?.["loopExpression"] === node) return;
    const edits = [...ofStatement(node, bytes, within), ...ofExpression(node, bytes, enums)];
    for (const edit of edits) found.push({ edit, within: String(within?.["name"] ?? "") });
  });
  return found;
}

function mutantsOf(file: string, enums: ReadonlyMap<string, readonly string[]>): Mutant[] {
  const bytes = readFileSync(file);
  const count = new Map<string, number>();
  return editsOf(bytes, enums).flatMap(({ edit, within }) => {
    const was = bytes.subarray(edit.start, edit.end).toString();
    const change = `${file} ${within}: ${oneLine(was)} -> ${oneLine(edit.put)}`;
    const nth = (count.get(change) ?? 0) + 1;
    count.set(change, nth);
    const line = bytes.subarray(0, edit.start).toString().split("\n").length;
    return was === edit.put ? [] : [{ ...edit, file, line, id: nth === 1 ? change : `${change} (${nth})` }];
  });
}

/** Every mutant of `files`. */
export function allMutants(files: readonly string[]): Mutant[] {
  const enums = enumsOf(globSync("contracts/{types,interfaces}/**/*.sol").sort());
  return files.flatMap((file) => mutantsOf(file, enums));
}
