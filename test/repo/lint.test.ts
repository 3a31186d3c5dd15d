import { expect } from "chai";
import { ESLint } from "eslint";
import path from "node:path";
import { root } from "./sources.js";

/** Files that exist, one for each set of rules: the text linted under their name is a sample, not theirs. */
const kernel = "keeper/src/model/assessment.ts";
const edge = "keeper/src/lab/result.ts";

describe("eslint.config.js", () => {
  const eslint = new ESLint({ cwd: root });

  async function messages(file: string, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(`${code}\nexport {};\n`, { filePath: path.join(root, file) });
    return (result?.messages ?? []).map(({ ruleId, message }) => `${ruleId}: ${message}`);
  }

  const cases: readonly (readonly [what: string, file: string, code: string, rule: RegExp])[] = [
    ["the clock in a kernel", kernel, "export const t = Date.now();", /Take `now`/],
    ["a dateless date in a kernel", kernel, "export const t = new Date();", /Take `now`/],
    ["chance in a kernel", kernel, "export const x = Math.random();", /seeded generator/],
    ["inexact elementary functions in a kernel", kernel, "export const x = Math.exp(1);", /bit-exact/],
    ["powers in a kernel", kernel, "export const x = (y: number): number => y ** 2;", /Math\.pow/],
    ["the network in a kernel", kernel, 'export const r = fetch("x");', /no-restricted-globals/],
    ["the environment outside config.ts", edge, "export const h = process.env.HOME;", /only keeper\/src\/config\.ts/i],
    ["console in the keeper", edge, "console.log(1);", /no-console/],
    ["any", edge, "export const x: any = 1;", /no-explicit-any/],
    ["a promise left floating", edge, "Promise.resolve(1);", /no-floating-promises/],
    ["an error dropped", edge, "try { JSON.parse(String(1)); } catch {}", /never dropped/],
    ["an enum", edge, "export enum E { A }", /union of strings/],
    ["a class that is no error", edge, "export class C {}", /classes only for errors/],
    ["a default export", edge, "export default 1;", /named export/],
    ["a bigint made a number by hand", edge, "export const f = (x: bigint): number => Number(x);", /unit-crossing/],
    ["a number made a bigint by hand", edge, "export const f = (x: number): bigint => BigInt(x);", /unit-crossing/],
  ];

  for (const [what, file, code, rule] of cases) {
    it(`refuses ${what}`, async () => {
      expect((await messages(file, code)).filter((message) => rule.test(message))).to.have.length.greaterThan(0);
    });
  }

  it("lets exact arithmetic through", async () => {
    expect(await messages(kernel, 'export const x = Math.sqrt(2) + Math.max(1, Number("3"));')).to.deep.equal([]);
  });
});
