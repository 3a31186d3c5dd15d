import { expect } from "chai";
import { getAddress, ZeroAddress } from "ethers";

import { DEFAULT_DUTY_CYCLE, DEFAULT_TARGET_CONFIG } from "../../../deploy/defaults.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { bigToInt } from "../../../keeper/src/units.js";
import { expectRevert } from "../../expect-revert.js";
import {
  AAVE_ERRORS,
  borrower,
  FALLEN_WETH,
  liquidate,
  type Market,
  repay,
  setPrice,
  sinking,
  supply,
  tokenOf,
  transact,
  withdraw,
} from "../aave-v36/market.js";
import { HOUR } from "../drill.js";
import { ETHER, USDC } from "../world/fixture.js";
import { asSteward, emergencyAdmin, eventsOf, GAS, leaseScene, type Scene, syncAll } from "./scene.js";

const BLOCKED = "LiquidationGraceSentinelCheckFailed";
const { openSeconds, cycleSeconds } = DEFAULT_DUTY_CYCLE;
const LYING = "0x00";

describe("AaveV3GraceMom on the genuine Aave v3.6", function () {
  const lease = leaseScene();
  let scene: Scene;
  let market: Market;
  let start: string;

  before(async function () {
    scene = await lease.open();
    market = scene.market;
    await setPrice(market, "WETH", FALLEN_WETH);
  });
  after(() => lease.close());
  beforeEach(async function () {
    start = await market.chain.snapshot();
  });
  afterEach(() => market.chain.revert(start));

  const graceOf = async (symbol: string): Promise<number> => {
    const { pool } = market.aave;
    const [until] = await read(market.chain, pool, "getLiquidationGracePeriod", [tokenOf(market, symbol).address]);
    return bigToInt(until as bigint);
  };
  const stateOf = async (): Promise<Record<"until" | "graceUntil", number>> => {
    const { until, graceUntil } = (await scene.drill.breaker.stateOf(scene.drill.target)).state;
    return { until: Number(until), graceUntil: Number(graceUntil) };
  };
  /** The next transaction is mined at this second. */
  const at = (second: number): Promise<unknown> => market.chain.rpc.call("evm_setNextBlockTimestamp", [second]);
  /** Go to this second of the next cycle. */
  async function toCycle(second: number): Promise<number> {
    const next = (Math.floor((await market.chain.timestamp()) / cycleSeconds) + 1) * cycleSeconds + second;
    await market.chain.mine(next);
    return next - second;
  }
  const emergency = (method: string, ...args: readonly unknown[]): Promise<void> =>
    transact(market, emergencyAdmin, market.aave.configurator, method, args);
  const skips = async (): Promise<readonly unknown[][]> =>
    (await eventsOf(scene, scene.graceMom, scene.graceMom.sync(GAS)))
      .filter(([name]) => name === "EffectSkipped")
      .map(([, , asset, reason]) => [asset, Buffer.from(String(reason).slice(2), "hex").toString()]);

  for (const [level, name] of ["Normal", "Watch", "NoNewLeverage"].entries()) {
    it(`behavior: at ${name}, liquidations go on`, async function () {
      if (level > 0) await scene.drill.trip(level);
      await syncAll(scene);
      expect(await graceOf("WETH")).to.equal(0);
      expect(await liquidate(market, borrower)).to.equal("done");
    });
  }

  it("behavior: at Halt, liquidations are blocked, and nothing else that an indebted account does", async function () {
    await scene.drill.trip(4);
    await syncAll(scene);
    expect(await liquidate(market, borrower), "health factor 0.965").to.equal(BLOCKED);
    expect(await liquidate(market, sinking), "health factor 0.911, for liftFor").to.equal(BLOCKED);
    expect(await repay(market, borrower, "USDC", USDC)).to.equal("done");
    expect(await supply(market, borrower, "WETH", ETHER)).to.equal("done");
    expect(await withdraw(market, borrower, "WETH", ETHER / 100n)).to.equal("done");
  });

  for (const [id, symbol] of ["WETH", "USDC"].entries()) {
    it(`behavior: grace of ${id === 0 ? "the collateral" : "the debt"} alone blocks a liquidation`, async function () {
      await scene.drill.trip(4);
      await (await scene.mom.sync(GAS)).wait();
      await (await scene.graceMom.syncPart([id], GAS)).wait();
      expect(await graceOf(symbol)).to.be.greaterThan(0);
      expect(await liquidate(market, borrower)).to.equal(BLOCKED);
    });
  }

  for (const seconds of [5 * 60, 4 * HOUR]) {
    it(`behavior: a Halt of ${seconds} s ends on the second on the host too, whether anybody calls or not`, async function () {
      await scene.drill.trip(4, seconds);
      await syncAll(scene);
      const { until } = await stateOf();
      expect(await graceOf("WETH")).to.equal(until - 1);
      await at(until - 1);
      expect(await liquidate(market, borrower)).to.equal(BLOCKED);
      await at(until);
      expect(await liquidate(market, borrower)).to.equal("done");
    });
  }

  it("behavior: a Halt synced in its last second changes nothing", async function () {
    await scene.drill.trip(4);
    await (await scene.mom.sync(GAS)).wait();
    await at((await stateOf()).until - 1);
    expect(await eventsOf(scene, scene.graceMom, scene.graceMom.sync(GAS))).to.deep.equal([]);
  });

  it("behavior: at Throttle, liquidations are open for the first part of each cycle, synced or not", async function () {
    await toCycle(openSeconds - 60);
    await scene.drill.trip(3, 2 * HOUR);
    await syncAll(scene);
    expect(await liquidate(market, borrower), "open").to.equal("done");
    const cycle = await toCycle(openSeconds);
    await syncAll(scene);
    expect(await graceOf("WETH")).to.equal(cycle + cycleSeconds - 1);
    expect(await liquidate(market, borrower), "closed").to.equal(BLOCKED);
    expect(await repay(market, borrower, "USDC", USDC)).to.equal("done");
    expect(await supply(market, borrower, "WETH", ETHER / 100n)).to.equal("done");
    await at(cycle + cycleSeconds);
    expect(await liquidate(market, borrower), "open again by itself").to.equal("done");
  });

  it("behavior: a closed part does not outlast the Throttle, nor the grace after a Halt", async function () {
    await toCycle(openSeconds);
    await scene.drill.trip(3, 5 * 60);
    await syncAll(scene);
    expect(await graceOf("WETH")).to.equal((await stateOf()).until - 1);
    await scene.drill.release();
    await scene.graceMom.sync(GAS);
    // A Halt of 5 minutes that ends 5 minutes into a closed part, with 10 minutes of grace after it.
    await toCycle(openSeconds);
    await scene.drill.trip(4, 5 * 60);
    const { until, graceUntil } = await stateOf();
    expect(graceUntil).to.equal(until + DEFAULT_TARGET_CONFIG.terms.graceSeconds);
    await market.chain.mine(until);
    await syncAll(scene);
    expect(await graceOf("WETH")).to.equal(graceUntil - 1);
  });

  it("behavior: nor does it when the Halt was lowered to NoNewLeverage, which outlasts its grace", async function () {
    await toCycle(openSeconds);
    await scene.drill.trip(4, HOUR);
    await scene.drill.release(2);
    const { until, graceUntil } = await stateOf();
    expect(until).to.be.greaterThan(graceUntil);
    await syncAll(scene);
    expect(await graceOf("WETH")).to.equal(graceUntil - 1);
    await at(graceUntil);
    expect(await liquidate(market, borrower)).to.equal("done");
  });

  it("behavior: a level lowered by governance is lifted by whoever syncs", async function () {
    await scene.drill.trip(4);
    await syncAll(scene);
    await scene.drill.release();
    expect(await liquidate(market, borrower)).to.equal(BLOCKED);
    await (await scene.graceMom.sync(GAS)).wait();
    expect(await liquidate(market, borrower)).to.equal("done");
    expect(await scene.graceMom.sync.staticCall()).to.equal(0n);
  });

  it("behavior: a reserve that may be borrowed, in an e-mode too, gets no grace: new risk is stopped first", async function () {
    await scene.drill.trip(4);
    expect(await skips()).to.deep.include.members([
      ["WETH", "may be borrowed in an e-mode"],
      ["USDC", "may be borrowed in an e-mode"],
      ["wstETH", "may be borrowed in an e-mode"],
    ]);
    await (await scene.mom.syncPart([], [1, 255], GAS)).wait();
    expect(await skips()).to.deep.include.members([
      ["WETH", "may be borrowed"],
      ["USDC", "may be borrowed"],
    ]);
    expect(await liquidate(market, borrower)).to.equal("done");
  });

  it("behavior: a target that only observes has no effect, and what it had ends", async function () {
    await scene.drill.trip(4);
    await syncAll(scene);
    await scene.drill.configure({ stalePolicy: 1, shadow: true });
    await syncAll(scene);
    expect(await liquidate(market, borrower)).to.equal("done");
  });

  it("behavior: missing scores never hold a liquidation back", async function () {
    await scene.drill.configure({ stalePolicy: 0 });
    await market.chain.mine((await market.chain.timestamp()) + 2 * HOUR);
    await syncAll(scene);
    expect(await graceOf("WETH")).to.equal(0);
    expect(await liquidate(market, borrower)).to.equal("done");
  });

  it("behavior: a breaker that is gone counts as allowed", async function () {
    await scene.drill.trip(4);
    await syncAll(scene);
    await market.chain.rpc.call("hardhat_setCode", [await scene.drill.breaker.getAddress(), "0x5f5ffd"]);
    await syncAll(scene);
    expect(await liquidate(market, borrower)).to.equal("done");
  });

  it("behavior: grace that others gave is left as it is, before and after", async function () {
    await emergency("setReservePause(address,bool,uint40)", tokenOf(market, "USDC").address, false, HOUR);
    const given = await graceOf("USDC");
    await scene.drill.trip(4, 2 * HOUR);
    await (await scene.mom.sync(GAS)).wait();
    expect(await skips()).to.deep.include(["USDC", "grace changed by others"]);
    await scene.drill.release();
    await (await scene.graceMom.sync(GAS)).wait();
    expect([await graceOf("USDC"), await graceOf("WETH")]).to.deep.equal([given, 0]);
  });

  it("behavior: grace that the host's people end stays ended, until a new one is due", async function () {
    await scene.drill.trip(4, 5 * 60);
    await syncAll(scene);
    const { until } = await stateOf();
    for (const symbol of ["WETH", "USDC"]) {
      await emergency("disableLiquidationGracePeriod", tokenOf(market, symbol).address);
    }
    expect(await skips()).to.deep.include(["WETH", "grace changed by others"]);
    expect(await liquidate(market, borrower)).to.equal("done");
    await market.chain.mine(until);
    await scene.drill.release();
    await scene.drill.trip(4);
    await syncAll(scene);
    expect(await liquidate(market, borrower)).to.equal(BLOCKED);
  });

  it("behavior: a paused reserve gets no grace and stays paused", async function () {
    await emergency("setReservePause(address,bool)", tokenOf(market, "USDC").address, true);
    await scene.drill.trip(4);
    await (await scene.mom.sync(GAS)).wait();
    expect(await skips()).to.deep.include(["USDC", "paused"]);
    expect(await repay(market, borrower, "USDC", USDC), "as the host's people want it").to.equal("ReservePaused");
    expect(await graceOf("WETH")).to.be.greaterThan(0);
  });

  it("behavior: what the host refuses is skipped, with its reason, and the rest goes on", async function () {
    await scene.drill.trip(4);
    await (await scene.mom.sync(GAS)).wait();
    const events = await eventsOf(scene, scene.graceMom, scene.graceMom.syncPart([4, 0, 1, 2], GAS));
    const skipped = events.filter(([name]) => name === "EffectSkipped");
    expect(skipped.map(([, , asset, reason]) => [asset, AAVE_ERRORS.parseError(String(reason))?.name])).to.deep.equal([
      [ZeroAddress, "AssetNotListed"], // there is no reserve 4
    ]);
    expect(events.filter(([name]) => name === "EffectApplied")).to.have.length(3);
    await scene.drill.release();
    await asSteward(scene, "removeEmergencyAdmin", await scene.graceMom.getAddress());
    const refused = await eventsOf(scene, scene.graceMom, scene.graceMom.sync(GAS));
    expect(refused.map(([name, , asset]) => [name, asset])).to.deep.equal(
      ["WETH", "USDC", "wstETH"].map((asset) => ["EffectSkipped", asset]),
    );
  });

  it("error: EffectNotVerified when the host takes a call and does nothing", async function () {
    const { graceMom, drill, mom } = scene;
    const { configurator } = market.aave;
    await drill.trip(4);
    await (await mom.sync(GAS)).wait();
    const genuine = await market.chain.provider.getCode(configurator.address);
    await market.chain.rpc.call("hardhat_setCode", [configurator.address, LYING]);
    const weth = getAddress(tokenOf(market, "WETH").address);
    const give = configurator.abi.getFunction("setReservePause(address,bool,uint40)")!.selector;
    await expectRevert(graceMom.sync.staticCall(), graceMom, "EffectNotVerified", [give, weth]);
    await market.chain.rpc.call("hardhat_setCode", [configurator.address, genuine]);
    await (await graceMom.sync(GAS)).wait();
    await drill.release();
    await market.chain.rpc.call("hardhat_setCode", [configurator.address, LYING]);
    const end = configurator.abi.getFunction("disableLiquidationGracePeriod")!.selector;
    await expectRevert(graceMom.sync.staticCall(), graceMom, "EffectNotVerified", [end, weth]);
  });

  it("behavior: declares that it holds liquidations back, by time, without a floor in the host", async function () {
    expect([...(await scene.graceMom.capabilities())]).to.deep.equal([false, false, false, true, true, 0n]);
  });
});
