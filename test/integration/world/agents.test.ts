import { expect } from "chai";
import { arbitrage, openArbitrageur } from "../../../keeper/src/lab/agents/arbitrageur.js";
import type { Candidate } from "../../../keeper/src/lab/agents/candidates.js";
import { openLiquidators, type Liquidators } from "../../../keeper/src/lab/agents/liquidators.js";
import { createMarket, readPoolPrices, usdPrices } from "../../../keeper/src/lab/agents/market.js";
import { openPriceNodes } from "../../../keeper/src/lab/agents/price-nodes.js";
import { createRoutes } from "../../../keeper/src/lab/agents/routes.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { setPrices } from "../../../keeper/src/lab/world/controls.js";
import { derivedAddress, orderRequest, type Order } from "../../../keeper/src/lab/world/orders.js";
import { buildWorld, type World } from "../../../keeper/src/lab/world/world.js";
import { ETHER, ROUND_SPEC, USDC, expectRelative, readBigint, startChain, symbolOf } from "./fixture.js";

const borrower = derivedAddress("borrower");
const GAS_PRICE_WEI = 10n ** 9n;

describe("the lab's agents on genuine pools and feeds", () => {
  let chain: DevChain;
  let world: World;
  let start: string;
  let liquidators: Liquidators;

  const mineWith = async (orders: readonly Order[]): Promise<void> => {
    await chain.rpc.batch(orders.map(orderRequest));
    await chain.mine((await chain.timestamp()) + 60);
  };
  const poolPrice = async (): Promise<number> => (await readPoolPrices(chain, world)).get(world.pools[0]!.address) ?? 0;
  const owed = (): Promise<bigint> => readBigint(chain, symbolOf(world, "USDC").variableDebt, "balanceOf", [borrower]);

  before(async () => {
    chain = await startChain();
    world = await buildWorld(chain, ROUND_SPEC);
    const collateral = [{ symbol: "WETH", units: 100n * ETHER }];
    await openAccounts(world, [{ account: borrower, collateral, debt: [{ symbol: "USDC", units: 150_000n * USDC }] }]);
    await openArbitrageur(world);
    liquidators = await openLiquidators(world, new Map([["USDC", 150_000n * USDC]]));
  });
  beforeEach(async () => void (start = await chain.snapshot()));
  afterEach(() => chain.revert(start));
  after(() => chain.close());

  const candidate = (maxRepay: bigint): Candidate => {
    const [weth, usdc] = [symbolOf(world, "WETH").address, symbolOf(world, "USDC").address];
    const path = createRoutes(world)(weth, usdc) ?? "no route";
    return { account: borrower, collateral: weth, debt: usdc, maxRepay, repayBase: 75_000, path, healthFactor: 0.97 };
  };
  const prices = { ether: 1_750, of: () => 1, gasPriceWei: GAS_PRICE_WEI };

  it("arbitrage brings a pool to the target, either way, and leaves small differences alone", async () => {
    const pool = world.pools[0]!;
    for (const target of [1_640.25, 2_222.5]) {
      await mineWith(arbitrage(world, pool, await poolPrice(), target));
      expectRelative(await poolPrice(), target, 1e-9);
    }
    expect(arbitrage(world, pool, 2_000, 2_000.01)).to.deep.equal([]);
  });

  it("price nodes answer beyond half a percent or after an hour, and not before", async () => {
    const nodes = await openPriceNodes(world);
    const market = createMarket(world, [], {});
    const at = (ether: number): ReadonlyMap<string, number> =>
      new Map([...usdPrices(world, market, new Map([[world.pools[0]!.address, 2_000]])), ["WETH", ether]]);
    const now = await chain.timestamp();
    await mineWith(nodes.update(at(2_000), now));
    expect(nodes.update(at(2_009), now + 60)).to.deep.equal([]);
    const orders = nodes.update(at(1_989), now + 120);
    expect(new Set(orders.map(({ label }) => label.split(" round")[0]))).to.deep.equal(new Set(["WETH / USD"]));
    await mineWith(orders);
    const { oracle } = world.aave;
    expect(await readBigint(chain, oracle, "getAssetPrice", [symbolOf(world, "WETH").address])).to.equal(
      198_900_000_000n,
    );
    expect(nodes.update(at(1_989), now + 3_600 + 120)).to.not.deep.equal([]);
  });

  it("a liquidation that pays is made, by every liquidator that still finds it open", async () => {
    await setPrices(world, { WETH: "1750" });
    await chain.mine((await chain.timestamp()) + 60);
    const before = await owed();
    expect(await liquidators.act([candidate(7_000n * USDC)], prices)).to.equal(3);
    await chain.mine((await chain.timestamp()) + 60);
    expect(before - (await owed())).to.equal(3n * 7_000n * USDC);
  });

  it("a liquidation that slippage makes a loss is left alone", async () => {
    // Half the debt buys 45 WETH; sold into 1,000 they fetch under their price less the bonus: 1000/1045 < 1/1.045.
    await setPrices(world, { WETH: "1750" });
    await mineWith(arbitrage(world, world.pools[0]!, await poolPrice(), 1_600));
    expect(await liquidators.act([candidate(75_000n * USDC)], prices)).to.equal(0);
    await chain.mine((await chain.timestamp()) + 60);
    expect((await owed()) >= 150_000n * USDC).to.equal(true);
  });

  it("a healthy account costs nobody anything", async () => {
    expect(await liquidators.act([candidate(75_000n * USDC)], prices)).to.equal(0);
  });

  it("dust that cannot pay for its gas is not tried", async () => {
    expect(await liquidators.act([{ ...candidate(USDC), repayBase: 0.001 }], prices)).to.equal(0);
  });
});
