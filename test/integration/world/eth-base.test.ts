import { expect } from "chai";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { setPrices } from "../../../keeper/src/lab/world/controls.js";
import { MAINNET_ASSETS } from "../../../keeper/src/lab/world/mainnet-spec.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { WorldSpecError, checkSpec } from "../../../keeper/src/lab/world/spec.js";
import type { WorldSpec } from "../../../keeper/src/lab/world/spec.js";
import { type World, buildWorld } from "../../../keeper/src/lab/world/world.js";
import { ETHER, expectRejection, healthFactor, readBigint, startChain, symbolOf } from "./fixture.js";

/** Aave v2's currency: prices in ETH with 18 decimals, WETH the unit itself. */
const SPEC: WorldSpec = {
  baseCurrency: "ETH",
  ethUsd: "1736.5",
  assets: [
    { ...MAINNET_ASSETS.WETH, priceBase: "1" },
    { ...MAINNET_ASSETS.wstETH, symbol: "stETH", priceBase: "0.9997", ltvBps: 7_200, liquidationThresholdBps: 8_300 },
    { ...MAINNET_ASSETS.USDC, priceBase: "0.000580223303700951" },
  ],
  pools: [],
};

describe("buildWorld in ETH", () => {
  const looper = derivedAddress("looper");
  let chain: DevChain;
  let world: World;
  before(async () => {
    chain = await startChain();
    world = await buildWorld(chain, SPEC);
  });
  after(() => chain.close());

  it("default: prices have 18 decimals, and WETH is the unit without a feed", async () => {
    const price = (symbol: string): Promise<bigint> =>
      readBigint(chain, world.aave.oracle, "getAssetPrice", [symbolOf(world, symbol).address]);
    expect(await price("WETH")).to.equal(ETHER);
    expect(await price("stETH")).to.equal(999_700_000_000_000_000n);
    expect(await price("USDC")).to.equal(580_223_303_700_951n);
    expect(symbolOf(world, "WETH").feed).to.equal(null);
    expect(world.baseUnit).to.equal(ETHER);
  });

  it("behavior: a feed of its own values the base currency in USD", async () => {
    const { answer } = (await read(chain, world.ethUsdFeed!.proxy, "latestRoundData", [])).toObject();
    expect(answer).to.equal(173_650_000_000n);
    expect(await read(chain, world.ethUsdFeed!.proxy, "decimals", [])).to.deep.equal([8n]);
  });

  it("behavior: a staked-ether loop above its LTV opens, and feels the discount", async () => {
    // The first row of positions-aave-steth-2023-06 has this shape: 79 % of LTV on 83 % of threshold.
    const collateral = [{ symbol: "stETH", units: 47_860n * ETHER }];
    const debt = [{ symbol: "WETH", units: 37_887n * ETHER }];
    await openAccounts(world, [{ account: looper, collateral, debt }]);
    const valueAt = (price: bigint): bigint => (47_860n * ETHER * price) / ETHER;
    const hf = (price: bigint): bigint => (((valueAt(price) * 8_300n) / 10_000n) * ETHER) / (37_887n * ETHER);
    const close = async (price: bigint): Promise<void> => {
      const error = (await healthFactor(world, looper)) - hf(price);
      expect(error >= -1n && error <= 1n).to.equal(true, `off by ${error}`);
    };
    await close(999_700_000_000_000_000n);
    await setPrices(world, { stETH: "0.94" });
    await chain.mine((await chain.timestamp()) + 300);
    await close(940_000_000_000_000_000n);
  });

  it("error: WorldSpecError for a price of the unit itself", async () => {
    const error = await expectRejection(setPrices(world, { WETH: "1.01" }), WorldSpecError);
    expect(error.message).to.contain("WETH");
  });
});

describe("checkSpec", () => {
  const [weth, steth, usdc] = SPEC.assets;
  const wrong: readonly (readonly [title: string, spec: WorldSpec, says: string])[] = [
    ["an asset twice", { ...SPEC, assets: [weth!, steth!, steth!] }, "stETH"],
    ["no WETH under an ETH base", { ...SPEC, assets: [steth!] }, "WETH"],
    ["no value of ETH", { baseCurrency: "ETH", assets: SPEC.assets, pools: [] }, "ethUsd"],
    ["a unit that is not one", { ...SPEC, assets: [{ ...weth!, priceBase: "1.1" }] }, "1.1"],
    ["WETH with other decimals", { ...SPEC, assets: [{ ...weth!, decimals: 8 }] }, "8 decimals"],
    ["an LTV above its threshold", { ...SPEC, assets: [weth!, { ...usdc!, ltvBps: 7_801 }] }, "7801"],
    ["a threshold without collateral", { ...SPEC, assets: [weth!, { ...usdc!, canBeCollateral: false }] }, "7800"],
    ["a price that is no decimal", { ...SPEC, assets: [weth!, { ...usdc!, priceBase: "1e-3" }] }, "1e-3"],
    [
      "more decimals than the feed has",
      { ...SPEC, assets: [weth!, { ...usdc!, priceBase: `0.${"1".repeat(19)}` }] },
      "18",
    ],
    [
      "a pool of an unknown asset",
      { ...SPEC, pools: [{ base: "UST", quote: "WETH", fee: 500, positions: [] }] },
      "UST",
    ],
    ["a pool of one asset", { ...SPEC, pools: [{ base: "WETH", quote: "WETH", fee: 500, positions: [] }] }, "itself"],
  ];
  for (const [title, spec, says] of wrong) {
    it(`error: WorldSpecError for ${title}`, () => {
      expect(() => checkSpec(spec)).to.throw(WorldSpecError, says);
    });
  }

  it("default: accepts a sound spec", () => {
    expect(() => checkSpec(SPEC)).not.to.throw();
  });
});
