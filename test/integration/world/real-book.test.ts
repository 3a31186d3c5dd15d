import { expect } from "chai";
import { loadBook } from "../../../keeper/src/books/load-book.js";
import { bookStage } from "../../../keeper/src/lab/book-stage.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { HealthFactorMismatch, readBackHealthFactors } from "../../../keeper/src/lab/health-factors.js";
import type { Stage } from "../../../keeper/src/lab/stage.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { buildWorld, type World } from "../../../keeper/src/lab/world/world.js";
import { requireShared, sharedPath } from "../../shared-data.js";
import { expectRejection, startChain } from "./fixture.js";

const FOLDER = "data/positions-aave-steth-2023-06";

describe("the stETH borrowers of Aave v2 on the genuine pool", function () {
  this.timeout(180_000);
  let chain: DevChain;
  let world: World;
  let stage: Stage;

  before(async function () {
    requireShared(this, FOLDER);
    stage = bookStage(loadBook(sharedPath(FOLDER)));
    chain = await startChain();
    world = await buildWorld(chain, stage.spec);
    await openAccounts(world, stage.accounts);
  });
  after(() => chain?.close());

  it("have the health factors that their source states: every one of 271 + 646", async () => {
    const { accounts, worst, dust } = await readBackHealthFactors(world, stage.accounts, stage.healthFactors);
    expect(accounts).to.equal(271 + 646);
    expect(worst).to.be.lessThan(1e-6);
    expect(dust).to.be.lessThan(10);
  });

  it("error: HealthFactorMismatch, when one of them is stated a millionth too high", async () => {
    const [account, stated] = [...stage.healthFactors][0] ?? [];
    const wrong = new Map(stage.healthFactors).set(account ?? "0x", (stated ?? 0) * 1.000002);
    const error = await expectRejection(readBackHealthFactors(world, stage.accounts, wrong), HealthFactorMismatch);
    expect(error.message).to.include(String(account));
  });
});
