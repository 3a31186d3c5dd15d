import { expect } from "chai";
import { MaxUint256 } from "ethers";
import { follow } from "../../../keeper/src/chain/follow.js";
import { CallReverted } from "../../../keeper/src/chain/rpc-errors.js";
import { type RpcPool, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { openSwapPath, swapAlong } from "../../../keeper/src/graph/uniswap-v3/swap.js";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { createRandom } from "../../../keeper/src/lab/random.js";
import { openTrader, swap } from "../../../keeper/src/lab/world/controls.js";
import { MAINNET_ASSETS } from "../../../keeper/src/lab/world/mainnet-spec.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { approve, issue } from "../../../keeper/src/lab/world/tokens.js";
import type { WorldPool } from "../../../keeper/src/lab/world/uniswap.js";
import { type World, assetOf, buildWorld } from "../../../keeper/src/lab/world/world.js";
import { followUniswapV3, viewUniswapV3 } from "../../../keeper/src/liquidity/uniswap-v3.js";
import type { UniswapV3Pool } from "../../../keeper/src/snapshot/pool-state.js";
import { expectRejection } from "../chain/fixture.js";
import { readAll } from "../venues/truth.js";

const GENESIS = 1_583_971_200;
const trader = derivedAddress("uniswap test trader");
const FOREVER = 2n ** 48n;

describe("followUniswapV3 on genuine pools", () => {
  let chain: DevChain;
  let world: World;
  let rpc: RpcPool;
  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    const assets = [
      { ...MAINNET_ASSETS.WETH, priceBase: "2000" },
      { ...MAINNET_ASSETS.USDC, priceBase: "1" },
      { ...MAINNET_ASSETS.DAI, priceBase: "1" },
    ];
    const band = (ticksDown: number, ticksUp: number, baseAmount: string, quoteAmount: string) => ({
      range: { ticksDown, ticksUp },
      baseAmount,
      quoteAmount,
    });
    world = await buildWorld(chain, {
      baseCurrency: "USD",
      assets,
      pools: [
        {
          base: "WETH",
          quote: "USDC",
          fee: 3_000,
          positions: [
            { range: "full", baseAmount: "500", quoteAmount: "1000000" },
            band(600, 600, "300", "600000"),
            band(3_000, 1_200, "200", "400000"),
          ],
        },
        {
          base: "DAI",
          quote: "USDC",
          fee: 100,
          positions: [band(10, 10, "100000", "100000"), band(1, 3, "5000", "5000")],
        },
      ],
    });
    rpc = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
    const amounts = ["WETH", "USDC", "DAI"].map((symbol) => {
      const { spec } = assetOf(world.assets, symbol);
      return { symbol, units: 10n ** BigInt(spec.decimals + 6) };
    });
    await openTrader(world, trader, amounts);
    for (const { token } of world.assets) {
      issue(world.steward, token, world.steward.address, 10n ** 24n);
      approve(world.steward, token, world.uniswap.positionManager.address);
    }
    await world.steward.flush();
  });
  after(() => chain.close());

  const fresh = async (pool: WorldPool): Promise<UniswapV3Pool> =>
    viewUniswapV3(pool.address, await followUniswapV3(rpc, pool.address).load(await rpc.head(), undefined));

  it("default: state and ticks are what the pool's own getters say", async () => {
    for (const pool of world.pools) {
      const state = await fresh(pool);
      const get = (method: string, args: readonly unknown[] = []) => ({ target: pool, method, args });
      const [slot0, liquidity, token0, token1] = await readAll(
        world,
        ["slot0", "liquidity", "token0", "token1"].map((method) => get(method)),
      );
      expect(state.sqrtPriceX96).to.equal(slot0![0]);
      expect(BigInt(state.tick)).to.equal(slot0![1]);
      expect(state.liquidity).to.equal(liquidity![0]);
      expect(state.token0).to.equal(String(token0![0]).toLowerCase());
      expect(state.token1).to.equal(String(token1![0]).toLowerCase());
      expect([state.fee, state.tickSpacing]).to.deep.equal([pool.fee, pool.tickSpacing]);
      const ticks = await readAll(
        world,
        state.ticks.map(([tick]) => get("ticks", [tick])),
      );
      expect(state.ticks.map(([, net]) => net)).to.deep.equal(
        ticks.map((tick) => tick.getValue("liquidityNet") as bigint),
      );
    }
  });

  it("default: net liquidity adds up to nothing, and to the liquidity in range up to the price", async () => {
    for (const pool of world.pools) {
      const { ticks, tick: at, liquidity } = await fresh(pool);
      const sum = (list: UniswapV3Pool["ticks"]): bigint => list.reduce((total, [, net]) => total + net, 0n);
      expect(sum(ticks)).to.equal(0n);
      expect(sum(ticks.filter(([tick]) => tick <= at))).to.equal(liquidity);
      expect(ticks.length).to.be.at.least(4);
    }
  });

  it("behavior: our swap gives the genuine quoter's amounts and prices, in and out, both ways and across many ticks", async () => {
    const compared = { exactIn: 0, exactOut: 0, crossed: 0n };
    for (const pool of world.pools) {
      const state = await fresh(pool);
      // The pool of stablecoins has no liquidity that far out, and the quoter would walk a million empty ticks.
      const beyond = pool.tickSpacing === 1 ? [60_000n] : [500_000n];
      const decimals = new Map(world.assets.map(({ address, spec }) => [address, spec.decimals]));
      for (const zeroForOne of [true, false]) {
        const tokenIn = zeroForOne ? state.token0 : state.token1;
        const tokenOut = zeroForOne ? state.token1 : state.token0;
        const path = openSwapPath(state, zeroForOne);
        const quote = async (method: string, amounts: object) => {
          const args = [{ tokenIn, tokenOut, fee: pool.fee, sqrtPriceLimitX96: 0n, ...amounts }];
          const [quoted] = await readAll(world, [{ target: world.uniswap.quoter, method, args }]);
          return quoted!;
        };
        for (const whole of [1n, 77n, 1_000n, 30_000n, ...beyond]) {
          const amountIn = whole * 10n ** BigInt(decimals.get(tokenIn)!) + 1n;
          const quoted = await quote("quoteExactInputSingle", { amountIn });
          const ours = swapAlong(path, { amountSpecified: amountIn });
          const amountOut = -(zeroForOne ? ours.amount1 : ours.amount0);
          expect(amountOut, `${pool.name}: ${whole} in`).to.equal(quoted.getValue("amountOut"));
          expect(ours.sqrtPriceX96).to.equal(quoted.getValue("sqrtPriceX96After"));
          compared.exactIn += 1;
          const crossed = quoted.getValue("initializedTicksCrossed") as bigint;
          if (crossed > compared.crossed) compared.crossed = crossed;

          // The same amount the other way round; what the pool does not have, its quoter does not quote.
          if (whole > 1_000n) continue;
          const back = await quote("quoteExactOutputSingle", { amount: amountOut });
          const out = swapAlong(path, { amountSpecified: -amountOut });
          expect(zeroForOne ? out.amount0 : out.amount1).to.equal(back.getValue("amountIn"));
          expect(out.sqrtPriceX96).to.equal(back.getValue("sqrtPriceX96After"));
          compared.exactOut += 1;
        }
      }
    }
    expect(compared.exactIn).to.equal(20);
    expect(compared.exactOut).to.equal(12);
    expect(compared.crossed >= 2n).to.equal(true);
  });

  it("behavior: read block by block it equals a fresh read, through swaps, new positions and removed ones", async () => {
    const [pool] = world.pools as [WorldPool];
    const at = follow(rpc, followUniswapV3(rpc, pool.address));
    const random = createRandom(3);
    let tickCounts = new Set<number>();
    await at(await rpc.head());
    for (let step = 0; step < 24; step++) {
      if (step % 3 === 0) await addPosition(pool, random.uint32());
      if (step % 3 === 1) {
        const sell = random.uint32() % 2 === 0 ? "base" : "quote";
        await swap(world, {
          pool,
          trader,
          sell,
          amountIn: BigInt(random.uint32()) * (sell === "base" ? 10n ** 10n : 10n),
        });
      }
      if (step % 6 === 5) await removePosition(BigInt(2 + Math.floor(step / 6)));
      await chain.mine((await chain.timestamp()) + 12);
      const followed = viewUniswapV3(pool.address, await at(await rpc.head()));
      const read = await fresh(pool);
      expect(followed, `after step ${step}`).to.deep.equal(read);
      tickCounts = tickCounts.add(read.ticks.length);
    }
    expect(tickCounts.size).to.be.above(2);
  });

  it("behavior: a fresh tick is forgotten again when its block is orphaned", async () => {
    const [pool] = world.pools as [WorldPool];
    const at = follow(rpc, followUniswapV3(rpc, pool.address));
    await at(await rpc.head());
    const mark = await chain.snapshot();
    await addPosition(pool, 1);
    const before = viewUniswapV3(pool.address, await at(await rpc.head()));
    await chain.revert(mark);
    await chain.mine((await chain.timestamp()) + 99);
    const followed = viewUniswapV3(pool.address, await at(await rpc.head()));
    expect(followed).to.deep.equal(await fresh(pool));
    expect(followed.liquidity).to.not.equal(before.liquidity);
  });

  it("error: CallReverted for an address that is no pool", async () => {
    const { load } = followUniswapV3(rpc, world.aave.pool.address);
    await expectRejection(load(await rpc.head(), undefined), CallReverted);
  });

  async function addPosition(pool: WorldPool, seed: number): Promise<void> {
    const { uniswap, steward } = world;
    const { token0, token1, tick, tickSpacing } = await fresh(pool);
    const middle = Math.round(tick / tickSpacing) * tickSpacing;
    const params = {
      token0,
      token1,
      fee: pool.fee,
      tickLower: middle - tickSpacing * (1 + (seed % 17)),
      tickUpper: middle + tickSpacing * (1 + (seed % 23)),
      amount0Desired: 10n ** 18n,
      amount1Desired: 10n ** 18n,
      amount0Min: 0,
      amount1Min: 0,
      recipient: steward.address,
      deadline: FOREVER,
    };
    steward.call(uniswap.positionManager, "mint", [params]);
    await steward.flush();
  }

  async function removePosition(tokenId: bigint): Promise<void> {
    const { uniswap, steward } = world;
    const [position] = await readAll(world, [
      { target: uniswap.positionManager, method: "positions", args: [tokenId] },
    ]);
    const liquidity = position!.getValue("liquidity") as bigint;
    const params = { tokenId, liquidity, amount0Min: 0, amount1Min: 0, deadline: MaxUint256 };
    steward.call(uniswap.positionManager, "decreaseLiquidity", [params]);
    await steward.flush();
  }
});
