import { expect } from "chai";
import { type ScaleRun, runScale } from "../../../keeper/src/lab/scale/run.js";
import { requireShared, sharedPath } from "../../shared-data.js";

describe("reading many accounts of real markets", function () {
  this.timeout(240_000);
  let run: ScaleRun;
  before(async function () {
    requireShared(this, "data/params-aave");
    run = await runScale({ venues: 2, accounts: 600, data: sharedPath("data") }, () => undefined);
  });

  it("behavior: every account is found, and what is read block by block is what is read from scratch", () => {
    // One more in each venue opened by transactions, and who lends to it.
    expect(run.accounts).to.be.within(602, 606);
    expect(run.steps.flatMap(({ exclusions }) => exclusions)).to.deep.equal([]);
  });

  it("behavior: once synced, a block costs at most 12 requests to an endpoint, and bytes by what changed", () => {
    const [sync, still, moved] = run.steps;
    expect(Math.max(...run.steps.slice(1, -1).map(({ requests }) => requests))).to.be.at.most(12);
    expect(still!.bytesIn).to.be.below(moved!.bytesIn);
    expect(moved!.bytesIn).to.be.below(sync!.bytesIn / 2);
  });

  it("behavior: a restart reads no history and no account that did not move", () => {
    const [sync, , moved] = run.steps;
    const restarted = run.steps.at(-1)!;
    expect(restarted.bytesIn).to.be.below(sync!.bytesIn / 2);
    expect(restarted.bytesIn).to.be.at.least(moved!.bytesIn / 2);
  });
});
