import { expect } from "chai";
import { readFileSync } from "node:fs";
import { BITS_CASES, digestOf } from "../bits/digests.js";

const golden = JSON.parse(readFileSync("test/keeper/bits/golden.json", "utf8")) as Record<string, string>;

/** A change here is a change of bits: a new model, which operators have to agree on (docs/adr/0005). */
describe("bits of the model", function () {
  this.timeout(120_000);

  it("every case has a golden digest", () => {
    expect(Object.keys(golden)).to.deep.equal(Object.keys(BITS_CASES));
  });

  for (const name of Object.keys(BITS_CASES)) {
    it(`${name}: as committed, in one loop and on two threads`, async () => {
      expect(await digestOf(name, 0)).to.equal(golden[name]);
      expect(await digestOf(name, 2)).to.equal(golden[name]);
    });
  }
});
