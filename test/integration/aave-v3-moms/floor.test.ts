import { expect } from "chai";
import { getAddress } from "ethers";

import { DEFAULT_DUTY_CYCLE } from "../../../deploy/defaults.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import type { Address } from "../../../keeper/src/units.js";
import { AaveV3FloorLiquidator__factory } from "../../../typechain-types/index.js";
import { expectRevert } from "../../expect-revert.js";
import {
  AAVE_ERRORS,
  borrower,
  FALLEN_WETH,
  healthFactorOf,
  liquidate,
  looper,
  type Market,
  reserveOf,
  setPrice,
  sinking,
  stranger,
  tokenOf,
  transact,
} from "../aave-v36/market.js";
import { ETHER, USDC } from "../world/fixture.js";
import { emergencyAdmin, GAS, leaseScene, type Scene, syncAll } from "./scene.js";

const BLOCKED = "LiquidationGraceSentinelCheckFailed";
const FLOOR = 95n * 10n ** 16n;

describe("AaveV3GraceMom.liftFor on the genuine Aave v3.6", function () {
  const lease = leaseScene();
  let scene: Scene;
  let market: Market;
  let hands: Address;
  let start: string;

  before(async function () {
    scene = await lease.open();
    market = scene.market;
    hands = (await scene.graceMom.liquidator()).toLowerCase() as Address;
    await transact(market, stranger, tokenOf(market, "USDC"), "approve", [hands, 10n ** 12n]);
    await setPrice(market, "WETH", FALLEN_WETH);
  });
  after(() => lease.close());
  beforeEach(async function () {
    start = await market.chain.snapshot();
  });
  afterEach(() => market.chain.revert(start));

  const order = (account: Address, debtToCover = 1_000n * USDC, receiveAToken = false) => ({
    ...{ account, debtToCover, receiveAToken },
    ...{ collateralAsset: tokenOf(market, "WETH").address, debtAsset: tokenOf(market, "USDC").address },
  });
  const balance = async (token: { readonly address: Address }, of: Address): Promise<bigint> => {
    const erc20 = { ...tokenOf(market, "USDC"), address: token.address };
    return (await read(market.chain, erc20, "balanceOf", [of]))[0] as bigint;
  };
  const graces = async (): Promise<readonly unknown[]> =>
    Promise.all(
      ["WETH", "USDC", "wstETH"].map(async (symbol) =>
        String(
          await read(market.chain, market.aave.pool, "getLiquidationGracePeriod", [tokenOf(market, symbol).address]),
        ),
      ),
    );
  async function halt(): Promise<void> {
    await scene.drill.trip(4);
    await syncAll(scene);
  }
  /** USD of WETH at the fallen price, with the bonus of 5 %, for so much USDC. */
  const seized = (usdc: bigint): bigint => (usdc * 105n * ETHER) / (100n * 1_755n * USDC);

  it("behavior: below the floor an account is liquidated at Halt, in one transaction, and the Halt goes on for everybody else", async function () {
    await halt();
    const before = await graces();
    expect((await healthFactorOf(market, sinking)) < FLOOR).to.equal(true);
    expect(await liquidate(market, sinking), "without the adapter").to.equal(BLOCKED);
    const [weth, usdc] = [
      await balance(tokenOf(market, "WETH"), stranger),
      await balance(tokenOf(market, "USDC"), stranger),
    ];
    await (await scene.graceMom.liftFor(order(sinking), GAS)).wait();
    expect((await balance(tokenOf(market, "WETH"), stranger)) - weth).to.equal(seized(1_000n * USDC));
    expect(usdc - (await balance(tokenOf(market, "USDC"), stranger))).to.equal(1_000n * USDC);
    expect(await graces()).to.deep.equal(before);
    expect(await liquidate(market, borrower)).to.equal(BLOCKED);
    expect(await liquidate(market, sinking)).to.equal(BLOCKED);
  });

  it("error: AccountAboveFloor, however far below 1", async function () {
    await halt();
    const healthFactor = await healthFactorOf(market, borrower);
    expect(healthFactor > FLOOR && healthFactor < ETHER).to.equal(true);
    const lift = scene.graceMom.liftFor.staticCall(order(borrower));
    await expectRevert(lift, scene.graceMom, "AccountAboveFloor", [getAddress(borrower), healthFactor]);
  });

  it("behavior: the floor is the target's own, not a constant", async function () {
    await scene.drill.configure({ stalePolicy: 1, healthFactorFloor: 98n * 10n ** 16n });
    await halt();
    await (await scene.graceMom.liftFor(order(borrower), GAS)).wait();
    expect(await liquidate(market, borrower)).to.equal(BLOCKED);
  });

  it("behavior: in the closed part of a Throttle it is the same", async function () {
    const { openSeconds, cycleSeconds } = DEFAULT_DUTY_CYCLE;
    const now = await market.chain.timestamp();
    await market.chain.mine((Math.floor(now / cycleSeconds) + 1) * cycleSeconds + openSeconds);
    await scene.drill.trip(3, 7_200);
    await syncAll(scene);
    const before = await graces();
    await (await scene.graceMom.liftFor(order(sinking), GAS)).wait();
    await expectRevert(scene.graceMom.liftFor.staticCall(order(borrower)), scene.graceMom, "AccountAboveFloor");
    expect(await graces()).to.deep.equal(before);
    expect(await liquidate(market, borrower)).to.equal(BLOCKED);
  });

  it("behavior: where liquidations are not limited it passes on what the host allows, and nothing more", async function () {
    await (await scene.graceMom.liftFor(order(borrower), GAS)).wait();
    const healthy = scene.graceMom.liftFor.staticCall({
      ...order(looper),
      collateralAsset: tokenOf(market, "wstETH").address,
    });
    await expectRevert(healthy, { interface: AAVE_ERRORS }, "HealthFactorNotBelowThreshold");
    expect(await graces()).to.deep.equal(["0", "0", "0"]);
  });

  it("behavior: a grace that outlived its level is not put back", async function () {
    await halt();
    await scene.drill.release();
    await (await scene.graceMom.liftFor(order(borrower), GAS)).wait();
    expect((await graces()).slice(0, 2)).to.deep.equal(["0", "0"]);
  });

  it("behavior: what the host does not take is given back, and nothing stays behind", async function () {
    await halt();
    const usdc = await balance(tokenOf(market, "USDC"), stranger);
    await (await scene.graceMom.liftFor(order(sinking, 20_000n * USDC), GAS)).wait();
    const paid = usdc - (await balance(tokenOf(market, "USDC"), stranger));
    // All the debt, and a few blocks of interest on it.
    expect(paid >= 15_900n * USDC && paid < 15_901n * USDC, `paid ${paid}`).to.equal(true);
    for (const token of [tokenOf(market, "USDC"), tokenOf(market, "WETH")]) {
      expect(await balance(token, hands)).to.equal(0n);
      expect(await balance(token, (await scene.graceMom.getAddress()) as Address)).to.equal(0n);
    }
  });

  it("behavior: whoever wants the host's own token for the collateral gets that", async function () {
    await halt();
    const { aToken } = reserveOf(market.aave, "WETH");
    await (await scene.graceMom.liftFor(order(sinking, 1_000n * USDC, true), GAS)).wait();
    const got = await balance(aToken, stranger);
    const off = got - seized(1_000n * USDC);
    expect(off >= -2n && off <= 2n, `got ${got}`).to.equal(true);
    expect(await balance(aToken, hands)).to.equal(0n);
  });

  it("behavior: grace that others gave is not lifted: the host refuses, and nobody has paid", async function () {
    await transact(market, market.steward.address, market.aave.configurator, "setReservePause(address,bool,uint40)", [
      ...[tokenOf(market, "USDC").address, false, 3_600],
    ]);
    await halt();
    await expectRevert(scene.graceMom.liftFor.staticCall(order(sinking)), { interface: AAVE_ERRORS }, BLOCKED);
  });

  it("behavior: grace that the host's people ended is not put back", async function () {
    await halt();
    const weth = tokenOf(market, "WETH").address;
    const before = await graces();
    await transact(market, emergencyAdmin, market.aave.configurator, "disableLiquidationGracePeriod", [weth]);
    await (await scene.graceMom.liftFor(order(sinking), GAS)).wait();
    expect(await graces()).to.deep.equal(["0", before[1], before[2]]);
  });

  it("error: CallerNotAdapter", async function () {
    const asStranger = AaveV3FloorLiquidator__factory.connect(hands, await market.chain.impersonate(stranger));
    for (const call of [
      () => asStranger.take.staticCall(sinking, order(sinking)),
      () => asStranger.liquidate.staticCall(order(sinking)),
      () => asStranger.pay.staticCall(stranger, order(sinking)),
    ]) {
      await expectRevert(call(), asStranger, "CallerNotAdapter", [getAddress(stranger)]);
    }
  });
});
