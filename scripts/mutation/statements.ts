import { isNode, type Node } from "../solidity/parse.js";
import { replace, type Edit } from "./edit.js";
import { SWAPS } from "./operators.js";

/** A statement that does nothing: Solidity has no empty one. */
const NOTHING = "true";

const REMOVABLE = new Set(["ExpressionStatement", "EmitStatement", "RevertStatement"]);
const DECIDING = new Set(["IfStatement", "Conditional"]);
const LOOPING = new Set(["ForStatement", "WhileStatement", "DoWhileStatement"]);

/** Whether a function returns one bool, so that what it returns can be turned round. */
function returnsBool(definition: Node | undefined): boolean {
  const returned = definition?.["returnParameters"];
  const parameters = isNode(returned) ? [returned["parameters"]].flat().filter(isNode) : [];
  const type = parameters.length === 1 ? parameters[0]?.["typeName"] : undefined;
  return isNode(type) && type["name"] === "bool";
}

/** What a statement can be changed into: decided once and for all, left out, turned round. */
export function ofStatement(node: Node, bytes: Buffer, inFunction: Node | undefined): Edit[] {
  const { condition, expression } = node;
  if (DECIDING.has(node.nodeType) && isNode(condition))
    return [replace(condition, "true"), replace(condition, "false")];
  if (LOOPING.has(node.nodeType) && isNode(condition)) return [replace(condition, "false")];
  if (REMOVABLE.has(node.nodeType)) return [replace(node, NOTHING)];
  if (node.nodeType === "Continue" || node.nodeType === "Break")
    return [...(SWAPS[node.nodeType.toLowerCase()] ?? []), NOTHING].map((put) => replace(node, put));
  if (
    node.nodeType === "Return" &&
    isNode(expression) &&
    expression.nodeType !== "Literal" &&
    returnsBool(inFunction)
  ) {
    const text = bytes.subarray(...range(expression)).toString();
    return [replace(expression, `!(${text})`)];
  }
  // A modifier taken away; what a constructor passes on to a base is none.
  const guards = node.nodeType === "ModifierInvocation" && inFunction?.["kind"] !== "constructor";
  return guards ? [replace(node, "")] : [];
}

function range(node: Node): [number, number] {
  const { start, end } = replace(node, "");
  return [start, end];
}
