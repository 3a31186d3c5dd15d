import { expect } from "chai";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { openTrader, swap, swapToPrice } from "../../../keeper/src/lab/world/controls.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { isqrt, sqrtPriceX96 } from "../../../keeper/src/lab/world/pool-price.js";
import type { WorldPool } from "../../../keeper/src/lab/world/uniswap.js";
import { type World, buildWorld } from "../../../keeper/src/lab/world/world.js";
import { ETHER, ROUND_SPEC, USDC, expectRelative, readBigint, startChain, symbolOf } from "./fixture.js";

const trader = derivedAddress("trader");

describe("swap", () => {
  let chain: DevChain;
  let world: World;
  let pool: WorldPool;
  let snapshot: string;
  before(async () => {
    chain = await startChain();
    world = await buildWorld(chain, ROUND_SPEC);
    pool = world.pools[0]!;
    await openTrader(world, trader, [
      { symbol: "WETH", units: 10_000n * ETHER },
      { symbol: "USDC", units: 20_000_000n * USDC },
    ]);
  });
  beforeEach(async () => (snapshot = await chain.snapshot()));
  afterEach(() => chain.revert(snapshot));
  after(() => chain.close());

  const mine = async (): Promise<unknown> => chain.mine((await chain.timestamp()) + 12);
  const balance = async (symbol: string): Promise<bigint> =>
    readBigint(chain, symbolOf(world, symbol).token, "balanceOf", [trader]);
  async function poolPrice(): Promise<number> {
    const root = Number(await readBigint(chain, pool, "slot0")) / 2 ** 96;
    return (pool.isBaseToken0 ? root ** 2 : root ** -2) * 1e12;
  }

  it("default: selling into full-range liquidity pays the constant-product amount", async () => {
    // x = 1,000 WETH, y = 2,000,000 USDC, 0.3 % fee: out = y * dx / (x + dx) with dx = 100 * 0.997.
    await swap(world, { pool, trader, sell: "base", amountIn: 100n * ETHER });
    await mine();
    const out = Number((await balance("USDC")) - 20_000_000n * USDC) / 1e6;
    expectRelative(out, (2_000_000 * 99.7) / 1_099.7, 1e-9);
    expectRelative(await poolPrice(), 2_000 * (1_000 / 1_099.7) ** 2, 1e-9);
    expect(await balance("WETH")).to.equal(9_900n * ETHER);
  });

  it("behavior: buying moves the price up by the same law", async () => {
    await swap(world, { pool, trader, sell: "quote", amountIn: 200_000n * USDC });
    await mine();
    const bought = Number((await balance("WETH")) - 10_000n * ETHER) / 1e18;
    expectRelative(bought, (1_000 * 199_400) / 2_199_400, 1e-9);
    expectRelative(await poolPrice(), 2_000 * (2_199_400 / 2_000_000) ** 2, 1e-9);
  });

  for (const price of ["1390.5", "2000.01", "3100"]) {
    it(`behavior: swapToPrice stops at ${price}, spending what the curve asks for`, async () => {
      expect(await swapToPrice(world, { pool, trader, price })).to.match(/^0x[0-9a-f]{64}$/);
      await mine();
      expectRelative(await poolPrice(), Number(price), 1e-12);
      // Reserves at price p are x = 1000 * sqrt(2000 / p), y = 2e6 * sqrt(p / 2000); the fee comes on top.
      const ratio = Math.sqrt(Number(price) / 2_000);
      const isDown = Number(price) < 2_000;
      const spent = isDown
        ? Number(10_000n * ETHER - (await balance("WETH"))) / 1e18
        : Number(20_000_000n * USDC - (await balance("USDC"))) / 1e6;
      const curve = isDown ? 1_000 * (1 / ratio - 1) : 2_000_000 * (ratio - 1);
      expectRelative(spent, curve / 0.997, 1e-5);
    });
  }

  it("behavior: swapToPrice sends nothing where the pool is there already", async () => {
    const before = await chain.provider.getTransactionCount(trader, "pending");
    expect(await swapToPrice(world, { pool, trader, price: "2000" })).to.equal(null);
    expect(await chain.provider.getTransactionCount(trader, "pending")).to.equal(before);
  });
});

describe("addPositions", () => {
  it("behavior: a band counts its ticks in the base's price, whichever token it is", async () => {
    const range = { ticksDown: 1_200, ticksUp: 6_000 };
    const positions = [{ range, baseAmount: "100", quoteAmount: "1000000" }];
    // The two pools are mirror images: one of them has its base as token1.
    const mirrored = [
      { base: "WETH", quote: "DAI", fee: 500, positions },
      { base: "DAI", quote: "WETH", fee: 3_000, positions: [{ range, baseAmount: "1000000", quoteAmount: "100" }] },
    ];
    const chain = await startChain();
    const world = await buildWorld(chain, { ...ROUND_SPEC, pools: mirrored });
    expect(world.pools.map((pool) => pool.isBaseToken0)).to.have.members([true, false]);
    for (const pool of world.pools) {
      const tick = Number((await read(chain, pool, "slot0", [])).getValue("tick"));
      const spacing = pool.tickSpacing;
      const [down, up] = pool.isBaseToken0 ? [1_200, 6_000] : [6_000, 1_200];
      const ends = [Math.floor((tick - down) / spacing) * spacing, Math.ceil((tick + up) / spacing) * spacing];
      for (const end of ends) expect(await readBigint(chain, pool, "ticks", [end])).not.to.equal(0n);
    }
    await chain.close();
  });
});

describe("sqrtPriceX96", () => {
  const at = (price: string, decimals = 0): { price: string; decimals: number } => ({ price, decimals });
  /** Source: v3-core test/SqrtPriceMath and TickMath specs: encodePriceSqrt(token1, token0). */
  const vectors = [
    [1, 1, 79_228_162_514_264_337_593_543_950_336n],
    [100, 1, 792_281_625_142_643_375_935_439_503_360n],
    [1, 100, 7_922_816_251_426_433_759_354_395_033n],
    [111, 333, 45_742_400_955_009_932_534_161_870_629n],
    [333, 111, 137_227_202_865_029_797_602_485_611_888n],
  ] as const;
  for (const [token1, token0, expected] of vectors) {
    it(`default: ${token1} of token1 for ${token0} of token0`, () => {
      expect(sqrtPriceX96(at(String(token1)), at(String(token0)))).to.equal(expected);
      expect(isqrt((BigInt(token1) << 192n) / BigInt(token0))).to.equal(expected);
    });
  }

  it("behavior: decimals shift the raw price, the shared currency does not matter", () => {
    expect(sqrtPriceX96(at("2000", 18), at("1", 6))).to.equal(isqrt((2_000n << 192n) / 10n ** 12n));
    expect(sqrtPriceX96(at("4000", 18), at("2", 6))).to.equal(sqrtPriceX96(at("2000", 18), at("1", 6)));
  });

  it("behavior: isqrt rounds down at squares and around them", () => {
    for (const root of [0n, 1n, 2n, 3n, 10n ** 9n, 2n ** 96n, 10n ** 40n + 7n]) {
      expect(isqrt(root * root)).to.equal(root);
      expect(isqrt(root * root + 2n * root)).to.equal(root);
    }
  });
});
