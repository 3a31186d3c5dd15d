import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { leafHash } from "../../../keeper/src/report/merkle.js";
import type { Hex } from "../../../keeper/src/units.js";
import { bulkhead } from "./bulkhead-process.js";

const id = (i: number): Hex => `0x${i.toString(16).padStart(64, "0")}`;

const line = (i: number): Record<string, unknown> => ({
  subject: `asset ${i}`,
  id: id(i),
  leverage: 100 + i,
  liquidationAtRisk: 10,
  rehypothecation: 100,
  borrowLtv: 7_000,
  advice: 1,
  lossShare: 5,
  throttleUsdPerHour: "123456789012",
  haltSeconds: 600,
});

describe("bulkhead prove", function () {
  this.timeout(30_000);
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-prove-"));
    file = path.join(folder, "scores.jsonl");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (...lines: readonly unknown[]): void =>
    writeFileSync(file, lines.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n"));

  it("prints the root over all, and the proofs of those asked for", async () => {
    write(...[1, 2, 3, 4, 5].map(line));
    const { code, stdout } = await bulkhead("prove", "--scores", file, "--subject", id(2), id(5));
    expect(code).to.equal(0);
    const printed = JSON.parse(stdout) as {
      subjects: number;
      scoresRoot: Hex;
      proofs: { id: Hex; leaf: Hex; proof: Hex[] }[];
    };
    const lane = { liquidationAtRisk: 10, rehypothecation: 100, borrowLtv: 7_000, advice: 1 } as const;
    const rest = { lossShare: 5, throttleUsdPerHour: 123_456_789_012n, haltSeconds: 600 };
    const leaves = [1, 2, 3, 4, 5].map((i) => leafHash({ id: id(i), lane: { ...lane, leverage: 100 + i }, ...rest }));
    expect(printed.subjects).to.equal(5);
    expect(printed.scoresRoot).to.equal(SimpleMerkleTree.of(leaves).root);
    expect(printed.proofs.map((one) => [one.id, one.leaf])).to.deep.equal([
      [id(2), leaves[1]],
      [id(5), leaves[4]],
    ]);
    for (const { leaf, proof } of printed.proofs) {
      expect(SimpleMerkleTree.verify(printed.scoresRoot, leaf, proof)).to.equal(true);
    }
  });

  it("names the line and the field of a score that is none", async () => {
    write(line(1), { ...line(2), borrowLtv: 16_384 });
    const { code, stderr } = await bulkhead("prove", "--scores", file);
    expect(code).to.equal(2);
    expect(stderr).to.match(/line 2: saw borrowLtv: .*16383/);
    write(line(1), "not json");
    expect((await bulkhead("prove", "--scores", file)).stderr).to.contain("line 2: saw no JSON: not json");
  });

  it("refuses a subject twice, a subject that is not there, a file that is empty or missing", async () => {
    write(line(1), line(1));
    expect((await bulkhead("prove", "--scores", file)).stderr).to.contain(`saw subject ${id(1)} twice`);
    write(line(1));
    expect((await bulkhead("prove", "--scores", file, "--subject", id(9))).stderr).to.contain(`saw subject ${id(9)}`);
    write("");
    expect((await bulkhead("prove", "--scores", file)).stderr).to.contain("saw no subjects");
    const missing = path.join(folder, "nothing.jsonl");
    expect((await bulkhead("prove", "--scores", missing)).stderr).to.contain("no such file");
  });
});
