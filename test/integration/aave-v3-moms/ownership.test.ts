import { expect } from "chai";
import { getAddress } from "ethers";

import type { Address } from "../../../keeper/src/units.js";
import { expectRevert } from "../../expect-revert.js";
import { changes, hostState } from "../aave-v36/host-state.js";
import {
  AAVE_ERRORS,
  borrow,
  borrower,
  ETH_CORRELATED,
  looper,
  type Market,
  STABLE,
  stranger,
  tokenOf,
  transact,
} from "../aave-v36/market.js";
import { ETHER, USDC } from "../world/fixture.js";
import { asSteward, eventsOf, GAS, leaseScene, poolAdmin, riskAdmin, type Scene } from "./scene.js";

/** Takes every call and does nothing: a host that lies. */
const LYING = "0x00";

const bits = (...categories: readonly number[]): bigint => categories.reduce((set, c) => set | (1n << BigInt(c)), 0n);

describe("AaveV3Mom on the genuine Aave v3.6: whose switch it is", function () {
  const lease = leaseScene();
  let scene: Scene;
  let market: Market;
  let start: string;

  before(async function () {
    scene = await lease.open();
    market = scene.market;
  });
  after(() => lease.close());
  beforeEach(async function () {
    start = await market.chain.snapshot();
  });
  afterEach(() => market.chain.revert(start));

  const sync = async (): Promise<void> => void (await (await scene.mom.sync(GAS)).wait());
  const host = (method: string, ...args: readonly unknown[]): Promise<void> =>
    transact(market, riskAdmin, market.aave.configurator, method, args);
  const address = (symbol: string): Address => tokenOf(market, symbol).address;
  const turnedOff = (symbol: string): Promise<bigint> => scene.mom.turnedOff(address(symbol));

  it("behavior: says what it turns off and on again, and turns on nothing that was off before", async function () {
    const { drill, mom } = scene;
    const before = await hostState(market);
    await drill.trip(2);
    const outside = market.aave.configurator.abi.getFunction("setReserveBorrowing")!.selector;
    const inEMode = market.aave.configurator.abi.getFunction("setAssetBorrowableInEMode")!.selector;
    const off = await eventsOf(scene, mom, mom.sync(GAS));
    expect(off.filter(([name]) => name === "EffectApplied")).to.deep.equal([
      ["EffectApplied", outside, "WETH", true, 2n],
      ["EffectApplied", outside, "USDC", true, 2n],
      ["EffectApplied", inEMode, "WETH", true, 2n],
      ["EffectApplied", inEMode, "wstETH", true, 2n],
      ["EffectApplied", inEMode, "USDC", true, 2n],
    ]);
    expect(off.filter(([name]) => name === "TurnedOffChanged")).to.deep.equal([
      ["TurnedOffChanged", "WETH", bits(0)],
      ["TurnedOffChanged", "USDC", bits(0)],
      ["TurnedOffChanged", "WETH", bits(0, ETH_CORRELATED)],
      ["TurnedOffChanged", "wstETH", bits(ETH_CORRELATED)],
      ["TurnedOffChanged", "USDC", bits(0, STABLE)],
    ]);
    await drill.release();
    const on = await eventsOf(scene, mom, mom.sync(GAS));
    expect(on.filter(([name]) => name === "EffectApplied")).to.deep.equal([
      ["EffectApplied", outside, "WETH", false, 0n],
      ["EffectApplied", inEMode, "WETH", false, 0n],
      ["EffectApplied", outside, "USDC", false, 0n],
      ["EffectApplied", inEMode, "USDC", false, 0n],
      ["EffectApplied", inEMode, "wstETH", false, 0n],
    ]);
    expect(changes(before, await hostState(market))).to.deep.equal({});
  });

  it("behavior: a second sync at the same level changes nothing", async function () {
    await scene.drill.trip(2);
    await sync();
    expect(await scene.mom.sync.staticCall()).to.equal(0n);
    await scene.drill.release();
    await sync();
    expect(await scene.mom.sync.staticCall()).to.equal(0n);
  });

  it("behavior: parts add up to the whole", async function () {
    const { drill, mom } = scene;
    await drill.trip(2);
    await (await mom.syncPart([1], [], GAS)).wait();
    await (await mom.syncPart([], [ETH_CORRELATED, 0], GAS)).wait();
    expect(await mom.sync.staticCall(), "USDC's e-mode and WETH outside are left").to.equal(2n);
    await sync();
    await drill.release();
    expect(await mom.syncPart.staticCall([0, 1], [])).to.equal(4n);
    await (await mom.syncPart([0, 1], [], GAS)).wait();
    expect(await mom.sync.staticCall(), "wstETH's e-mode is left").to.equal(1n);
  });

  it("behavior: what the host's people turn on meanwhile stays on, and is the host's again at the end", async function () {
    const { drill, mom } = scene;
    await drill.trip(2);
    await sync();
    await host("setReserveBorrowing", address("USDC"), true);
    await host("setAssetBorrowableInEMode", address("WETH"), ETH_CORRELATED, true);
    const skipped = (await eventsOf(scene, mom, mom.sync(GAS))).map(([name, , asset]) => [name, asset]);
    expect(skipped).to.deep.include.members([
      ["EffectSkipped", "USDC"],
      ["EffectSkipped", "WETH"],
    ]);
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("done");
    expect(await borrow(market, looper, "WETH", ETHER / 100n)).to.equal("done");
    await drill.release();
    await sync();
    expect([await turnedOff("USDC"), await turnedOff("WETH")]).to.deep.equal([0n, 0n]);
    await drill.trip(2);
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("BorrowingNotEnabled");
  });

  it("behavior: what the host's people turn off before the level rises stays off", async function () {
    await host("setReserveBorrowing", address("USDC"), false);
    await scene.drill.trip(2);
    await sync();
    await scene.drill.release();
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("BorrowingNotEnabled");
  });

  it("behavior: what the host's people disown stays off, in the categories they name and no other", async function () {
    const { drill, mom } = scene;
    await drill.trip(2);
    await sync();
    const asAdmin = mom.connect(await market.chain.impersonate(riskAdmin));
    expect(await eventsOf(scene, mom, asAdmin.disown(address("USDC"), bits(0)))).to.deep.equal([
      ["TurnedOffChanged", "USDC", bits(STABLE)],
    ]);
    await drill.release();
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("BorrowingNotEnabled");
    expect(await mom.turnedOff(address("USDC"))).to.equal(0n);
    const borrowable = market.aave.pool.abi.encodeFunctionData("getEModeCategoryBorrowableBitmap", [STABLE]);
    const bitmap = BigInt(await market.chain.provider.call({ to: market.aave.pool.address, data: borrowable }));
    expect(bitmap & 2n, "USDC in its e-mode").to.equal(2n);
  });

  it("behavior: a pool admin may disown as well", async function () {
    await scene.drill.trip(2);
    await sync();
    const asPoolAdmin = scene.mom.connect(await market.chain.impersonate(poolAdmin));
    await (await asPoolAdmin.disown(address("USDC"), 2n ** 256n - 1n)).wait();
    expect([await turnedOff("USDC"), await turnedOff("WETH")]).to.deep.equal([0n, bits(0, ETH_CORRELATED)]);
  });

  it("error: CallerNotRiskOrPoolAdmin", async function () {
    const disown = scene.mom.disown.staticCall(address("USDC"), bits(0));
    await expectRevert(disown, scene.mom, "CallerNotRiskOrPoolAdmin", [getAddress(stranger)]);
  });

  it("behavior: without its role it says what it could not do, and does it once it has the role again", async function () {
    const { drill, mom } = scene;
    await drill.trip(2);
    await sync();
    await drill.release();
    await asSteward(scene, "removeRiskAdmin", await mom.getAddress());
    const events = await eventsOf(scene, mom, mom.sync(GAS));
    expect(events.map(([name]) => name)).to.deep.equal(Array<string>(5).fill("EffectSkipped"));
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("BorrowingNotEnabled");
    await asSteward(scene, "addRiskAdmin", await mom.getAddress());
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("done");
  });

  it("behavior: a reserve that the host refuses is skipped, with the host's reason, and the others go on", async function () {
    const { drill, mom } = scene;
    await drill.trip(2);
    const events = await eventsOf(scene, mom, mom.sync(GAS));
    const skipped = events.filter(([name]) => name === "EffectSkipped");
    expect(skipped).to.have.length(1);
    // The dropped reserve, whose bit the host left in its e-mode.
    expect(AAVE_ERRORS.parseError(String(skipped[0]?.[3]))?.name).to.equal("AssetNotListed");
    expect(events.filter(([name]) => name === "EffectApplied")).to.have.length(5);
  });

  it("error: EffectNotVerified when the host takes a call and does nothing", async function () {
    const { drill, mom } = scene;
    const { configurator } = market.aave;
    await drill.trip(2);
    await market.chain.rpc.call("hardhat_setCode", [configurator.address, LYING]);
    const selector = configurator.abi.getFunction("setReserveBorrowing")!.selector;
    const weth = getAddress(tokenOf(market, "WETH").address);
    await expectRevert(mom.sync.staticCall(), mom, "EffectNotVerified", [selector, weth]);
    const inEMode = configurator.abi.getFunction("setAssetBorrowableInEMode")!.selector;
    await expectRevert(mom.syncPart.staticCall([], [1]), mom, "EffectNotVerified", [inEMode, weth]);
  });

  it("error: EffectNotVerified when it lies about turning on again, and nothing is forgotten", async function () {
    const { drill, mom } = scene;
    const { configurator } = market.aave;
    await drill.trip(2);
    await (await mom.sync(GAS)).wait();
    await drill.release();
    const genuine = await market.chain.provider.getCode(configurator.address);
    await market.chain.rpc.call("hardhat_setCode", [configurator.address, LYING]);
    await expectRevert(mom.sync.staticCall(), mom, "EffectNotVerified");
    await market.chain.rpc.call("hardhat_setCode", [configurator.address, genuine]);
    await (await mom.sync(GAS)).wait();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("done");
  });

  it("behavior: whoever leaves too little gas is refused, and changes nothing", async function () {
    const { drill, mom } = scene;
    await drill.trip(2);
    await expectRevert(mom.syncPart.staticCall([0], [], { gasLimit: 70_000n }), mom, "GuardGasTooLow");
  });
});
