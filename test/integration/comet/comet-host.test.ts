import { expect } from "chai";
import { Interface } from "ethers";

import { type CometMom, CometMom__factory } from "../../../typechain-types/index.js";
import { COMET, DEPLOYER, FRIEND, GOVERNOR } from "./market-archive.js";
import { HALT, type Market, OPEN, OURS, THROTTLE, openMarket, useSnapshots } from "./recorded-market.js";

const [NONE, OTHERS, WITHDRAW, SUPPLY_AND_OURS, ALL] = [
  OPEN,
  [true, false, false, true, true],
  [false, false, true, false, false],
  [true, true, true, false, false],
  [true, true, true, true, true],
];

describe("CometMom and the market's governor", function () {
  let market: Market;
  let mom: CometMom;
  before(async function () {
    market = await openMarket(this);
  });
  after(() => market?.close());
  useSnapshots(() => market);
  beforeEach(async () => {
    mom = await market.appointMom(THROTTLE);
  });

  const govern = (flags: boolean[] | undefined) => market.act(GOVERNOR, "pause", flags!);

  /** Call sync as anybody; what it did, in order, and the reason where it did nothing. */
  async function sync(adapter: CometMom = mom): Promise<string[]> {
    const receipt = (await (await adapter.connect(await market.as(FRIEND)).sync()).wait())!;
    const events = receipt.logs.map((log) => adapter.interface.parseLog(log)).filter((event) => event !== null);
    return events.map(({ name, args }) =>
      name === "EffectSkipped" ? String(args.getValue("reason")) : args.getValue("restricts") ? "paused" : "lifted",
    );
  }
  const because = (text: string): string => `0x${Buffer.from(text).toString("hex")}`;

  it("behavior: flags that the governor set before stay set through a pause and after it", async function () {
    await govern(OTHERS);
    await market.trip(HALT);
    expect(await sync()).to.deep.equal(["paused"]);
    expect(await market.flags()).to.deep.equal(ALL);
    await market.release();
    expect(await sync()).to.deep.equal(["lifted"]);
    expect(await market.flags()).to.deep.equal(OTHERS);
  });

  it("behavior: of two flags, the one that the governor had set is left to him", async function () {
    await govern(WITHDRAW);
    await market.trip(HALT);
    expect(await sync()).to.deep.equal([because("paused by the host"), "paused"]);
    expect(await market.flags()).to.deep.equal(OURS);
    await market.release();
    expect(await sync()).to.deep.equal(["lifted"]);
    expect(await market.flags()).to.deep.equal(WITHDRAW);
  });

  it("behavior: a market that the governor had paused altogether is not touched, and not lifted", async function () {
    await govern(ALL);
    await market.trip(HALT);
    expect(await sync()).to.deep.equal([because("paused by the host")]);
    expect(await sync()).to.deep.equal([]);
    await market.release();
    expect(await sync()).to.deep.equal([]);
    expect(await market.flags()).to.deep.equal(ALL);
  });

  it("behavior: a governor who lifts the pause is not overruled until the level has ended", async function () {
    await market.trip(THROTTLE);
    await sync();
    expect(await govern(NONE)).to.equal("done");
    expect(await sync()).to.deep.equal([because("set by the host")]);
    await market.trip(HALT);
    expect(await sync()).to.deep.equal([]);
    expect(await market.flags()).to.deep.equal(NONE);

    await market.release();
    expect(await sync()).to.deep.equal([]);
    await market.trip(THROTTLE);
    expect(await sync(), "another level, another pause").to.deep.equal(["paused"]);
    expect(await market.flags()).to.deep.equal(OURS);
  });

  it("behavior: what the governor states during a pause outlasts it", async function () {
    await market.trip(THROTTLE);
    await sync();
    await govern(SUPPLY_AND_OURS);
    expect(await sync()).to.deep.equal([because("set by the host")]);
    await market.release();
    expect(await sync()).to.deep.equal([]);
    expect(await market.flags()).to.deep.equal(SUPPLY_AND_OURS);
  });

  it("behavior: the same, when nobody synced in between", async function () {
    await market.trip(THROTTLE);
    await sync();
    await govern(ALL);
    await market.release();
    expect(await sync()).to.deep.equal([because("set by the host")]);
    expect(await market.flags()).to.deep.equal(ALL);
    expect([...(await mom.effect())]).to.deep.equal([false, 0n, 0n]);
  });

  it("behavior: known limit: a statement that changes no flag is not noticed, and lifted with ours", async function () {
    await market.trip(THROTTLE);
    await sync();
    await govern(OURS);
    await market.release();
    expect(await sync()).to.deep.equal(["lifted"]);
    expect(await market.flags()).to.deep.equal(NONE);
  });

  it("behavior: without the role it says what the market answered, changes nothing, and tries again", async function () {
    const deployer = await market.as(DEPLOYER);
    const idle = await new CometMom__factory(deployer).deploy(market.breaker, market.target, COMET, HALT);
    await market.trip(HALT);
    const unauthorized = new Interface(["error Unauthorized()"]).getError("Unauthorized")!.selector;
    expect(await sync(idle)).to.deep.equal([unauthorized]);
    expect(await sync(idle)).to.deep.equal([unauthorized]);
    expect([...(await idle.effect())]).to.deep.equal([false, 0n, 0n]);
    expect(await market.flags()).to.deep.equal(NONE);
  });

  it("behavior: a role that is taken away during a pause leaves that to the governor", async function () {
    await market.trip(HALT);
    await sync();
    // To the market it is the same whether its guardian is another, or the adapter is elsewhere.
    const code = await market.provider.getCode(mom);
    const elsewhere = CometMom__factory.connect(FRIEND, await market.as(DEPLOYER));
    await market.rpc.call("hardhat_setCode", [FRIEND, code]);
    for (const slot of [0, 1]) {
      const value = await market.provider.getStorage(mom, slot);
      await market.rpc.call("hardhat_setStorageAt", [FRIEND, `0x${slot.toString(16)}`, value]);
    }
    await market.release();
    const receipt = (await (await elsewhere.sync()).wait())!;
    expect(receipt.logs.map((log) => elsewhere.interface.parseLog(log)?.name)).to.deep.equal(["EffectSkipped"]);
    expect((await elsewhere.effect()).inForce).to.equal(true);
    expect(await market.flags()).to.deep.equal(OURS);
    await govern(NONE);
    await (await elsewhere.sync()).wait();
    expect((await elsewhere.effect()).inForce).to.equal(false);
  });
});
