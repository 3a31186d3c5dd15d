import { expect } from "chai";
import ts from "typescript";
import { artifacts, compiledSources, nodesOf, type CompiledSource, type SolidityNode } from "./build-output.js";
import { forEachNode, parse, read, solidityFiles, typescriptFiles } from "./sources.js";

/** Bytes; the protocol's own limit is 24,576. */
const BYTECODE_BUDGET = 20_000;
/** Lines of the longest function, and of one in twenty. */
const FUNCTION_LINES_MAX = 70;
const FUNCTION_LINES_P95 = { solidity: 35, typescript: 50 };

/** First match decides. Lines, comments included. */
const fileBudgets: readonly (readonly [RegExp, number])[] = [
  [/^contracts\/types\//, 100],
  [/^contracts\/libraries\//, 120],
  [/^contracts\/adapters\//, 150],
  [/^contracts\/.*\.sol$/, 350],
  [/^keeper\/src\/main\.ts$/, 80],
  [/^keeper\/src\/(graph|model)\//, 300],
  [/^(keeper|deploy)\//, 200],
  [/^scripts\//, 60],
  [/^test\//, 500],
];

const lines = (text: string): number => text.trimEnd().split("\n").length;

interface Sized {
  readonly name: string;
  readonly lines: number;
}

function typescriptFunctions(file: string): Sized[] {
  const found: Sized[] = [];
  const source = parse(file);
  forEachNode(source, (node) => {
    if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return;
    const name = node.name?.getText(source) ?? `line ${source.getLineAndCharacterOfPosition(node.pos).line + 1}`;
    found.push({ name: `${file} ${name}`, lines: lines(node.getText(source)) });
  });
  return found;
}

function solidityFunctions({ file, ast, bytes }: CompiledSource): Sized[] {
  const length = ({ src }: SolidityNode): number => {
    const [start = 0, size = 0] = src.split(":").map(Number);
    return lines(bytes.subarray(start, start + size).toString());
  };
  const functions = [...nodesOf(ast)].filter(
    ({ nodeType, body }) => nodeType === "FunctionDefinition" && Boolean(body),
  );
  return functions.map((node) => ({ name: `${file} ${node.name}`, lines: length(node) }));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

const tooLong = (functions: readonly Sized[]): string[] =>
  functions
    .filter((f) => f.lines > FUNCTION_LINES_MAX)
    .map((f) => `${f.name}: ${f.lines} lines of ${FUNCTION_LINES_MAX}`);

describe("size", () => {
  it("of deployed code leaves room below the protocol's limit", () => {
    const deployed = artifacts().map((a) => ({ ...a, size: (a.deployedBytecode.length - 2) / 2 }));
    expect(deployed.length, "artifacts; run `npm run build`").to.be.greaterThan(0);
    const over = deployed.filter(({ size }) => size > BYTECODE_BUDGET);
    expect(over.map((a) => `${a.contractName}: ${a.size} bytes of ${BYTECODE_BUDGET}`)).to.deep.equal([]);
  });

  it("of a file stays readable", () => {
    const over = [...typescriptFiles(), ...solidityFiles()].flatMap((file) => {
      const budget = fileBudgets.find(([pattern]) => pattern.test(file))?.[1] ?? Infinity;
      const seen = lines(read(file));
      return seen > budget ? [`${file}: ${seen} lines of ${budget}`] : [];
    });
    expect(over).to.deep.equal([]);
  });

  it("of a TypeScript function stays on a screen", () => {
    const functions = typescriptFiles()
      .filter((file) => !file.startsWith("test/"))
      .flatMap(typescriptFunctions);
    expect(tooLong(functions)).to.deep.equal([]);
    const p95 = percentile(
      functions.map((f) => f.lines),
      0.95,
    );
    expect(p95, "95th percentile").to.be.at.most(FUNCTION_LINES_P95.typescript);
  });

  it("of a Solidity function stays on a screen", () => {
    const functions = compiledSources().flatMap(solidityFunctions);
    expect(tooLong(functions)).to.deep.equal([]);
    const p95 = percentile(
      functions.map((f) => f.lines),
      0.95,
    );
    expect(p95, "95th percentile").to.be.at.most(FUNCTION_LINES_P95.solidity);
  });
});
