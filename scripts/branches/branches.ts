import { createHash } from "node:crypto";
import { isNode, parse, spanOf, walk, type Node } from "../solidity/parse.js";

/** A condition that must be seen both true and false: each operand of `&&` and `||` by itself. */
export interface Condition {
  readonly line: number;
  readonly text: string;
  /** What is reported when it was false, and when it was true: 32 bytes as hex. */
  readonly arms: readonly [string, string];
}

const DECIDING = new Set(["IfStatement", "Conditional", "ForStatement", "WhileStatement", "DoWhileStatement"]);

const isLogical = (node: Node): boolean =>
  node.nodeType === "BinaryOperation" && ["&&", "||"].includes(String(node["operator"]));

/** The expressions that `node` decides by. */
function decidedBy(node: Node): unknown[] {
  if (DECIDING.has(node.nodeType)) return [node["condition"]];
  if (isLogical(node)) return [node["leftExpression"], node["rightExpression"]];
  const callee = node.nodeType === "FunctionCall" ? node["expression"] : undefined;
  const checks = isNode(callee) && ["require", "assert"].includes(String(callee["name"]));
  return checks ? [node["arguments"]].flat().slice(0, 1) : [];
}

/** What `condition` is made of with `&&`, `||`, `!` and parentheses. */
function operands(condition: unknown): Node[] {
  if (!isNode(condition) || condition.nodeType === "Literal") return [];
  if (condition.nodeType === "TupleExpression") return [condition["components"]].flat().flatMap(operands);
  if (condition.nodeType === "UnaryOperation") return operands(condition["subExpression"]);
  return isLogical(condition) ? decidedBy(condition).flatMap(operands) : [condition];
}

function conditionNodes(text: string): Node[] {
  const found = new Map<string, Node>();
  walk(parse(text), (node) => {
    for (const leaf of decidedBy(node).flatMap(operands)) found.set(leaf.src, leaf);
  });
  const order = (a: Node, b: Node): number => spanOf(a).start - spanOf(b).start || spanOf(b).end - spanOf(a).end;
  return [...found.values()].sort(order);
}

/** Every condition of a file, in the order of the source, and the file with each of them reporting what it was. */
export function instrument(file: string, text: string): { text: string; conditions: Condition[] } {
  const bytes = Buffer.from(text).toString("latin1"); // a character a byte
  const insertions: { at: number; put: string }[] = [];
  const conditions = conditionNodes(text).map((node, index): Condition => {
    const { start, end } = spanOf(node);
    const id = createHash("sha256").update(`${file}#${index}`).digest("hex").slice(0, 62);
    insertions.push({ at: start, put: "__seen(" }, { at: end, put: `, 0x${id}00)` });
    const line = bytes.slice(0, start).split("\n").length;
    return { line, text: bytes.slice(start, end), arms: [`${id}00`, `${id}01`] };
  });
  const reporting = insertions
    .sort((a, b) => b.at - a.at)
    .reduce((seen, { at, put }) => `${seen.slice(0, at)}${put}${seen.slice(at)}`, bytes);
  return { text: Buffer.from(reporting, "latin1").toString(), conditions };
}
