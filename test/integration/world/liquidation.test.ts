import { expect } from "chai";
import { MaxUint256 } from "ethers";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { contractAt } from "../../../keeper/src/lab/world/contract-ref.js";
import { fund, setPrices } from "../../../keeper/src/lab/world/controls.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { type World, buildWorld } from "../../../keeper/src/lab/world/world.js";
import { ETHER, ROUND_SPEC, USDC, healthFactor, ratioToNearest, readBigint, startChain, symbolOf } from "./fixture.js";

const borrower = derivedAddress("borrower");
const liquidator = derivedAddress("liquidator");

describe("liquidation on the genuine pool", () => {
  let chain: DevChain;
  let world: World;
  before(async () => {
    chain = await startChain();
    world = await buildWorld(chain, ROUND_SPEC);
    const collateral = [{ symbol: "WETH", units: 10n * ETHER }];
    await openAccounts(world, [{ account: borrower, collateral, debt: [{ symbol: "USDC", units: 15_000n * USDC }] }]);
    await fund(world, liquidator, [{ symbol: "USDC", units: 20_000n * USDC }]);
    await chain.setBalance(liquidator, ETHER);
    await chain.setAutomine(true);
  });
  after(() => chain.close());

  async function liquidate(units: bigint): Promise<void> {
    const signer = await chain.impersonate(liquidator);
    const usdc = symbolOf(world, "USDC");
    await (await contractAt(usdc.token, signer).getFunction("approve")(world.aave.pool.address, MaxUint256)).wait();
    const call = contractAt(world.aave.pool, signer).getFunction("liquidationCall");
    await (await call(symbolOf(world, "WETH").address, usdc.address, borrower, units, false)).wait();
  }

  it("behavior: a healthy account cannot be liquidated", async () => {
    let reason = "";
    await liquidate(1_000n * USDC).catch((error: Error) => (reason = error.message));
    // Error 45 of Aave: the health factor is not below the threshold.
    expect(reason).to.contain("45");
    expect(await readBigint(chain, symbolOf(world, "WETH").token, "balanceOf", [liquidator])).to.equal(0n);
  });

  it("default: after a fall to 1750 it pays debt plus bonus, less the protocol's share of the bonus", async () => {
    await setPrices(world, { WETH: "1750" });
    expect(await healthFactor(world, borrower)).to.equal(ratioToNearest(17_500n * 8_300n, 15_000n * 10_000n));
    await liquidate(5_250n * USDC);

    // 5,250 USDC are worth 3 WETH; with 5 % on top 3.15, and a tenth of the bonus is the treasury's.
    const weth = symbolOf(world, "WETH");
    const [taken, fee] = [(315n * ETHER) / 100n, (15n * ETHER) / 1_000n];
    expect(await readBigint(chain, weth.token, "balanceOf", [liquidator])).to.equal(taken - fee);
    expect(await readBigint(chain, weth.aToken, "balanceOf", [world.aave.treasury])).to.equal(fee);
    expect(await readBigint(chain, weth.aToken, "balanceOf", [borrower])).to.equal(10n * ETHER - taken);
    const owed = await readBigint(chain, symbolOf(world, "USDC").variableDebt, "balanceOf", [borrower]);
    expect(owed).to.equal(9_750n * USDC);
    expect(await healthFactor(world, borrower)).to.equal(ratioToNearest(119_875n * 8_300n, 9_750n * 100_000n));
  });
});
