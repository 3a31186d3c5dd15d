import { expect } from "chai";

import { DEFAULT_TARGET_CONFIG } from "../../../deploy/defaults.js";
import type { CometMom } from "../../../typechain-types/index.js";
import { expectRevert } from "../../expect-revert.js";
import { BORROWER, COMET, FRIEND, GOVERNOR, LENDER, LIQUIDATOR, PAUSE_GUARDIAN, USDC, WETH } from "./market-archive.js";
import {
  DOLLARS,
  ETHER,
  HALT,
  type Market,
  OPEN,
  OURS,
  THROTTLE,
  openMarket,
  useSnapshots,
} from "./recorded-market.js";

const LEVELS = ["Normal", "Watch", "NoNewLeverage", "Throttle", "Halt"];

/** What moves risk up or value out, and what brings it down. In this order: the price falls before the last two. */
const RISKY: readonly [string, string, string, readonly unknown[]][] = [
  ["borrow", BORROWER, "withdraw", [USDC, 100n * DOLLARS]],
  ["borrow by transfer", BORROWER, "transferAsset", [FRIEND, USDC, 100n * DOLLARS]],
  ["withdraw collateral", BORROWER, "withdraw", [WETH, ETHER / 10n]],
  ["hand over collateral", BORROWER, "transferAsset", [FRIEND, WETH, ETHER / 10n]],
  ["leave as a lender", LENDER, "withdraw", [USDC, 100n * DOLLARS]],
];
const SAFE: readonly [string, string, string, readonly unknown[]][] = [
  ["repay", BORROWER, "supply", [USDC, 100n * DOLLARS]],
  ["repay for another", LENDER, "supplyTo", [BORROWER, USDC, 100n * DOLLARS]],
  ["add collateral", BORROWER, "supply", [WETH, ETHER]],
  ["lend", LENDER, "supply", [USDC, 100n * DOLLARS]],
];
const LIQUIDATION: readonly [string, string, string, readonly unknown[]][] = [
  ["liquidate", LIQUIDATOR, "absorb", [LIQUIDATOR, [BORROWER]]],
  ["buy what was liquidated", LIQUIDATOR, "buyCollateral", [WETH, 0, 1_000n * DOLLARS, LIQUIDATOR]],
];

describe("CometMom on the recorded market", function () {
  let market: Market;
  before(async function () {
    market = await openMarket(this);
  });
  after(() => market?.close());
  useSnapshots(() => market);

  async function outcomes(actions: typeof SAFE): Promise<Record<string, string>> {
    const seen: Record<string, string> = {};
    for (const [name, account, method, args] of actions) seen[name] = await market.act(account, method, args);
    return seen;
  }
  const all = (actions: typeof SAFE, outcome: string) => Object.fromEntries(actions.map(([name]) => [name, outcome]));
  const debt = (): Promise<bigint> => market.comet.getFunction("borrowBalanceOf")(BORROWER);

  async function sync(mom: CometMom) {
    const receipt = (await (await mom.sync({ gasLimit: 1_000_000 })).wait())!;
    return receipt.logs.map((log) => mom.interface.parseLog(log)).filter((event) => event !== null);
  }

  it("default: the market is mainnet's, and the adapter sits where its code looks for the pause guardian", async function () {
    const mom = await market.appointMom(HALT);
    const read = (name: string) => market.comet.getFunction(name)();
    expect((await read("governor")).toLowerCase()).to.equal(GOVERNOR);
    expect((await read("pauseGuardian")).toLowerCase()).to.equal(PAUSE_GUARDIAN);
    expect((await read("baseToken")).toLowerCase()).to.equal(USDC);
    expect((await mom.comet()).toLowerCase()).to.equal(COMET);
    expect((await mom.getAddress()).toLowerCase()).to.equal(PAUSE_GUARDIAN);
  });

  for (const fromLevel of [THROTTLE, HALT]) {
    for (const [level, name] of LEVELS.entries()) {
      const paused = level >= fromLevel;
      it(`behavior: ${name}, pausing from ${LEVELS[fromLevel]}: ${paused ? "nothing leaves" : "nothing happens"}, the rest is open`, async function () {
        const mom = await market.appointMom(fromLevel);
        if (level > 0) await market.trip(level);
        const events = await sync(mom);
        const { selector } = market.comet.interface.getFunction("pause")!;
        expect(await market.flags()).to.deep.equal(paused ? OURS : OPEN);
        expect(events.map((event) => [event.name, ...event.args])).to.deep.equal(
          paused ? [["EffectApplied", selector, await mom.comet(), true, BigInt(level)]] : [],
        );

        expect(await outcomes(RISKY)).to.deep.equal(all(RISKY, paused ? "Paused" : "done"));
        const before = await debt();
        expect(await outcomes(SAFE)).to.deep.equal(all(SAFE, "done"));
        const repaid = before - (await debt());
        expect(repaid > 199n * DOLLARS && repaid <= 200n * DOLLARS, `repaid ${repaid}`).to.equal(true);

        await market.setEthPrice(2_000n);
        expect(await outcomes(LIQUIDATION)).to.deep.equal(all(LIQUIDATION, "done"));
        expect(await debt()).to.equal(0n);
      });
    }
  }

  it("behavior: a pause ends with the first sync after the level, by whoever wants to leave", async function () {
    const mom = await market.appointMom(HALT);
    await market.trip(HALT, 600);
    await sync(mom);
    await market.mine((await market.timestamp()) + 500);
    expect(await sync(mom), "while it lasts").to.deep.equal([]);
    await market.mine((await market.timestamp()) + 100);
    expect(await market.act(LENDER, "withdraw", [USDC, DOLLARS]), "before anybody synced").to.equal("Paused");

    await (await mom.connect(await market.as(LENDER)).sync()).wait();
    expect(await market.flags()).to.deep.equal(OPEN);
    expect(await market.act(LENDER, "withdraw", [USDC, DOLLARS])).to.equal("done");
    expect([...(await mom.effect())]).to.deep.equal([false, 0n, 0n]);
  });

  it("behavior: the grace after a Halt is a Throttle: it lifts what began at Halt, and keeps what began at Throttle", async function () {
    for (const [fromLevel, flags] of [
      [HALT, OPEN],
      [THROTTLE, OURS],
    ] as const) {
      const id = await market.snapshot();
      const mom = await market.appointMom(fromLevel);
      await market.trip(HALT, 600);
      await sync(mom);
      await market.mine((await market.timestamp()) + 610);
      expect(await market.breaker.liquidationLevelOf(market.target)).to.equal(BigInt(THROTTLE));
      await sync(mom);
      expect(await market.flags()).to.deep.equal(flags);
      await market.mine((await market.timestamp()) + DEFAULT_TARGET_CONFIG.terms.graceSeconds);
      await sync(mom);
      expect(await market.flags()).to.deep.equal(OPEN);
      await market.revert(id);
    }
  });

  it("behavior: stale scores block borrowing where the host asks, and freeze nobody here", async function () {
    const mom = await market.appointMom(THROTTLE);
    await market.mine((await market.timestamp()) + DEFAULT_TARGET_CONFIG.maxAge + 1);
    expect(await market.breaker.isAllowed(market.target, 0)).to.equal(false);
    expect(await sync(mom)).to.deep.equal([]);
    expect(await market.flags()).to.deep.equal(OPEN);
  });

  it("behavior: a target that only observes has no effect", async function () {
    const mom = await market.appointMom(THROTTLE);
    await market.configure({ shadow: true });
    await market.trip(HALT);
    expect(await sync(mom)).to.deep.equal([]);
    expect(await market.flags()).to.deep.equal(OPEN);
  });

  it("behavior: a breaker that fails counts as Normal, and what it had called for is lifted", async function () {
    for (const code of ["0x5f5ffd", "0x5b5f56", "0x621000005ff3", "0x"]) {
      const id = await market.snapshot();
      const mom = await market.appointMom(THROTTLE);
      await market.trip(HALT);
      await sync(mom);
      expect(await market.flags()).to.deep.equal(OURS);
      await market.rpc.call("hardhat_setCode", [await mom.breaker(), code]);
      expect((await sync(mom)).map(({ name, args }) => [name, args.getValue("restricts")])).to.deep.equal([
        ["EffectApplied", false],
      ]);
      expect(await market.flags()).to.deep.equal(OPEN);
      await market.revert(id);
    }
  });

  it("error: GuardGasTooLow for a caller that starves the question to lift a pause", async function () {
    const mom = await market.appointMom(HALT);
    await market.trip(HALT);
    await sync(mom);
    await expectRevert(mom.sync.staticCall({ gasLimit: 70_000 }), mom, "GuardGasTooLow");
    expect(await market.flags()).to.deep.equal(OURS);
  });

  it("behavior: declares that it reaches no cell of NoNewLeverage and no liquidation", async function () {
    const mom = await market.appointMom(THROTTLE);
    expect([...(await mom.capabilities())]).to.deep.equal([false, false, false, false, false, 0n]);
    expect(await mom.fromLevel()).to.equal(BigInt(THROTTLE));
    expect(await mom.subject()).to.equal(market.target);
  });
});
