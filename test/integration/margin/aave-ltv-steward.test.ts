import { expect } from "chai";
import { getAddress, toUtf8String } from "ethers";

import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { AaveV3LtvSteward__factory } from "../../../typechain-types/index.js";
import { expectRevert } from "../../expect-revert.js";
import { ETHER, healthFactor, startChain, symbolOf, USDC } from "../world/fixture.js";
import {
  type AaveScene,
  ANYBODY,
  AT_THE_LIMIT,
  BORROWER,
  LIQUIDATOR,
  marketSubject,
  openAaveScene,
  termsOf,
  WBTC_TERMS,
  WETH_TERMS,
  wordOf,
} from "./aave-scene.js";
import { HOUR } from "./margin-scene.js";

/** Aave's Errors: CALLER_NOT_RISK_OR_POOL_ADMIN, COLLATERAL_CANNOT_COVER_NEW_BORROW, HEALTH_FACTOR_NOT_BELOW_THRESHOLD. */
const [NO_ROLE, COVERS_NO_MORE, HEALTHY] = ["4", "36", "45"];
const SET_LTV = "0x7c4e560b";

describe("AaveV3LtvSteward on the genuine pool", function () {
  let chain: DevChain;
  let scene: AaveScene;
  let snapshot: string;

  before(async function () {
    chain = await startChain();
    scene = await openAaveScene(chain);
    snapshot = await chain.snapshot();
  });
  after(() => chain.close());
  afterEach(async function () {
    await chain.revert(snapshot);
    snapshot = await chain.snapshot();
  });

  const usdc = () => symbolOf(scene.world, "USDC").address;
  const borrow = () => scene.send(BORROWER, "borrow", [usdc(), USDC, 2, 0, BORROWER]);

  /** Anybody calls; the events of the steward. */
  async function sync(): Promise<{ name: string; args: readonly unknown[] }[]> {
    const steward = scene.steward.connect(await chain.impersonate(ANYBODY));
    const receipt = (await (await steward.sync()).wait())!;
    const parsed = receipt.logs.map((log) => scene.steward.interface.parseLog(log));
    return parsed.flatMap((event) =>
      event === null ? [] : [{ name: event.name, args: [...event.args] as unknown[] }],
    );
  }

  async function calmHours(hours: number, ltv: number): Promise<void> {
    for (let hour = 0; hour <= hours; hour++) {
      await scene.wait(HOUR);
      await scene.recommend(ltv);
      await sync();
    }
  }

  it("behavior: a lower score lowers the LTV at once, and nothing else of any reserve", async function () {
    const before = await Promise.all(scene.world.assets.map(({ address }) => wordOf(scene, address)));
    await scene.recommend(7_000);
    const applied = { name: "EffectApplied", args: [SET_LTV, getAddress(scene.weth), true, 0n] };
    expect(await sync()).to.deep.equal([applied]);
    const after = await Promise.all(scene.world.assets.map(({ address }) => wordOf(scene, address)));
    const expected = scene.world.assets.map(({ address }, i) =>
      address === scene.weth ? before[i]! - WETH_TERMS[0] + 7_000n : before[i],
    );
    expect(after).to.deep.equal(expected);
    expect(await sync(), "once is enough").to.deep.equal([]);
  });

  it("behavior: no position becomes less healthy; new debt stops; repay, supply and withdrawal go on", async function () {
    const before = await Promise.all([BORROWER, AT_THE_LIMIT].map((account) => healthFactor(scene.world, account)));
    expect(await borrow()).to.equal("done");
    await chain.revert(snapshot);
    snapshot = await chain.snapshot();
    await scene.recommend(1);
    await sync();
    expect(await termsOf(scene, scene.weth)).to.deep.equal([4_000n, WETH_TERMS[1], WETH_TERMS[2]]);
    const after = await Promise.all([BORROWER, AT_THE_LIMIT].map((account) => healthFactor(scene.world, account)));
    expect(after).to.deep.equal(before);
    const seize = [scene.weth, usdc(), AT_THE_LIMIT, 100n * USDC, false];
    expect(await scene.send(LIQUIDATOR, "liquidationCall", seize)).to.contain(`"${HEALTHY}"`);
    expect(await borrow()).to.contain(`"${COVERS_NO_MORE}"`);
    expect(await scene.send(BORROWER, "repay", [usdc(), USDC, 2, BORROWER])).to.equal("done");
    expect(await scene.send(BORROWER, "supply", [scene.weth, ETHER, BORROWER, 0])).to.equal("done");
    expect(await scene.send(BORROWER, "withdraw", [scene.weth, ETHER / 2n, BORROWER])).to.equal("done");
  });

  it("behavior: it raises behind the policy, up to what it found and no further", async function () {
    await scene.recommend(7_950);
    await sync();
    await calmHours(5, 8_500);
    expect((await termsOf(scene, scene.weth))[0], "five hours are no cooldown").to.equal(7_950n);
    await calmHours(0, 8_500);
    expect((await termsOf(scene, scene.weth))[0]).to.equal(8_050n);
    expect(await scene.steward.holdOf(scene.weth)).to.deep.equal([0n, 0n]);
    await scene.policy.raiseThreshold(marketSubject(scene.world.aave.pool.address, scene.weth), 9_500);
    await calmHours(11, 8_500);
    expect(await scene.policy.openingLtv(marketSubject(scene.world.aave.pool.address, scene.weth))).to.equal(8_200n);
    expect(await termsOf(scene, scene.weth)).to.deep.equal([...WETH_TERMS]);
    expect(await termsOf(scene, scene.wbtc)).to.deep.equal([...WBTC_TERMS]);
  });

  it("behavior: an LTV that somebody else sets is the ceiling from then on", async function () {
    await scene.recommend(7_000);
    await sync();
    expect(await scene.steward.holdOf(scene.weth)).to.deep.equal([WETH_TERMS[0], 7_000n]);
    await scene.administrate("configureReserveAsCollateral", [scene.weth, 6_500, WETH_TERMS[1], WETH_TERMS[2]]);
    expect(await sync()).to.deep.equal([]);
    expect(await scene.steward.holdOf(scene.weth)).to.deep.equal([0n, 0n]);
    await calmHours(13, 8_000);
    expect((await termsOf(scene, scene.weth))[0]).to.equal(6_500n);
    await scene.administrate("configureReserveAsCollateral", [scene.weth, 8_000, WETH_TERMS[1], WETH_TERMS[2]]);
    await sync();
    expect((await termsOf(scene, scene.weth))[0], "the policy is at 72 %").to.equal(7_200n);
    expect(await scene.steward.holdOf(scene.weth)).to.deep.equal([8_000n, 7_200n]);
  });

  it("behavior: a reserve that is frozen or has no LTV is left alone, and the other one is not", async function () {
    await scene.administrate("setReserveFreeze", [scene.weth, true]);
    await scene.administrate("configureReserveAsCollateral", [scene.wbtc, 0, WBTC_TERMS[1], WBTC_TERMS[2]]);
    await scene.recommend(5_000, 5_000);
    const skipped = await sync();
    expect(skipped.map(({ name }) => name)).to.deep.equal(["EffectSkipped", "EffectSkipped"]);
    expect(skipped.map(({ args }) => toUtf8String(String(args[2])))).to.deep.equal(
      Array(2).fill("frozen, or no LTV to hold"),
    );
    await scene.administrate("setReserveFreeze", [scene.weth, false]);
    expect((await sync()).map(({ name }) => name)).to.deep.equal(["EffectApplied", "EffectSkipped"]);
    expect((await termsOf(scene, scene.weth))[0]).to.equal(5_000n);
    expect((await termsOf(scene, scene.wbtc))[0]).to.equal(0n);
  });

  it("behavior: without its role it says what the host says, and changes nothing", async function () {
    const admin = await chain.impersonate(scene.world.steward.address);
    const { aclManager } = scene.world.aave;
    const revoke = aclManager.abi.encodeFunctionData("removeRiskAdmin", [await scene.steward.getAddress()]);
    await (await admin.sendTransaction({ to: aclManager.address, data: revoke })).wait();
    await scene.recommend(7_000, 7_000);
    const skipped = await sync();
    expect(skipped.map(({ name }) => name)).to.deep.equal(["EffectSkipped", "EffectSkipped"]);
    // Error(string), as the genuine configurator reverts.
    expect(String(skipped[0]!.args[2])).to.contain(Buffer.from(NO_ROLE).toString("hex").padEnd(64, "0"));
    expect(await termsOf(scene, scene.weth)).to.deep.equal([...WETH_TERMS]);
  });

  it("behavior: a market that the policy does not know is skipped, and the other one is not", async function () {
    const provider = scene.world.aave.addressesProvider.address;
    const assets = [usdc(), scene.wbtc];
    const other = await new AaveV3LtvSteward__factory(scene.owner).deploy(scene.policy, provider, assets);
    const admin = await chain.impersonate(scene.world.steward.address);
    const { aclManager } = scene.world.aave;
    const grant = aclManager.abi.encodeFunctionData("addRiskAdmin", [await other.getAddress()]);
    await (await admin.sendTransaction({ to: aclManager.address, data: grant })).wait();
    await scene.recommend(7_000, 7_000);
    const receipt = (await (await other.sync()).wait())!;
    const names = receipt.logs.map((log) => other.interface.parseLog(log)?.name).filter(Boolean);
    expect(names).to.deep.equal(["EffectSkipped", "EffectApplied"]);
    expect(await termsOf(scene, scene.wbtc)).to.deep.equal([7_000n, WBTC_TERMS[1], WBTC_TERMS[2]]);
  });

  it("error: EffectNotVerified when the host takes the call and does nothing", async function () {
    await scene.recommend(7_000);
    await chain.rpc.call("hardhat_setCode", [scene.world.aave.configurator.address, "0x00"]);
    const asset = getAddress(scene.weth);
    await expectRevert(scene.steward.sync.staticCall(), scene.steward, "EffectNotVerified", [SET_LTV, asset]);
    expect((await termsOf(scene, scene.weth))[0]).to.equal(WETH_TERMS[0]);
  });

  it("error: AssetCountInvalid without a reserve, or with more than 16", async function () {
    const provider = scene.world.aave.addressesProvider.address;
    const factory = new AaveV3LtvSteward__factory(scene.owner);
    for (const assets of [[], Array<string>(17).fill(scene.weth)]) {
      const deployed = factory.deploy(scene.policy, provider, assets);
      await expectRevert(deployed, scene.steward, "AssetCountInvalid", [BigInt(assets.length), 16n]);
    }
    expect(await scene.steward.assets()).to.deep.equal([scene.weth, scene.wbtc].map((asset) => getAddress(asset)));
  });

  it("behavior: it is wired to the pool and its configurator, and reaches no level of the breaker", async function () {
    const { pool, configurator, addressesProvider } = scene.world.aave;
    expect(await scene.steward.pool()).to.equal(getAddress(pool.address));
    expect(await scene.steward.configurator()).to.equal(getAddress(configurator.address));
    const [found] = await read(chain, addressesProvider, "getPoolConfigurator", []);
    expect(await scene.steward.configurator()).to.equal(found);
    expect([...(await scene.steward.capabilities())]).to.deep.equal([false, false, false, false, false, 0n]);
  });
});
