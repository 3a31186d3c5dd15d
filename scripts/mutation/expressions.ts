import { isNode, spanOf, type Node } from "../solidity/parse.js";
import { replace, type Edit } from "./edit.js";
import { ASSEMBLY_SWAPS, SWAPS } from "./operators.js";

/** Exchanges the operator that stands between `from` and `to`. */
function swap(bytes: Buffer, from: number, to: number, operator: string): Edit[] {
  const start = from + bytes.subarray(from, to).indexOf(operator);
  return (SWAPS[operator] ?? []).map((put) => ({ start, end: start + operator.length, put }));
}

function between(bytes: Buffer, node: Node, before: unknown, after: unknown): Edit[] {
  if (!isNode(before) || !isNode(after)) return [];
  return swap(bytes, spanOf(before).end, spanOf(after).start, String(node["operator"]));
}

/** Takes `!`, `~` or `-` away; exchanges `++` and `--`. */
function ofUnary(bytes: Buffer, node: Node): Edit[] {
  const [operator, operand] = [String(node["operator"]), node["subExpression"]];
  const { start, end } = spanOf(node);
  if (operator.length === 2) return swap(bytes, start, end, operator);
  return isNode(operand) && operator !== "delete" ? [{ start, end: spanOf(operand).start, put: "" }] : [];
}

function ofLiteral(bytes: Buffer, node: Node): Edit[] {
  if (node["kind"] === "bool") return [replace(node, node["value"] === "true" ? "false" : "true")];
  if (node["kind"] !== "number") return [];
  const { start, end } = spanOf(node);
  const text = bytes.subarray(start, end).toString();
  return (Number(node["value"]) === 0 ? ["+"] : ["+", "-"]).map((sign) => replace(node, `(${text} ${sign} 1)`));
}

/** The members next to one that an expression names. */
function ofMember(node: Node, enums: ReadonlyMap<string, readonly string[]>): Edit[] {
  const [owner, name] = [node["expression"], String(node["memberName"])];
  const members = isNode(owner) ? (enums.get(String(owner["name"] ?? owner["memberName"])) ?? []) : [];
  const beside = members.flatMap((member, i) => (members[i - 1] === name || members[i + 1] === name ? [member] : []));
  const { end } = spanOf(node);
  return members.includes(name) ? beside.map((put) => ({ start: end - name.length, end, put })) : [];
}

/** What an expression, or the assembly that `node` is of, can be changed into. */
export function ofExpression(node: Node, bytes: Buffer, enums: ReadonlyMap<string, readonly string[]>): Edit[] {
  const called = node["functionName"];
  if (isNode(called))
    return [ASSEMBLY_SWAPS[String(called["name"])]].flatMap((put) => (put ? [replace(called, put)] : []));
  if (node.nodeType === "YulLiteral") return ofLiteral(bytes, node).map((edit) => ({ ...edit, put: yul(edit.put) }));
  if (node.nodeType === "BinaryOperation") return between(bytes, node, node["leftExpression"], node["rightExpression"]);
  if (node.nodeType === "Assignment") return between(bytes, node, node["leftHandSide"], node["rightHandSide"]);
  if (node.nodeType === "UnaryOperation") return ofUnary(bytes, node);
  if (node.nodeType === "Literal") return ofLiteral(bytes, node);
  return node.nodeType === "MemberAccess" ? ofMember(node, enums) : [];
}

/** `(1 + 1)` in assembly. */
const yul = (sum: string): string =>
  sum.replace(/^\((\S+) (.) 1\)$/, (_, n: string, sign: string) => `${sign === "+" ? "add" : "sub"}(${n}, 1)`);
