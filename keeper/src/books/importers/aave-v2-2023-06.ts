import type { BookAsset, PriceDriver } from "../book.js";

/**
 * Reserves of Aave v2 on mainnet in June 2023, as far as the data set's accounts hold or owe them.
 *
 * Decimals, prices and thresholds are the data set's own (columns `*_price`, `*_decimals`, `*_threshold`; stETH's price is
 * `collateral_steth_calc / amount`, the threshold of its pure accounts 83 %). Loan-to-values and bonuses are those that
 * Aave v2's own reserve table shows for reserves not yet wound down (bgd-labs/aave-helpers @9350321d2ce9,
 * reports/V2StorageValidation_pass_before.json: stETH 72 / 107, WETH 82.5 / 105, WBTC 72 / 105, bonuses of USDC and DAI
 * 104.5 and 104); the loan-to-values of USDC, DAI and TUSD (80, 75, 80) follow from the `ltv` of accounts that hold them;
 * TUSD's bonus (105) and FEI's (107) from the protocol's published table. FEI's loan-to-value is not known and stays just
 * below its threshold: Aave v3 needs one above zero to count an asset as collateral.
 */

/** The synthetic collateral for what the file does not name, with the parameters of WBTC, the most frequent of those. */
export const REST = "rest";
export const REST_THRESHOLD_BPS = 8200;
const STETH_THRESHOLD_BPS = 8300;

interface Terms {
  readonly ltvBps: number;
  readonly liquidationBonusBps: number;
  readonly follows: PriceDriver;
}

/** For assets that cannot be collateral. */
const DEBT_ONLY: Terms = { ltvBps: 0, liquidationBonusBps: 0, follows: "USD" };

const STABLECOIN_TERMS: Readonly<Record<string, Terms>> = {
  USDC: { ltvBps: 8000, liquidationBonusBps: 450, follows: "USD" },
  DAI: { ltvBps: 7500, liquidationBonusBps: 400, follows: "USD" },
  TUSD: { ltvBps: 8000, liquidationBonusBps: 500, follows: "USD" },
  FEI: { ltvBps: 700, liquidationBonusBps: 700, follows: "USD" },
};

/** Columns of the stablecoins carry the lower-case symbol. */
export const STABLECOINS = ["USDC", "USDT", "DAI", "FEI", "TUSD", "sUSD", "USDP", "FRAX", "GUSD", "BUSD"] as const;

/** The stablecoins that the file lists as collateral (`*_collateral`); the others cannot be. */
export const COLLATERAL_STABLECOINS = ["USDC", "DAI", "FEI", "TUSD"] as const;

export function stethAsset(price: string): BookAsset {
  const terms = { ltvBps: 7200, liquidationThresholdBps: STETH_THRESHOLD_BPS, liquidationBonusBps: 700 };
  return { symbol: "stETH", decimals: 18, price, ...terms, follows: "stETH" };
}

/** ETH is the base currency: WETH's price is one. */
export const WETH_ASSET: BookAsset = {
  symbol: "WETH",
  decimals: 18,
  price: "1",
  ltvBps: 8250,
  liquidationThresholdBps: 8600,
  liquidationBonusBps: 500,
  follows: "ETH",
};

/** Worth one ETH each, and in a replay as much ETH as before: no one knows what it stands for. */
export const REST_ASSET: BookAsset = {
  symbol: REST,
  decimals: 18,
  price: "1",
  ltvBps: 7200,
  liquidationThresholdBps: REST_THRESHOLD_BPS,
  liquidationBonusBps: 500,
  follows: "ETH",
};

export function stablecoinAsset(
  symbol: string,
  { decimals, price, thresholdBps }: { decimals: number; price: string; thresholdBps: number },
): BookAsset {
  const terms = STABLECOIN_TERMS[symbol] ?? DEBT_ONLY;
  return { symbol, decimals, price, liquidationThresholdBps: thresholdBps, ...terms };
}
