import { expect } from "chai";
import { ZeroAddress, keccak256 } from "ethers";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { loadUniswapCore } from "../../../keeper/src/lab/world/artifacts.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { setPriceOracleSentinel } from "../../../keeper/src/lab/world/controls.js";
import { MAINNET_SPEC } from "../../../keeper/src/lab/world/mainnet-spec.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { type World, buildWorld } from "../../../keeper/src/lab/world/world.js";
import type { Address } from "../../../keeper/src/units.js";
import { GENESIS, expectRelative, readBigint, startChain, symbolOf } from "./fixture.js";

/** Mainnet's pool init code hash. Source: v3-periphery PoolAddress.POOL_INIT_CODE_HASH. */
const MAINNET_POOL_INIT_CODE_HASH = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54";

describe("buildWorld", () => {
  let chain: DevChain;
  let world: World;
  before(async () => {
    chain = await startChain();
    world = await buildWorld(chain, MAINNET_SPEC);
  });
  after(() => chain.close());

  it("default: lists every reserve with the parameters of the spec", async () => {
    for (const { address, spec } of world.assets) {
      const config = await read(chain, world.aave.dataProvider, "getReserveConfigurationData", [address]);
      expect(config.toObject()).to.deep.include({
        decimals: BigInt(spec.decimals),
        ltv: BigInt(spec.ltvBps),
        liquidationThreshold: BigInt(spec.liquidationThresholdBps),
        liquidationBonus: 10_000n + BigInt(spec.liquidationBonusBps),
        reserveFactor: BigInt(spec.reserveFactorBps),
        usageAsCollateralEnabled: true,
        borrowingEnabled: true,
        isActive: true,
        isFrozen: false,
      });
      const caps = await read(chain, world.aave.dataProvider, "getReserveCaps", [address]);
      expect([...caps]).to.deep.equal([BigInt(spec.borrowCap ?? 0), BigInt(spec.supplyCap ?? 0)]);
    }
  });

  it("behavior: the lending pool reads its prices from the feeds' proxies", async () => {
    const answers = world.assets.map(({ address }) => readBigint(chain, world.aave.oracle, "getAssetPrice", [address]));
    // WETH, wstETH, WBTC, USDC, DAI: oracleLatestAnswer of the source named in mainnet-spec.ts.
    const mainnet = [257_846_174_800n, 311_268_103_854n, 10_962_167_372_468n, 99_993_000n, 100_001_109n];
    expect(await Promise.all(answers)).to.deep.equal(mainnet);
    const { feed, address } = symbolOf(world, "WETH");
    const source = await read(chain, world.aave.oracle, "getSourceOfAsset", [address]);
    expect(String(source[0]).toLowerCase()).to.equal(feed?.proxy.address);
    expect(await read(chain, feed!.proxy, "description", [])).to.deep.equal(["WETH / USD"]);
  });

  it("behavior: pools are mainnet's code, at the address that Uniswap's own formula gives", async () => {
    expect(keccak256(loadUniswapCore("UniswapV3Pool").bytecode)).to.equal(MAINNET_POOL_INIT_CODE_HASH);
    for (const pool of world.pools) {
      const pair = [symbolOf(world, pool.base).address, symbolOf(world, pool.quote).address];
      const [found] = await read(chain, world.uniswap.factory, "getPool", [...pair, pool.fee]);
      expect(String(found).toLowerCase()).to.equal(pool.address);
    }
  });

  it("behavior: pools open at the price that the feeds imply, with liquidity in range", async () => {
    for (const pool of world.pools) {
      const [base, quote] = [symbolOf(world, pool.base).spec, symbolOf(world, pool.quote).spec];
      const root = Number(await readBigint(chain, pool, "slot0")) / 2 ** 96;
      const price = (pool.isBaseToken0 ? root ** 2 : root ** -2) * 10 ** (base.decimals - quote.decimals);
      expectRelative(price, Number(base.priceBase) / Number(quote.priceBase), 1e-12);
      expect((await readBigint(chain, pool, "liquidity")) > 0n).to.equal(true);
      const [spacing] = await read(chain, pool, "tickSpacing", []);
      expect(spacing).to.equal(BigInt(pool.tickSpacing));
    }
  });

  it("behavior: blocks are ordinary again afterwards, and nobody owes anything", async () => {
    const block = await chain.mine((await chain.timestamp()) + 300);
    const { gasLimit, baseFeePerGas } = (await chain.provider.getBlock(block.number))!;
    expect([gasLimit, baseFeePerGas]).to.deep.equal([60_000_000n, 10n ** 9n]);
    const supplies = world.assets.map(({ variableDebt }) => readBigint(chain, variableDebt, "totalSupply"));
    expect(await Promise.all(supplies)).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
  });

  it("behavior: the sentinel slot can be set and emptied", async () => {
    const sentinel = derivedAddress("sentinel");
    const slot = (): Promise<unknown> =>
      read(chain, world.aave.addressesProvider, "getPriceOracleSentinel", []).then(([found]) =>
        String(found).toLowerCase(),
      );
    await setPriceOracleSentinel(world, sentinel);
    expect(await slot()).to.equal(sentinel);
    await setPriceOracleSentinel(world, ZeroAddress as Address);
    expect(await slot()).to.equal(ZeroAddress);
  });

  it("behavior: the same spec on the same genesis gives the same chain", async () => {
    const heads = await Promise.all(
      [1, 2].map(async () => {
        const twin = await startChain();
        await buildWorld(twin, MAINNET_SPEC);
        const head = await twin.mine(GENESIS + 3_600);
        await twin.close();
        return head.hash;
      }),
    );
    expect(heads[0]).to.equal(heads[1]);
  });
});
