import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { DEFAULT_DUTY_CYCLE, DEFAULT_LIMITS, DEFAULT_TARGET_CONFIG } from "../../deploy/defaults.js";
import Bulkhead from "../../deploy/modules/Bulkhead.js";
import type { BulkheadParameters } from "../../deploy/parameters.js";
import type { DevChain } from "../../keeper/src/lab/chain.js";
import { deployModule } from "../../keeper/src/lab/ignition.js";
import { openAccounts } from "../../keeper/src/lab/world/accounts.js";
import { contractAt } from "../../keeper/src/lab/world/contract-ref.js";
import { fund, setPriceOracleSentinel, setPrices } from "../../keeper/src/lab/world/controls.js";
import { derivedAddress } from "../../keeper/src/lab/world/orders.js";
import { type World, buildWorld } from "../../keeper/src/lab/world/world.js";
import type { Address } from "../../keeper/src/units.js";
import { type CircuitBreaker, CircuitBreaker__factory } from "../../typechain-types/index.js";
import { venueSubject } from "../deploy/bulkhead-fixture.js";
import { ETHER, ROUND_SPEC, startChain, symbolOf, USDC } from "./world/fixture.js";

const [borrower, liquidator] = [derivedAddress("borrower"), derivedAddress("liquidator")];
const [governance, guardian, council] = ["governance", "guardian", "council"].map(derivedAddress) as [
  Address,
  Address,
  Address,
];
/** Aave's Errors.PRICE_ORACLE_SENTINEL_CHECK_FAILED. */
const SENTINEL_REFUSES = "59";
const HOUR = 3_600;

function parametersFor(target: string): BulkheadParameters {
  return {
    ...{ governance, guardian, riskCouncil: council, governanceDelay: 0, slotSeconds: 0, limits: DEFAULT_LIMITS },
    ...{ releaser: governance, grantDelay: 0, targetAdminDelay: 0, collateralMaxAge: HOUR },
    ...{ subjects: [], signers: [governance], threshold: 1, modelHash: `0x${"11".repeat(32)}` },
    ...{ heartbeatPeriod: 30 * 24 * HOUR, target, targetConfig: DEFAULT_TARGET_CONFIG, ...DEFAULT_DUTY_CYCLE },
  };
}

describe("AaveV3Sentinel on the genuine pool", function () {
  let chain: DevChain;
  let world: World;
  let breaker: CircuitBreaker;
  let target: string;

  before(async function () {
    chain = await startChain();
    world = await buildWorld(chain, ROUND_SPEC);
    const collateral = [{ symbol: "WETH", units: 10n * ETHER }];
    await openAccounts(world, [{ account: borrower, collateral, debt: [{ symbol: "USDC", units: 15_000n * USDC }] }]);
    await fund(world, liquidator, [{ symbol: "USDC", units: 20_000n * USDC }]);
    target = venueSubject(31_337n, world.aave.pool.address);
    const deployed = await deployModule(chain, Bulkhead, { Bulkhead: parametersFor(target) });
    await setPriceOracleSentinel(world, (await deployed.sentinel.getAddress()) as Address);
    for (const actor of [borrower, liquidator, guardian, governance]) await chain.setBalance(actor, ETHER);
    await chain.setAutomine(true);
    breaker = CircuitBreaker__factory.connect(await deployed.breaker.getAddress(), await chain.impersonate(guardian));
  });
  after(() => chain.close());

  async function send(from: Address, method: string, args: readonly unknown[]): Promise<string> {
    const call = contractAt(world.aave.pool, await chain.impersonate(from)).getFunction(method);
    try {
      await (await call(...args)).wait();
      return "done";
    } catch (error) {
      return (error as Error).message;
    }
  }

  async function approve(from: Address): Promise<void> {
    const approval = contractAt(symbolOf(world, "USDC").token, await chain.impersonate(from)).getFunction("approve");
    await (await approval(world.aave.pool.address, MaxUint256)).wait();
  }

  const borrow = () => send(borrower, "borrow", [symbolOf(world, "USDC").address, USDC, 2, 0, borrower]);
  const repay = () => send(borrower, "repay", [symbolOf(world, "USDC").address, USDC, 2, borrower]);

  async function liquidate(): Promise<string> {
    const [weth, usdc] = [symbolOf(world, "WETH"), symbolOf(world, "USDC")];
    return send(liquidator, "liquidationCall", [weth.address, usdc.address, borrower, 100n * USDC, false]);
  }

  it("behavior: NoNewLeverage blocks borrowing and nothing else", async function () {
    await approve(borrower);
    await approve(liquidator);
    expect(await borrow()).to.equal("done");
    await (await breaker.trip(target, 2, 4 * HOUR, "drill")).wait();
    expect(await borrow()).to.contain(SENTINEL_REFUSES);
    expect(await repay()).to.equal("done");
    await setPrices(world, { WETH: "1755" });
    expect(await liquidate(), "health factor 0.97").to.equal("done");
  });

  it("behavior: Halt blocks liquidation from Aave's floor up, not below it, and never repayment", async function () {
    await (await breaker.trip(target, 4, 1_800, "drill")).wait();
    expect(await liquidate(), "health factor 0.97").to.contain(SENTINEL_REFUSES);
    expect(await repay()).to.equal("done");
    await setPrices(world, { WETH: "1690" });
    expect(await liquidate(), "health factor below 0.95").to.equal("done");
    await setPrices(world, { WETH: "1755" });
    expect(await liquidate()).to.contain(SENTINEL_REFUSES);
  });

  it("behavior: a Halt ends with time alone", async function () {
    const { until } = (await breaker.stateOf(target)).state;
    // The grace throttles by time: liquidations are open at the start of a cycle.
    const cycle = BigInt(DEFAULT_DUTY_CYCLE.cycleSeconds);
    const open = ((until + cycle) / cycle) * cycle;
    await chain.mine(Number(open));
    expect(await liquidate()).to.equal("done");
  });

  it("behavior: a sentinel whose breaker is gone lets everything through", async function () {
    await (await breaker.trip(target, 4, 600, "drill")).wait();
    expect(await liquidate()).to.contain(SENTINEL_REFUSES);
    await chain.rpc.call("hardhat_setCode", [await breaker.getAddress(), "0x5f5ffd"]);
    expect(await liquidate()).to.equal("done");
  });
});
