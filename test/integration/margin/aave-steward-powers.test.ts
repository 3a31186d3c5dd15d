import { expect } from "chai";
import { AbiCoder, type FunctionFragment, type Interface } from "ethers";

import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { createRandom } from "../../../keeper/src/lab/random.js";
import { loadAave } from "../../../keeper/src/lab/world/artifacts.js";
import { AaveV3LtvSteward__factory } from "../../../typechain-types/index.js";
import { healthFactor, startChain } from "../world/fixture.js";
import { type AaveScene, ANYBODY, AT_THE_LIMIT, BORROWER, openAaveScene, termsOf, wordOf } from "./aave-scene.js";
import { HOUR } from "./margin-scene.js";

/** What RISK_ADMIN may call on Aave v3.0's configurator, one of which the steward calls. */
const RISK_ADMIN_MAY = [
  "configureReserveAsCollateral",
  "setAssetEModeCategory",
  "setBorrowCap",
  "setBorrowableInIsolation",
  "setDebtCeiling",
  "setEModeCategory",
  "setLiquidationProtocolFee",
  "setReserveBorrowing",
  "setReserveFactor",
  "setReserveFlashLoaning",
  "setReserveFreeze",
  "setReserveInterestRateStrategyAddress",
  "setReserveStableRateBorrowing",
  "setSiloedBorrowing",
  "setSupplyCap",
  "setUnbackedMintCap",
];

const changing = (abi: Interface): FunctionFragment[] => {
  const found: FunctionFragment[] = [];
  abi.forEachFunction((fragment) => (fragment.constant ? undefined : found.push(fragment)));
  return found;
};

/** Whether `code` pushes a selector, as the compiler writes it. */
const pushes = (code: string, selector: string): boolean => code.includes(`63${selector.slice(2)}`);

describe("the powers of AaveV3LtvSteward over the genuine pool", function () {
  let chain: DevChain;
  let scene: AaveScene;

  before(async function () {
    chain = await startChain();
    scene = await openAaveScene(chain);
  });
  after(() => chain.close());

  /** The first words of calldata that decode for `fragment`, all zero but for the asset. */
  function probe(abi: Interface, fragment: FunctionFragment): string {
    const values = fragment.inputs.map(({ type }) => (type === "address" ? scene.weth : zeroOf(type)));
    return abi.encodeFunctionData(fragment, values);
  }

  const zeroOf = (type: string): unknown => {
    if (type.endsWith("[]")) return [];
    if (type.startsWith("tuple")) return undefined;
    return type === "string" ? "" : type === "bool" ? false : 0;
  };

  it("behavior: its role opens sixteen functions of the host, as the host itself says", async function () {
    const { abi, address } = scene.world.aave.configurator;
    const isOpen = async (fragment: FunctionFragment): Promise<boolean> => {
      const data = probe(abi, fragment);
      const answer = await chain.provider.call({ from: ANYBODY, to: address, data }).then(
        () => "done",
        (error: unknown) => (error as Error).message,
      );
      return answer.includes('"4"');
    };
    const plain = changing(abi).filter(({ inputs }) => inputs.every(({ type }) => !type.startsWith("tuple")));
    const open: string[] = [];
    for (const fragment of plain) if (await isOpen(fragment)) open.push(fragment.name);
    expect(open.sort()).to.deep.equal(RISK_ADMIN_MAY);
  });

  it("behavior: of everything that changes the host, its code knows one function", async function () {
    const code = (await chain.provider.getCode(await scene.steward.getAddress())).toLowerCase();
    const host = [
      "pool/Pool",
      "pool/PoolConfigurator",
      "configuration/ACLManager",
      "configuration/PoolAddressesProvider",
    ];
    const known = host.flatMap((source) =>
      changing(loadAave(`protocol/${source}`).abi).filter(({ selector }) => pushes(code, selector)),
    );
    expect(known.map(({ name }) => name)).to.deep.equal(["configureReserveAsCollateral"]);
  });

  it("behavior: anybody can call one function that changes anything, and it takes no arguments", async function () {
    const abi = AaveV3LtvSteward__factory.createInterface();
    expect(changing(abi).map((fragment) => fragment.format())).to.deep.equal(["sync()"]);
    expect(abi.fallback === null && !abi.receive).to.equal(true);
  });

  it("behavior: whatever is published and whoever calls, no health factor and no other parameter moves", async function () {
    const random = createRandom(7);
    const accounts = [BORROWER, AT_THE_LIMIT];
    const healthBefore = await Promise.all(accounts.map((account) => healthFactor(scene.world, account)));
    const wordsBefore = await Promise.all(scene.world.assets.map(({ address }) => wordOf(scene, address)));
    const withoutLtv = (word: bigint): bigint => word >> 16n;
    const seen = new Set<bigint>();
    for (let step = 0; step < 60; step++) {
      await scene.wait(1 + Math.floor(random.unit() * 1.5 * HOUR));
      const calm = step % 20 !== 3;
      await scene.recommend(calm ? 8_500 : 7_000 + Math.floor(random.unit() * 900), calm ? 7_500 : 1);
      if (random.unit() < 0.9) await (await scene.steward.connect(await chain.impersonate(ANYBODY)).sync()).wait();
      const health = await Promise.all(accounts.map((account) => healthFactor(scene.world, account)));
      const words = await Promise.all(scene.world.assets.map(({ address }) => wordOf(scene, address)));
      expect(health).to.deep.equal(healthBefore);
      expect(words.map(withoutLtv)).to.deep.equal(wordsBefore.map(withoutLtv));
      const [ltv, threshold] = await termsOf(scene, scene.weth);
      expect(ltv! > 0n && ltv! <= 8_050n && ltv! < threshold!).to.equal(true);
      seen.add(ltv!);
    }
    expect(seen.size, "the LTV did move").to.be.greaterThan(3);
  });

  it("behavior: the policy's own functions cannot be reached through it", async function () {
    const code = (await chain.provider.getCode(await scene.steward.getAddress())).toLowerCase();
    const known = changing(scene.policy.interface).filter(({ selector }) => pushes(code, selector));
    expect(known.map(({ name }) => name)).to.deep.equal(["sync"]);
    expect(AbiCoder.defaultAbiCoder().decode(["bool"], await hasRole())[0]).to.equal(true);
  });

  async function hasRole(): Promise<string> {
    const { abi, address } = scene.world.aave.aclManager;
    const data = abi.encodeFunctionData("isRiskAdmin", [await scene.steward.getAddress()]);
    return chain.provider.call({ to: address, data });
  }
});
