import { expect } from "chai";
import { Contract, Interface, concat, id, type Signer } from "ethers";
import { type EulerLiquidationHook, EulerLiquidationHook__factory } from "../../typechain-types/index.js";
import { expectRevert } from "../expect-revert.js";
import { announceForkSource } from "./fork-source.js";
import { type LiveBreaker, startLiveBreaker } from "./live-breaker.js";

/** **Source:** euler-xyz/euler-interfaces, addresses, 1. */
const FACTORY = "0x29a56a1b8214D9Cf7c5561811750D5cBDb45CC8e";
const UNIT = "0x0000000000000000000000000000000000000348"; // dollars
const ZERO = "0x0000000000000000000000000000000000000000";

const EULER = new Interface([
  "function createProxy(address implementation, bool upgradeable, bytes trailingData) returns (address)",
  ...["EVC()", "debtOf(address)"].map((f) => `function ${f} view returns (uint256)`),
  ...["setHookConfig(address,uint32)", "setLTV(address,uint16,uint16,uint32)"].map((f) => `function ${f}`),
  ...["setMaxLiquidationDiscount(uint16)", "deposit(uint256,address)"].map((f) => `function ${f}`),
  ...["borrow(uint256,address)", "repay(uint256,address)"].map((f) => `function ${f}`),
  "function liquidate(address,address,uint256,uint256)",
  ...["enableCollateral(address,address)", "enableController(address,address)"].map((f) => `function ${f} payable`),
]);
/** OP_BORROW and OP_LIQUIDATE. */
const HOOKED = (1 << 6) | (1 << 11);
const MAX = (1n << 256n) - 1n;
const ETHER = 10n ** 18n;
const SUBJECT = id("live");

async function send(contract: Contract, method: string, ...args: unknown[]): Promise<void> {
  await (await contract.getFunction(method)(...args)).wait();
}

before(announceForkSource);

describe("EulerLiquidationHook on genuine vaults, on a live fork", function () {
  this.timeout(600_000);
  let live: LiveBreaker;
  let vault: Contract;
  let shares: Contract;
  let quotes: Contract;
  let hook: EulerLiquidationHook;
  let borrower: Signer;
  let liquidator: Signer;

  before(async function () {
    live = await startLiveBreaker(this);
    const { deployer } = live;
    [borrower, liquidator] = [await live.account("borrower"), await live.account("liquidator")];
    const [asset, staked] = [await live.token("ASSET"), await live.token("STAKED")];
    quotes = await live.support("SettableQuotes", []);
    shares = await newVault(staked, ZERO, ZERO);
    vault = await newVault(asset, String(quotes.target), UNIT);
    await send(quotes, "setPrice", asset.target, ETHER);
    await send(quotes, "setPrice", shares.target, ETHER);
    hook = await new EulerLiquidationHook__factory(deployer).deploy(String(vault.target), ZERO, live.breaker, SUBJECT);
    await send(shares, "setHookConfig", ZERO, 0);
    await send(vault, "setHookConfig", await hook.getAddress(), HOOKED);
    await send(vault, "setLTV", shares.target, 8_500, 8_500, 0);
    await send(vault, "setMaxLiquidationDiscount", 2_000);
    await send(asset, "approve", vault.target, MAX);
    await send(vault, "deposit", 100_000n * ETHER, await deployer.getAddress());
    await send(staked, "approve", shares.target, MAX);
    await join(borrower, 1_000n);
    await join(liquidator, 10_000n);
    await live.raise(SUBJECT, 0);
    await send(as(borrower), "borrow", 840n * ETHER, await borrower.getAddress());
    // 950 x 0.85 / 840 = 0.9613: below 1, above the floor.
    await send(quotes, "setPrice", shares.target, (95n * ETHER) / 100n);
  });
  after(() => live?.close());

  const as = (who: Signer): Contract => vault.connect(who) as Contract;
  const debt = async (): Promise<bigint> => (await vault.getFunction("debtOf")(await borrower.getAddress())) as bigint;

  async function newVault(asset: Contract, oracle: string, unit: string): Promise<Contract> {
    const factory = new Contract(FACTORY, EULER, live.deployer);
    const args = [ZERO, true, concat([String(asset.target), oracle, unit])];
    const address = String(await factory.getFunction("createProxy").staticCall(...args));
    await send(factory, "createProxy", ...args);
    return new Contract(address, EULER, live.deployer);
  }

  /** Gives `who` collateral, and makes the vault its controller. */
  async function join(who: Signer, amount: bigint): Promise<void> {
    const account = await who.getAddress();
    await send(shares, "deposit", amount * ETHER, account);
    const evc = `0x${BigInt((await vault.getFunction("EVC")()) as bigint)
      .toString(16)
      .padStart(40, "0")}`;
    const connector = new Contract(evc, EULER, who);
    await send(connector, "enableCollateral", account, shares.target);
    await send(connector, "enableController", account, vault.target);
  }

  const liquidate = async (repay: bigint): Promise<void> =>
    send(as(liquidator), "liquidate", await borrower.getAddress(), shares.target, repay, 0);

  it("behavior: NoNewLeverage blocks borrowing; repaying, depositing and liquidating go on", async function () {
    await live.raise(SUBJECT, 2);
    const blocked = as(borrower).getFunction("borrow")(1, await borrower.getAddress());
    await expectRevert(blocked, hook, "ActionBlocked", [SUBJECT, 0n]);
    const before = await debt();
    await send(vault, "repay", ETHER, await borrower.getAddress());
    await send(vault, "deposit", ETHER, await live.deployer.getAddress());
    await liquidate(ETHER);
    expect(before - (await debt()) > 2n * ETHER - 10n ** 15n, `debt before: ${before}`).to.equal(true);
  });

  it("behavior: Throttle lets through what it holds, in the unit of account", async function () {
    await live.raise(SUBJECT, 3, 50n * ETHER);
    await expectRevert(liquidate(60n * ETHER), hook, "ActionBlocked", [SUBJECT, 2n]);
    const before = await debt();
    await liquidate(30n * ETHER);
    expect(before - (await debt()) > 29n * ETHER, `debt before: ${before}`).to.equal(true);
    await expectRevert(liquidate(30n * ETHER), hook, "ActionBlocked", [SUBJECT, 2n]);
  });

  it("behavior: Halt blocks down to the floor, and not below it", async function () {
    await live.raise(SUBJECT, 4);
    await expectRevert(liquidate(ETHER), hook, "ActionBlocked", [SUBJECT, 2n]);
    await send(quotes, "setPrice", shares.target, (90n * ETHER) / 100n);
    const before = await debt();
    await liquidate(ETHER);
    expect((await debt()) < before, `debt before: ${before}`).to.equal(true);
  });
});
