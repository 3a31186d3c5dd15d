import { expect } from "chai";
import { Interface, getAddress } from "ethers";
import { createRoutes } from "../../../keeper/src/lab/agents/routes.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { type ContractRef, contractAt } from "../../../keeper/src/lab/world/contract-ref.js";
import { fund, setPrices } from "../../../keeper/src/lab/world/controls.js";
import { derivedAddress, openActors } from "../../../keeper/src/lab/world/orders.js";
import { type World, buildWorld } from "../../../keeper/src/lab/world/world.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { AtomicLiquidator__factory } from "../../../typechain-types/index.js";
import { expectRevert } from "../../expect-revert.js";
import { ETHER, ROUND_SPEC, USDC, readBigint, startChain, symbolOf } from "./fixture.js";

const [borrower, owner, stranger] = ["borrower", "owner", "stranger"].map(derivedAddress) as [
  Address,
  Address,
  Address,
];
const CAPITAL = 2_000_000n * USDC;
const WORK_GAS = 16_500_000n;

/*
 * At 1,750 on the feed and 2,000 in the pool of 1,000 WETH and 2,000,000 USDC, a repayment of r USDC seizes 1.045 r / 1,750 WETH,
 * the protocol's tenth of the bonus taken off. With the exchange's 0.3 % these sell for 1190.7 r / (1,000 + 0.000595 r) USDC:
 * more than r below 320,000 USDC.
 */
describe("AtomicLiquidator on genuine pools", () => {
  let chain: DevChain;
  let world: World;
  let target: ContractRef;
  let start: string;

  before(async () => {
    chain = await startChain();
    world = await buildWorld(chain, ROUND_SPEC);
    const collateral = [{ symbol: "WETH", units: 1_000n * ETHER }];
    const debt = [{ symbol: "USDC", units: 1_500_000n * USDC }];
    await openAccounts(world, [{ account: borrower, collateral, debt }]);
    await openActors(chain, [owner, stranger], 10n * ETHER);
    const { abi, bytecode } = AtomicLiquidator__factory;
    const artifact = {
      name: "AtomicLiquidator",
      abi: new Interface(abi),
      bytecode: bytecode as Hex,
      linkReferences: {},
    };
    target = world.steward.deploy(artifact, [world.aave.pool.address, world.uniswap.router.address, owner]);
    await fund(world, target.address, [{ symbol: "USDC", units: CAPITAL }]);
    await chain.setAutomine(true);
    await setPrices(world, { WETH: "1750" });
  });
  beforeEach(async () => void (start = await chain.snapshot()));
  afterEach(() => chain.revert(start));
  after(() => chain.close());

  const as = async (account: Address) => contractAt(target, await chain.impersonate(account));
  const usdcOf = (account: Address) => readBigint(chain, symbolOf(world, "USDC").token, "balanceOf", [account]);
  const owed = () => readBigint(chain, symbolOf(world, "USDC").variableDebt, "balanceOf", [borrower]);
  const job = (repay: bigint) => {
    const [weth, usdc] = [symbolOf(world, "WETH").address, symbolOf(world, "USDC").address];
    const path = createRoutes(world)(weth, usdc)!;
    return [borrower, weth, usdc, repay * USDC, 1_750n * USDC, path] as const;
  };
  /** Does the jobs, and returns how many of them the contract says it did. */
  async function work(repays: readonly bigint[]): Promise<bigint> {
    const method = (await as(owner)).getFunction("work");
    const done = (await method.staticCall(repays.map(job), { gasLimit: WORK_GAS })) as bigint;
    await (await method(repays.map(job), { gasLimit: WORK_GAS })).wait();
    return done;
  }

  it("default: repays all of a job that pays, and keeps the gain", async () => {
    expect(await work([300_000n])).to.equal(1n);
    expect(await owed()).to.equal(1_200_000n * USDC);
    expect((await usdcOf(target.address)) > CAPITAL).to.equal(true);
  });

  it("behavior: where all of it does not pay, a quarter", async () => {
    expect(await work([600_000n])).to.equal(1n);
    expect(await owed()).to.equal(1_350_000n * USDC);
    expect((await usdcOf(target.address)) > CAPITAL).to.equal(true);
  });

  it("behavior: gives up after three jobs in a row that do not pay even in part, not after three in all", async () => {
    const bad = 1_400_000n;
    expect(await work([bad, bad, bad, 20_000n])).to.equal(0n);
    expect(await owed()).to.equal(1_500_000n * USDC);
    expect(await usdcOf(target.address)).to.equal(CAPITAL);
    expect(await work([bad, bad, 20_000n, bad, bad, 20_000n])).to.equal(2n);
    expect(await owed()).to.equal(1_460_000n * USDC);
  });

  it("error: CallerNotAllowed for anybody but its owner, and for its owner where only it may call", async () => {
    const jobs = [job(20_000n)];
    await expectRevert(
      (await as(stranger)).getFunction("work").staticCall(jobs),
      { interface: target.abi },
      "CallerNotAllowed",
      [getAddress(stranger)],
    );
    await expectRevert(
      (await as(owner)).getFunction("attempt").staticCall(jobs[0], 20_000n * USDC),
      { interface: target.abi },
      "CallerNotAllowed",
      [getAddress(owner)],
    );
    expect(await owed()).to.equal(1_500_000n * USDC);
  });
});
