import type { AssetSpec, WorldSpec } from "./spec.js";

/**
 * Aave v3 on Ethereum mainnet, 2025-06: loan-to-value, threshold, bonus, fees, caps and rate curves of five reserves.
 *
 * **Source.** aave-helpers (BGD Labs), `reports/default_after.json` at commit 9350321d2ce9: a state dump of pool
 * 0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2. Prices are its `oracleLatestAnswer`; a scenario puts its own in place.
 */
const WETH: AssetSpec = {
  symbol: "WETH",
  decimals: 18,
  priceBase: "2578.461748",
  ltvBps: 8_050,
  liquidationThresholdBps: 8_300,
  liquidationBonusBps: 500,
  liquidationProtocolFeeBps: 1_000,
  reserveFactorBps: 1_500,
  canBeCollateral: true,
  canBeBorrowed: true,
  rates: { optimalUsageBps: 9_000, baseBps: 0, slope1Bps: 270, slope2Bps: 8_000 },
  supplyCap: 3_000_000,
  borrowCap: 2_700_000,
};

const WSTETH: AssetSpec = {
  symbol: "wstETH",
  decimals: 18,
  priceBase: "3112.68103854",
  ltvBps: 7_850,
  liquidationThresholdBps: 8_100,
  liquidationBonusBps: 600,
  liquidationProtocolFeeBps: 1_000,
  reserveFactorBps: 500,
  canBeCollateral: true,
  canBeBorrowed: true,
  rates: { optimalUsageBps: 8_000, baseBps: 0, slope1Bps: 160, slope2Bps: 8_500 },
  supplyCap: 1_760_000,
  borrowCap: 480_000,
};

const WBTC: AssetSpec = {
  symbol: "WBTC",
  decimals: 8,
  priceBase: "109621.67372468",
  ltvBps: 7_300,
  liquidationThresholdBps: 7_800,
  liquidationBonusBps: 500,
  liquidationProtocolFeeBps: 1_000,
  reserveFactorBps: 5_000,
  canBeCollateral: true,
  canBeBorrowed: true,
  rates: { optimalUsageBps: 8_000, baseBps: 0, slope1Bps: 400, slope2Bps: 30_000 },
  supplyCap: 49_875,
  borrowCap: 28_000,
};

const USDC: AssetSpec = {
  symbol: "USDC",
  decimals: 6,
  priceBase: "0.99993",
  ltvBps: 7_500,
  liquidationThresholdBps: 7_800,
  liquidationBonusBps: 450,
  liquidationProtocolFeeBps: 2_000,
  reserveFactorBps: 1_000,
  canBeCollateral: true,
  canBeBorrowed: true,
  rates: { optimalUsageBps: 9_200, baseBps: 0, slope1Bps: 550, slope2Bps: 3_500 },
  supplyCap: 4_800_000_000,
  borrowCap: 4_320_000_000,
};

const DAI: AssetSpec = {
  symbol: "DAI",
  decimals: 18,
  priceBase: "1.00001109",
  ltvBps: 6_300,
  liquidationThresholdBps: 7_700,
  liquidationBonusBps: 500,
  liquidationProtocolFeeBps: 2_000,
  reserveFactorBps: 2_500,
  canBeCollateral: true,
  canBeBorrowed: true,
  rates: { optimalUsageBps: 9_200, baseBps: 0, slope1Bps: 550, slope2Bps: 3_500 },
  supplyCap: 338_000_000,
  borrowCap: 271_000_000,
};

/** The parameters by symbol, for worlds that choose their own prices and pools. */
export const MAINNET_ASSETS = { WETH, wstETH: WSTETH, WBTC, USDC, DAI } as const satisfies Record<string, AssetSpec>;

/**
 * The default world. Reserve parameters are mainnet's; pools are this lab's choice: full-range liquidity with a denser
 * band around the price, in the fee tiers that carry these pairs on mainnet.
 */
export const MAINNET_SPEC: WorldSpec = {
  baseCurrency: "USD",
  assets: [WETH, WSTETH, WBTC, USDC, DAI],
  pools: [
    {
      base: "WETH",
      quote: "USDC",
      fee: 500,
      positions: [
        { range: "full", baseAmount: "20000", quoteAmount: "51600000" },
        { range: { ticksDown: 6_000, ticksUp: 6_000 }, baseAmount: "10000", quoteAmount: "25800000" },
      ],
    },
    {
      base: "wstETH",
      quote: "WETH",
      fee: 100,
      positions: [
        { range: "full", baseAmount: "2000", quoteAmount: "2450" },
        { range: { ticksDown: 500, ticksUp: 500 }, baseAmount: "8000", quoteAmount: "9700" },
      ],
    },
    {
      base: "WBTC",
      quote: "WETH",
      fee: 3_000,
      positions: [{ range: "full", baseAmount: "300", quoteAmount: "12760" }],
    },
    {
      base: "DAI",
      quote: "USDC",
      fee: 100,
      positions: [{ range: { ticksDown: 100, ticksUp: 100 }, baseAmount: "20000000", quoteAmount: "20000000" }],
    },
  ],
};
