// ESLint rule: a bigint becomes a float64, or the other way round, only in keeper/src/units.ts, where every crossing has a
// name and a rounding. Type-aware: `Number("12")` and `BigInt("12")` are fine.
import ts from "typescript";

const banned = {
  Number: { from: ts.TypeFlags.BigIntLike, say: "a bigint" },
  BigInt: { from: ts.TypeFlags.NumberLike, say: "a number" },
};

const isOf = (type, flag) =>
  type.isUnionOrIntersection() ? type.types.some((t) => isOf(t, flag)) : (type.flags & flag) !== 0;

export const unitCrossing = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      crossing: "{{callee}}() of {{say}}: use a named crossing of keeper/src/units.ts (or add one, with its rounding)",
    },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    return {
      CallExpression(node) {
        const rule = node.callee.type === "Identifier" ? banned[node.callee.name] : undefined;
        const argument = node.arguments[0];
        if (rule === undefined || argument === undefined || argument.type === "Literal") return;
        if (!isOf(checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(argument)), rule.from)) return;
        context.report({ node, messageId: "crossing", data: { callee: node.callee.name, say: rule.say } });
      },
    };
  },
};
