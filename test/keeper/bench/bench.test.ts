import { expect } from "chai";
import { spawnSync } from "node:child_process";

describe("scripts/bench.ts", function () {
  this.timeout(60_000); // a process of its own, which compiles what it imports
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "scripts/bench.ts", ...args], { encoding: "utf8" });

  it("--json: the last line is one object with both sides of every case, of what it says", () => {
    const { status, stdout } = run(
      "--json",
      "--quick",
      "--case",
      "sweep",
      "--case",
      "square-root",
      "--case",
      "clearing",
    );
    expect(status).to.equal(0);
    const last = JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as { cases: Record<string, number | string>[] };
    expect(last.cases.map(({ name }) => name)).to.deep.equal([
      "sweep, one thread",
      "square-root fixed point",
      "Eisenberg-Noe, n=400",
    ]);
    for (const { oursMs, straightforwardMs, ratio, difference } of last.cases) {
      expect(oursMs).to.be.greaterThan(0);
      expect(straightforwardMs).to.be.greaterThan(0);
      expect(ratio).to.equal(Number(straightforwardMs) / Number(oursMs));
      expect(difference).to.be.at.most(1e-6);
    }
    expect(last.cases[0]).to.include({ subset: "20 of 100", barMs: 4_000 });
    expect(last.cases[0]!["input"]).to.match(/[\d.]+ % of accounts under HF 1.25/);
  });

  it("error: ends with 1 for a case that there is not", () => {
    const { status, stderr } = run("--case", "fastest");
    expect([status, stderr.includes("unknown case fastest")]).to.deep.equal([1, true]);
  });
});
