import { expect } from "chai";
import { AbiCoder, Contract, Interface, id, keccak256, toUtf8Bytes, type Signer } from "ethers";
import { loadForeign } from "../../keeper/src/lab/world/artifacts.js";
import { MorphoPreLiquidationOracle__factory, MorphoVaultSentinel__factory } from "../../typechain-types/index.js";
import { expectRevert } from "../expect-revert.js";
import { announceForkSource } from "./fork-source.js";
import { type LiveBreaker, startLiveBreaker } from "./live-breaker.js";

/** **Source:** docs.morpho.org, addresses, Ethereum. */
const MORPHO = "0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb";
const ADAPTIVE_CURVE_IRM = "0x870aC11D48B15DB9a138Cf899d20F13F79Ba00BC";
const PRE_LIQUIDATION_FACTORY = "0x6FF33615e792E35ed1026ea7cACCf42D9BF83476";
const VAULT_V2_FACTORY = "0xA1D94F746dEfa1928926b84fB2596c06926C0405";

const PARAMS = "(uint256 preLltv, uint256 preLCF1, uint256 preLCF2, uint256 preLIF1, uint256 preLIF2, address oracle)";
const PRE_LIQUIDATION = new Interface([
  `function createPreLiquidation(bytes32 id, ${PARAMS} params) returns (address)`,
  "event CreatePreLiquidation(address indexed preLiquidation, bytes32 id, " + PARAMS + " params)",
  "function preLiquidate(address borrower, uint256 seized, uint256 repaidShares, bytes data) returns (uint256, uint256)",
]);
const VAULT_V2 = new Interface([
  "function createVaultV2(address owner, address asset, bytes32 salt) returns (address)",
  ...["setCurator(address)", "setIsSentinel(address,bool)", "submit(bytes)"].map((f) => `function ${f}`),
  ...["increaseAbsoluteCap(bytes,uint256)", "increaseRelativeCap(bytes,uint256)"].map((f) => `function ${f}`),
  ...["absoluteCap(bytes32)", "relativeCap(bytes32)"].map((f) => `function ${f} view returns (uint256)`),
]);

const ETHER = 10n ** 18n;
const SUBJECT = id("live");
const HALT = 4;

async function send(contract: Contract, method: string, ...args: unknown[]): Promise<void> {
  await (await contract.getFunction(method)(...args)).wait();
}

before(announceForkSource);

describe("MorphoPreLiquidationOracle under Morpho's own pre-liquidation, on a live fork", function () {
  this.timeout(600_000);
  let live: LiveBreaker;
  before(async function () {
    live = await startLiveBreaker(this);
  });
  after(() => live?.close());

  it("behavior: early liquidation goes on at Normal, stops at Halt, and Morpho's own goes on", async function () {
    const { deployer } = live;
    const borrower = await live.account("borrower");
    const [loan, collateral] = [await live.token("LOAN"), await live.token("COLL")];
    const feed = await live.support("SettableOracle", [10n ** 36n]);
    const wrapper = await new MorphoPreLiquidationOracle__factory(deployer).deploy(
      MORPHO,
      feed,
      live.breaker,
      SUBJECT,
      [600, 1_800],
    );
    const morpho = new Contract(MORPHO, loadForeign("@morpho-org/morpho-blue/src/Morpho").abi, deployer);
    const market = [loan.target, collateral.target, feed.target, ADAPTIVE_CURVE_IRM, (86n * ETHER) / 100n];
    const marketId = keccak256(
      AbiCoder.defaultAbiCoder().encode(["address", "address", "address", "address", "uint256"], market),
    );
    await open(morpho, { market, loan, collateral, deployer, borrower });

    const factory = new Contract(PRE_LIQUIDATION_FACTORY, PRE_LIQUIDATION, deployer);
    const params = [(70n * ETHER) / 100n, ETHER / 10n, ETHER / 2n, ETHER, ETHER, await wrapper.getAddress()];
    const address = String(await factory.getFunction("createPreLiquidation").staticCall(marketId, params));
    await send(factory, "createPreLiquidation", marketId, params);
    const early = new Contract(address, PRE_LIQUIDATION, deployer);
    await send(morpho.connect(borrower) as Contract, "setAuthorization", address, true);
    await send(loan, "approve", address, 10n ** 30n);

    const who = await borrower.getAddress();
    const debtShares = async (): Promise<bigint> => (await morpho.getFunction("position")(marketId, who))[1] as bigint;
    await live.raise(SUBJECT, 0);
    const before = await debtShares();
    await send(early, "preLiquidate", who, 0, before / 100n, "0x");
    expect(await debtShares()).to.equal(before - before / 100n);

    await live.raise(SUBJECT, HALT);
    const blocked = early.getFunction("preLiquidate")(who, 0, before / 100n, "0x");
    await expectRevert(blocked, wrapper, "PreLiquidationBlocked", [SUBJECT, BigInt(HALT)]);
    await send(feed, "setPrice", (85n * 10n ** 36n) / 100n);
    await send(morpho, "liquidate", market, who, ETHER, 0, "0x");
    expect((await debtShares()) < before - before / 100n, `shares before: ${before}`).to.equal(true);
  });

  interface Opening {
    readonly market: readonly unknown[];
    readonly loan: Contract;
    readonly collateral: Contract;
    readonly deployer: Signer;
    readonly borrower: Signer;
  }

  /** 100 of collateral, 75 of debt, at a price of one. */
  async function open(morpho: Contract, { market, loan, collateral, deployer, borrower }: Opening): Promise<void> {
    const [me, who] = [await deployer.getAddress(), await borrower.getAddress()];
    await send(morpho, "createMarket", market);
    for (const token of [loan, collateral]) await send(token, "approve", MORPHO, 10n ** 30n);
    await send(morpho, "supply", market, 1_000n * ETHER, 0, me, "0x");
    await send(morpho, "supplyCollateral", market, 100n * ETHER, who, "0x");
    await send(morpho.connect(borrower) as Contract, "borrow", market, 75n * ETHER, 0, who, who);
  }
});

describe("MorphoVaultSentinel on a genuine Vault V2, on a live fork", function () {
  this.timeout(600_000);
  let live: LiveBreaker;
  before(async function () {
    live = await startLiveBreaker(this);
  });
  after(() => live?.close());

  it("behavior: lowers the caps that the level calls for, as a sentinel and as nothing else", async function () {
    const { deployer } = live;
    const me = await deployer.getAddress();
    const asset = await live.token("ASSET");
    const factory = new Contract(VAULT_V2_FACTORY, VAULT_V2, deployer);
    const args = [me, asset.target, id("salt")];
    const vault = new Contract(
      String(await factory.getFunction("createVaultV2").staticCall(...args)),
      VAULT_V2,
      deployer,
    );
    await send(factory, "createVaultV2", ...args);
    const idData = toUtf8Bytes("collateralToken/staked");
    await send(vault, "setCurator", me);
    for (const [method, cap] of [
      ["increaseAbsoluteCap", 1_000n],
      ["increaseRelativeCap", ETHER / 2n],
    ] as const) {
      await send(vault, "submit", VAULT_V2.encodeFunctionData(method, [idData, cap]));
      await send(vault, method, idData, cap);
    }
    const step = { idData, from: 2, absoluteCap: 400n, relativeCap: ETHER / 4n };
    const sentinel = await new MorphoVaultSentinel__factory(deployer).deploy(
      String(vault.target),
      live.breaker,
      SUBJECT,
      [step],
    );
    const caps = async (): Promise<bigint[]> => [
      (await vault.getFunction("absoluteCap")(keccak256(idData))) as bigint,
      (await vault.getFunction("relativeCap")(keccak256(idData))) as bigint,
    ];
    await live.raise(SUBJECT, 2);
    await (await sentinel.sync()).wait();
    expect(await caps(), "no role yet").to.deep.equal([1_000n, ETHER / 2n]);
    await send(vault, "setIsSentinel", await sentinel.getAddress(), true);
    await (await sentinel.sync()).wait();
    expect(await caps()).to.deep.equal([400n, ETHER / 4n]);
  });
});
