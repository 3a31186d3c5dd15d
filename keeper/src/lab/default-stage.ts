import { createPopulation, type PopulationAsset } from "./population.js";
import type { PathStep } from "./scenarios/scenario.js";
import type { Stage } from "./stage.js";
import { MAINNET_ASSETS } from "./world/mainnet-spec.js";
import type { AssetSpec, PoolSpec, WorldSpec } from "./world/spec.js";

/** The lab's own stage: mainnet's reserve parameters, a seeded population, and exchange depth chosen for it. */

const ACCOUNTS = 200;
const COLLATERAL_USD = 200e6;
/** USD on each side of the ether pool: over all prices, and within the band. */
const ETHER_DEPTH_USD = { full: 200e6, band: 150e6 };
const STAKED_DEPTH_USD = { full: 20e6, band: 100e6 };
const DOLLAR_DEPTH_USD = 40e6;
/** Half widths of the bands in ticks: 50 %, 5 % and 1 %. */
const BANDS = { ether: 6_000, staked: 500, dollar: 100 } as const;
/** Ether that backs one wstETH; source: mainnet-spec's oracle answers of WETH and wstETH. */
const ETHER_PER_WSTETH = Number(MAINNET_ASSETS.wstETH.priceBase) / Number(MAINNET_ASSETS.WETH.priceBase);
const PRICE_DECIMALS = 8;

/** Set the stage for a seed at the first prices of a path. */
export function defaultStage(seed: number, first: PathStep): Stage {
  const ether = first.prices.ETH ?? Number(MAINNET_ASSETS.WETH.priceBase);
  const at = (asset: AssetSpec, usd: number): AssetSpec => ({ ...asset, priceBase: usd.toFixed(PRICE_DECIMALS) });
  const assets = {
    weth: at(MAINNET_ASSETS.WETH, ether),
    wsteth: at(MAINNET_ASSETS.wstETH, ether * ETHER_PER_WSTETH),
    usdc: at(MAINNET_ASSETS.USDC, 1),
    dai: at(MAINNET_ASSETS.DAI, 1),
  };
  const spec: WorldSpec = {
    baseCurrency: "USD",
    assets: [assets.weth, assets.wsteth, assets.usdc, assets.dai],
    pools: [
      pool(assets.weth, assets.usdc, { fee: 500, ticks: BANDS.ether, ...ETHER_DEPTH_USD }),
      pool(assets.wsteth, assets.weth, { fee: 100, ticks: BANDS.staked, ...STAKED_DEPTH_USD }),
      pool(assets.dai, assets.usdc, { fee: 100, ticks: BANDS.dollar, full: 0, band: DOLLAR_DEPTH_USD }),
    ],
  };
  const population = createPopulation({
    seed,
    accounts: ACCOUNTS,
    collateralUsd: COLLATERAL_USD,
    assets: {
      ether: populationAsset(assets.weth),
      stakedEther: populationAsset(assets.wsteth),
      stablecoins: [populationAsset(assets.usdc), populationAsset(assets.dai)],
    },
  });
  return {
    spec,
    accounts: population,
    lookThrough: [{ symbol: "wstETH", of: "WETH", units: ETHER_PER_WSTETH.toFixed(18) }],
    follows: { WETH: "ETH", wstETH: "stETH", USDC: "USD", DAI: "USD" },
    healthFactors: new Map(),
    notes: [`${ACCOUNTS} synthetic borrowers with $${COLLATERAL_USD / 1e6}M of collateral, seed ${seed}`],
  };
}

function populationAsset(asset: AssetSpec): PopulationAsset {
  const { symbol, decimals, ltvBps, liquidationThresholdBps } = asset;
  return { symbol, decimals, ltvBps, liquidationThresholdBps, priceUsd: Number(asset.priceBase) };
}

interface Depth {
  readonly fee: number;
  readonly ticks: number;
  /** USD on each side. */
  readonly full: number;
  readonly band: number;
}

function pool(base: AssetSpec, quote: AssetSpec, { fee, ticks, full, band }: Depth): PoolSpec {
  const amounts = (usd: number): { baseAmount: string; quoteAmount: string } => ({
    baseAmount: amount(usd, base),
    quoteAmount: amount(usd, quote),
  });
  return {
    base: base.symbol,
    quote: quote.symbol,
    fee,
    positions: [
      ...(full === 0 ? [] : [{ range: "full" as const, ...amounts(full) }]),
      { range: { ticksDown: ticks, ticksUp: ticks }, ...amounts(band) },
    ],
  };
}

/** Whole units of `usd` worth of an asset, as a decimal string. */
export function amount(usd: number, { priceBase, decimals }: AssetSpec): string {
  return (usd / Number(priceBase)).toFixed(Math.min(decimals, PRICE_DECIMALS));
}
