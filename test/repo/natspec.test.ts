import { expect } from "chai";
import { compiledSources, nodesOf, type SolidityNode } from "./build-output.js";

const documented = new Set(["FunctionDefinition", "EventDefinition", "ErrorDefinition"]);

/** What the outside world sees: everything but internal functions, constructors, and what a test contract has. */
const isPublic = (node: SolidityNode): boolean =>
  node.nodeType !== "FunctionDefinition" ||
  (node.kind === "function" && /^(external|public)$/.test(node.visibility ?? ""));

const textOf = ({ documentation }: SolidityNode): string =>
  typeof documentation === "string" ? documentation : (documentation?.text ?? "");

/** `newModelHash` -> "model hash": a setter's prose speaks of the thing, not of its new value. */
const inWords = (name: string): string =>
  name
    .replace(/^new(?=[A-Z])|_$/g, "")
    .replace(/([A-Z])/g, " $1")
    .trim()
    .toLowerCase();

/** A parameter is documented by a tag of its own, or where the prose names it, in code or in words. */
function undocumentedParameters(node: SolidityNode, text: string): string[] {
  const names = (node.parameters?.parameters ?? []).map(({ name }) => name ?? "").filter((name) => name !== "");
  return names.filter((name) => !new RegExp(`\\b(${name}\\b|${inWords(name)})`, "i").test(text));
}

function faults(file: string, contract: string, node: SolidityNode): string[] {
  const where = `${file} ${contract}.${node.name ?? ""}`;
  const text = textOf(node);
  if (/@inheritdoc\b/.test(text)) return [];
  if (!/@notice\b/.test(text)) return [`${where}: no @notice`];
  // An error's values are the two sides of the condition that its sentence names.
  if (node.nodeType === "ErrorDefinition") return /Thrown when/.test(text) ? [] : [`${where}: no "Thrown when ..."`];
  if (file.startsWith("contracts/interfaces/external/")) return []; // the host's own documentation holds
  return undocumentedParameters(node, text).map((name) => `${where}: \`${name}\` is not documented`);
}

describe("NatSpec", () => {
  const contracts = compiledSources().flatMap(({ file, ast }) =>
    [...nodesOf(ast)].filter(({ nodeType }) => nodeType === "ContractDefinition").map((node) => ({ file, node })),
  );

  it("documents every external function, event and error, and what functions and events carry", () => {
    const missing = contracts.flatMap(({ file, node }) =>
      (node.nodes ?? [])
        .filter((member) => documented.has(member.nodeType) && isPublic(member))
        .flatMap((member) => faults(file, node.name ?? "", member)),
    );
    expect(contracts.length, "contracts compiled; run `npm run build`").to.be.greaterThan(0);
    expect(missing).to.deep.equal([]);
  });

  it("introduces every contract, interface and library, and every type that others see", () => {
    const types = compiledSources()
      .filter(({ file }) => /^contracts\/(types|interfaces)\//.test(file))
      .flatMap(({ file, ast }) => [...nodesOf(ast)].map((node) => ({ file, node })))
      .filter(({ node }) => /^(Struct|Enum)Definition$/.test(node.nodeType));
    const missing = [...contracts, ...types].filter(({ node }) => !/@notice\b/.test(textOf(node)));
    expect(missing.map(({ file, node }) => `${file} ${node.name}: no @notice`)).to.deep.equal([]);
  });

  it("is helped by names: every mapping says what its key is", () => {
    const nameless = contracts.flatMap(({ file, node }) =>
      (node.nodes ?? [])
        .filter(({ typeName }) => typeName?.nodeType === "Mapping" && (typeName.keyName ?? "") === "")
        .map(({ name }) => `${file} ${name}`),
    );
    expect(nameless).to.deep.equal([]);
  });
});
