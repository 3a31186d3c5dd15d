import { expect } from "chai";
import ts from "typescript";
import { filesUnder, forEachNode, parse, read } from "./sources.js";

/** A call that can fail a test: chai, fast-check, a helper named for it. */
const checks = /^(expect|assert|assert[A-Z]\w*|expect[A-Z]\w*|(fc|expect|assert)\.\w+)$/;

function hasCheck(body: ts.Node): boolean {
  let found = false;
  forEachNode(body, (node) => {
    if (ts.isCallExpression(node) && checks.test(node.expression.getText())) found = true;
  });
  return found;
}

/** `it(...)` calls, and `it.only(...)` ones, with the text of their titles. */
function testsOf(source: ts.SourceFile): { title: string; call: ts.CallExpression; kind: string }[] {
  const found: { title: string; call: ts.CallExpression; kind: string }[] = [];
  forEachNode(source, (node) => {
    if (!ts.isCallExpression(node)) return;
    const kind = node.expression.getText(source);
    if (/^(it|specify|describe|context)(\.\w+)?$/.test(kind)) {
      found.push({ title: node.arguments[0]?.getText(source) ?? "", call: node, kind });
    }
  });
  return found;
}

const emptyTests = (source: ts.SourceFile): string[] =>
  testsOf(source)
    .filter(({ kind, call }) => /^it\b/.test(kind) && !hasCheck(call))
    .map(({ title }) => `${source.fileName}: it(${title}) checks nothing`);

const focused = (source: ts.SourceFile): string[] =>
  testsOf(source)
    .filter(({ kind }) => /\.(only|skip)$/.test(kind))
    .map(({ title, kind }) => `${source.fileName}: ${kind}(${title})`);

/** Bodies of the functions of a Solidity file, by name. Braces in strings and comments are taken out first. */
function solidityBodies(text: string): Map<string, string> {
  const code = text.replace(/\/\/.*$|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"/gm, "");
  const bodies = new Map<string, string>();
  for (const match of code.matchAll(/\bfunction\s+(\w+)[^{;]*\{/g)) {
    const start = match.index + match[0].length;
    let end = start;
    for (let depth = 1; depth > 0 && end < code.length; end++) depth += { "{": 1, "}": -1 }[code[end] ?? ""] ?? 0;
    bodies.set(match[1] ?? "", code.slice(start, end));
  }
  return bodies;
}

const solidityCheck = /\b(_?assert\w*|_?expect\w*|vm\.expect\w*)\s*\(/;

function emptySolidityTests(file: string, text: string): string[] {
  const bodies = [...solidityBodies(text)].filter(([name]) => /^(test|invariant)/.test(name));
  return bodies.filter(([, body]) => !solidityCheck.test(body)).map(([name]) => `${file}: ${name} checks nothing`);
}

describe("tests", () => {
  const sources = filesUnder("test", /\.test\.ts$/).map(parse);
  const solidity = filesUnder(".", /\.t\.sol$/);

  it("in TypeScript each check something", () => {
    expect(sources.flatMap(emptyTests)).to.deep.equal([]);
  });

  it("run, all of them: none is left focused or switched off", () => {
    expect(sources.flatMap(focused)).to.deep.equal([]);
  });

  it("in Solidity each check something", () => {
    expect(solidity.flatMap((file) => emptySolidityTests(file, read(file)))).to.deep.equal([]);
  });

  it("of invariants prove that their handlers did something", () => {
    const silent = solidity.filter(
      (file) => /\bfunction invariant_/.test(read(file)) && !/\bafterInvariant\b/.test(read(file)),
    );
    expect(silent).to.deep.equal([]);
  });
});

describe("tests: the scan itself", () => {
  const typescript = (body: string): string[] =>
    emptyTests(ts.createSourceFile("x.ts", `it("t", () => { ${body} });`, ts.ScriptTarget.ES2024, true));
  const sol = (body: string): string[] => emptySolidityTests("x.t.sol", `function test_X() public { ${body} }`);

  it("finds a test that asserts nothing", () => {
    expect(typescript("deploy();")).to.have.length(1);
    expect(sol('deploy(); string memory s = "assert("; // assertTrue(x)')).to.have.length(1);
  });

  it("accepts a check, by name or by helper", () => {
    expect([...typescript("expect(1).to.equal(1);"), ...typescript("assertSame(a, b);")]).to.deep.equal([]);
    expect([...sol("assertEq(a, b);"), ...sol("vm.expectRevert(x); f();")]).to.deep.equal([]);
  });
});
