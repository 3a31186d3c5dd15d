import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { DEFAULT_DUTY_CYCLE } from "../../../deploy/defaults.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { contractAt } from "../../../keeper/src/lab/world/contract-ref.js";
import { fund, setPriceOracleSentinel, setPrices } from "../../../keeper/src/lab/world/controls.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { buildWorld, type World } from "../../../keeper/src/lab/world/world.js";
import type { Address } from "../../../keeper/src/units.js";
import { EFFECTS, opcodesIn } from "../aave-v36/adapter-code.js";
import { deployDrill, type Drill, HOUR } from "../drill.js";
import { ETHER, ROUND_SPEC, startChain, symbolOf, USDC } from "../world/fixture.js";

const [borrower, liquidator] = ["borrower", "liquidator"].map(derivedAddress) as [Address, Address];
/** Aave's Errors.PRICE_ORACLE_SENTINEL_CHECK_FAILED. */
const SENTINEL_REFUSES = "59";
const { openSeconds, cycleSeconds } = DEFAULT_DUTY_CYCLE;
/** WETH at which the borrower's health factor is 0.965, and below Aave's own floor of 0.95. */
const [FALLEN, FALLEN_FURTHER] = ["1755", "1690"];

/** By level: whether one may borrow, and liquidate from 0.95 up, at the start of a cycle and after its open part. */
const LEVELS = [
  ["Normal", true, true, true],
  ["Watch", true, true, true],
  ["NoNewLeverage", false, true, true],
  ["Throttle", false, true, false],
  ["Halt", false, false, false],
] as const;

describe("AaveV3Sentinel on the genuine Aave v3.0", function () {
  let chain: DevChain;
  let world: World;
  let drill: Drill;
  let start: string;

  before(async function () {
    chain = await startChain();
    world = await buildWorld(chain, ROUND_SPEC);
    const collateral = [{ symbol: "WETH", units: 10n * ETHER }];
    await openAccounts(world, [{ account: borrower, collateral, debt: [{ symbol: "USDC", units: 15_000n * USDC }] }]);
    await fund(world, liquidator, [{ symbol: "USDC", units: 20_000n * USDC }]);
    await fund(world, borrower, [{ symbol: "WETH", units: 10n * ETHER }]);
    drill = await deployDrill(chain, world.aave.pool.address);
    await chain.setAutomine(false);
    await setPriceOracleSentinel(world, (await drill.sentinel.getAddress()) as Address);
    await chain.setAutomine(true);
    for (const actor of [borrower, liquidator]) await chain.setBalance(actor, ETHER);
    for (const [actor, symbol] of [
      [borrower, "USDC"],
      [borrower, "WETH"],
      [liquidator, "USDC"],
    ] as const) {
      const approval = contractAt(symbolOf(world, symbol).token, await chain.impersonate(actor)).getFunction("approve");
      await (await approval(world.aave.pool.address, MaxUint256)).wait();
    }
  });
  after(() => chain.close());
  beforeEach(async function () {
    start = await chain.snapshot();
  });
  afterEach(() => chain.revert(start));

  async function send(from: Address, method: string, args: readonly unknown[]): Promise<string> {
    const call = contractAt(world.aave.pool, await chain.impersonate(from)).getFunction(method);
    try {
      await (await call(...args)).wait();
      return "done";
    } catch (error) {
      return (error as Error).message;
    }
  }

  const [weth, usdc] = [() => symbolOf(world, "WETH").address, () => symbolOf(world, "USDC").address];
  const borrow = () => send(borrower, "borrow", [usdc(), USDC, 2, 0, borrower]);
  const liquidate = () => send(liquidator, "liquidationCall", [weth(), usdc(), borrower, 100n * USDC, false]);
  const expectOutcome = (outcome: string, isAllowed: boolean, what: string): void => {
    if (isAllowed) expect(outcome, what).to.equal("done");
    else expect(outcome, what).to.contain(SENTINEL_REFUSES);
  };
  /** Go to this second of the next cycle. */
  async function toCycle(second: number): Promise<void> {
    await chain.mine((Math.floor((await chain.timestamp()) / cycleSeconds) + 1) * cycleSeconds + second);
  }

  for (const [level, [name, borrows, liquidatesEarly, liquidatesLate]] of LEVELS.entries()) {
    it(`behavior: at ${name}, borrowing and liquidation are gated as the level says`, async function () {
      await toCycle(0);
      if (level > 0) await drill.trip(level, level === 1 ? 0 : 2 * HOUR);
      expectOutcome(await borrow(), borrows, "borrow");
      await setPrices(world, { WETH: FALLEN });
      expectOutcome(await liquidate(), liquidatesEarly, "health factor 0.965, at the start of a cycle");
      await toCycle(openSeconds);
      expectOutcome(await liquidate(), liquidatesLate, "health factor 0.965, after the open part");
      await setPrices(world, { WETH: FALLEN_FURTHER });
      expect(await liquidate(), "health factor below 0.95").to.equal("done");
    });

    it(`behavior: at ${name}, an indebted account can repay, add collateral and withdraw`, async function () {
      await toCycle(openSeconds);
      if (level > 0) await drill.trip(level);
      expect(await send(borrower, "repay", [usdc(), USDC, 2, borrower])).to.equal("done");
      expect(await send(borrower, "supply", [weth(), ETHER, borrower, 0])).to.equal("done");
      expect(await send(borrower, "withdraw", [weth(), ETHER, borrower])).to.equal("done");
    });
  }

  it("behavior: a Halt ends with time alone", async function () {
    await setPrices(world, { WETH: FALLEN });
    await drill.trip(4, 1_800);
    const { until } = (await drill.breaker.stateOf(drill.target)).state;
    // The grace throttles by time: liquidations are open at the start of a cycle.
    const cycle = BigInt(cycleSeconds);
    await chain.mine(Number(((until + cycle) / cycle) * cycle));
    expect(await liquidate()).to.equal("done");
  });

  it("behavior: a target that only observes gates nothing", async function () {
    await drill.configure({ stalePolicy: 1, shadow: true });
    await drill.trip(4);
    await setPrices(world, { WETH: FALLEN });
    expect(await liquidate()).to.equal("done");
    await setPrices(world, { WETH: "2000" });
    expect(await borrow()).to.equal("done");
  });

  it("behavior: missing scores block borrowing where the target says so, liquidation never", async function () {
    await drill.configure({ stalePolicy: 0 });
    await chain.mine((await chain.timestamp()) + 2 * HOUR);
    expectOutcome(await borrow(), false, "borrow");
    await setPrices(world, { WETH: FALLEN });
    expect(await liquidate()).to.equal("done");
  });

  it("behavior: a sentinel whose breaker is gone lets everything through", async function () {
    await setPrices(world, { WETH: FALLEN });
    await drill.trip(4, 600);
    expect(await liquidate()).to.contain(SENTINEL_REFUSES);
    await chain.rpc.call("hardhat_setCode", [await drill.breaker.getAddress(), "0x5f5ffd"]);
    expect(await liquidate()).to.equal("done");
  });

  it("behavior: it holds no role, and its code can neither write nor call but to read", async function () {
    const sentinel = await drill.sentinel.getAddress();
    const acl = contractAt(world.aave.aclManager, chain.provider);
    for (const role of ["PoolAdmin", "EmergencyAdmin", "RiskAdmin", "FlashBorrower", "Bridge", "AssetListingAdmin"]) {
      expect(await acl.getFunction(`is${role}`)(sentinel), role).to.equal(false);
    }
    expect(await opcodesIn(chain, sentinel, EFFECTS)).to.deep.equal([]);
  });
});
