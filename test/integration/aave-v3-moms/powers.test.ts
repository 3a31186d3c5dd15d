import { expect } from "chai";
import { resolveAddress } from "ethers";

import type { Address } from "../../../keeper/src/units.js";
import { ESCAPES, opcodesIn, selectorsIn } from "../aave-v36/adapter-code.js";
import { changes, type HostState, hostState } from "../aave-v36/host-state.js";
import { sinking, tokenOf } from "../aave-v36/market.js";
import { changing, powersOf } from "../aave-v36/powers.js";
import { emergencyAdmin, GAS, leaseScene, riskAdmin, type Scene, syncAll } from "./scene.js";

/** What Aave v3.6 lets a RISK_ADMIN do. */
const RISK_POWERS = [
  "configureReserveAsCollateral(address,uint256,uint256,uint256)",
  "setAssetBorrowableInEMode(address,uint8,bool)",
  "setAssetCollateralInEMode(address,uint8,bool)",
  "setAssetLtvzeroInEMode(address,uint8,bool)",
  "setBorrowCap(address,uint256)",
  "setBorrowableInIsolation(address,bool)",
  "setDebtCeiling(address,uint256)",
  "setEModeCategory(uint8,uint16,uint16,uint16,string)",
  "setLiquidationProtocolFee(address,uint256)",
  "setReserveBorrowing(address,bool)",
  "setReserveFactor(address,uint256)",
  "setReserveFlashLoaning(address,bool)",
  "setReserveFreeze(address,bool)",
  "setReserveInterestRateData(address,bytes)",
  "setReserveLtvzero(address,bool)",
  "setSiloedBorrowing(address,bool)",
  "setSupplyCap(address,uint256)",
];
/** What it lets an EMERGENCY_ADMIN do. */
const EMERGENCY_POWERS = [
  "disableLiquidationGracePeriod(address)",
  "setAssetLtvzeroInEMode(address,uint8,bool)",
  "setPoolPause(bool)",
  "setPoolPause(bool,uint40)",
  "setReserveFreeze(address,bool)",
  "setReserveLtvzero(address,bool)",
  "setReservePause(address,bool)",
  "setReservePause(address,bool,uint40)",
];
/** What of the host may differ while borrowing is off. WETH is reserve 0, USDC 1, wstETH 2; the dropped reserve 3 stays. */
const BORROWING_OFF = {
  "WETH getConfiguration borrowing": ["true", "false"],
  "USDC getConfiguration borrowing": ["true", "false"],
  "e-mode 1 BorrowableBitmap": ["5", "0"],
  "e-mode 255 BorrowableBitmap": ["10", "8"],
};
const GRACE = ["WETH", "USDC", "wstETH"].map((symbol) => `${symbol} getLiquidationGracePeriod`);

describe("The adapters of Aave v3.6 on genuine code: powers", function () {
  const lease = leaseScene();
  let scene: Scene;
  let mom: Address;
  let graceMom: Address;
  let liquidator: Address;
  let untouched: HostState;

  const facts = (): Promise<HostState> =>
    hostState(scene.market, [mom, graceMom, liquidator, riskAdmin, emergencyAdmin]);

  before(async function () {
    scene = await lease.open();
    const lower = async (adapter: string | { getAddress(): Promise<string> }): Promise<Address> =>
      (await resolveAddress(adapter)).toLowerCase() as Address;
    mom = await lower(scene.mom);
    graceMom = await lower(scene.graceMom);
    liquidator = await lower(await scene.graceMom.liquidator());
    untouched = await facts();
    expect(untouched.size, "facts of the host").to.be.greaterThan(800);
  });
  after(() => lease.close());

  /** All that a stranger can ask of the adapters, with all that they could be asked for. */
  async function callEverything(): Promise<void> {
    const { aave } = scene.market;
    const reserves = [0, 1, 2, 3, 4, 127, 128, 255, 65_535];
    const everyCategory = Array.from({ length: 256 }, (_, category) => category);
    await (await scene.mom.syncPart(reserves, everyCategory, GAS)).wait();
    await (await scene.graceMom.syncPart(reserves, GAS)).wait();
    await syncAll(scene);
    await expectRefused(scene.mom.disown(tokenOf(scene.market, "USDC").address, 2n ** 256n - 1n));
    for (const asset of [tokenOf(scene.market, "USDC"), aave.configurator, aave.pool, aave.aclManager]) {
      for (const debtToCover of [0n, 1n]) {
        const order = { account: sinking, collateralAsset: asset.address, debtAsset: asset.address, debtToCover };
        await expectRefused(scene.graceMom.liftFor({ ...order, receiveAToken: false }));
      }
    }
  }

  async function expectRefused(sent: Promise<unknown>): Promise<void> {
    const refused = await sent.then(
      () => false,
      () => true,
    );
    expect(refused, "a call of a stranger").to.equal(true);
  }

  it("behavior: of the powers of its role, the code of each can name two", async function () {
    const { market } = scene;
    const { configurator } = market.aave;
    for (const holder of [riskAdmin, mom]) expect(await powersOf(market, holder)).to.deep.equal(RISK_POWERS);
    for (const holder of [emergencyAdmin, graceMom]) {
      expect(await powersOf(market, holder)).to.deep.equal(EMERGENCY_POWERS);
    }
    expect(await powersOf(market, liquidator)).to.deep.equal([]);
    expect(await selectorsIn(market.chain, mom, configurator)).to.deep.equal([
      "setAssetBorrowableInEMode(address,uint8,bool)",
      "setReserveBorrowing(address,bool)",
    ]);
    expect(await selectorsIn(market.chain, graceMom, configurator)).to.deep.equal([
      "disableLiquidationGracePeriod(address)",
      "setReservePause(address,bool,uint40)",
    ]);
    expect(await selectorsIn(market.chain, liquidator, configurator)).to.deep.equal([]);
  });

  it("behavior: those that hold a role can name nothing else that changes the host, nor act as somebody else", async function () {
    const { chain, aave } = scene.market;
    for (const holder of [mom, graceMom]) {
      for (const target of [aave.pool, aave.aclManager, aave.addressesProvider, tokenOf(scene.market, "USDC")]) {
        expect(await selectorsIn(chain, holder, target), target.name).to.deep.equal([]);
      }
    }
    expect(await selectorsIn(chain, liquidator, aave.pool)).to.deep.equal([
      "liquidationCall(address,address,address,uint256,bool)",
    ]);
    for (const address of [mom, graceMom, liquidator]) {
      expect(await opcodesIn(chain, address, ESCAPES)).to.deep.equal([]);
    }
  });

  it("behavior: nobody can ask anything else of them", function () {
    const asked = (abi: Scene["mom"]["interface"] | Scene["graceMom"]["interface"]): readonly string[] =>
      changing({ name: "adapter", address: mom, abi });
    expect(asked(scene.mom.interface)).to.deep.equal([
      "disown(address,uint256)",
      "sync()",
      "syncPart(uint16[],uint8[])",
    ]);
    expect(asked(scene.graceMom.interface)).to.deep.equal([
      "liftFor((address,address,address,uint256,bool))",
      "sync()",
      "syncPart(uint16[])",
    ]);
  });

  for (const [level, name] of ["Normal", "Watch", "NoNewLeverage", "Throttle", "Halt"].entries()) {
    it(`behavior: at ${name}, whatever is called, only what may changes, and all of it comes back`, async function () {
      const { drill } = scene;
      if (level > 0) await drill.trip(level);
      await callEverything();
      const during = changes(untouched, await facts());
      const graces = GRACE.filter((key) => key in during);
      for (const key of GRACE) delete during[key];
      expect(during).to.deep.equal(level < 2 ? {} : BORROWING_OFF);
      if (level !== 3) expect(graces, "grace periods").to.deep.equal(level < 3 ? [] : GRACE);
      if (level > 0) await drill.release();
      await callEverything();
      expect(changes(untouched, await facts())).to.deep.equal({});
    });
  }
});
