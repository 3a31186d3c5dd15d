import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { BITS_CASES, digestOf } from "../bits/digests.js";
import { REPORT_CASES, reportDigestOf } from "../bits/reports.js";

const golden = JSON.parse(readFileSync("test/keeper/bits/golden.json", "utf8")) as Record<string, string>;
/** Node 22.13, the oldest that is supported; its package is for Linux on x64. */
const OLDEST_NODE = "node_modules/oldest-node/bin/node";

/** A change here is a change of bits: a new model, which operators have to agree on (docs/adr/0005). */
describe("bits of the model", function () {
  this.timeout(120_000);

  it("every case has a golden digest", () => {
    expect(Object.keys(golden)).to.deep.equal([...Object.keys(BITS_CASES), ...REPORT_CASES]);
  });

  for (const name of Object.keys(BITS_CASES)) {
    it(`${name}: as committed, in one loop and on two threads`, async () => {
      expect(await digestOf(name, 0)).to.equal(golden[name]);
      expect(await digestOf(name, 2)).to.equal(golden[name]);
    });
  }

  for (const name of REPORT_CASES)
    it(`${name}: as committed`, () => expect(reportDigestOf(name)).to.equal(golden[name]));

  it("the same on the oldest Node that is supported, on two threads", function () {
    if (!existsSync(OLDEST_NODE)) {
      console.warn(`      SKIPPED: ${OLDEST_NODE} is not installed here (its package is for Linux on x64)`);
      return this.skip();
    }
    expect(execFileSync(OLDEST_NODE, ["--version"]).toString()).to.match(/^v22\./);
    expect(process.version).to.match(/^v24\./);
    const args = ["--import", "tsx", "test/keeper/bits/digest.ts", "--threads", "2"];
    expect(JSON.parse(execFileSync(OLDEST_NODE, args).toString())).to.deep.equal(golden);
  });
});
