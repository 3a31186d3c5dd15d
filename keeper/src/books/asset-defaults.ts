import { type Bps } from "../units.js";
import type { PriceDriver } from "./book.js";

/** What a book may leave out about an asset. */

/** Decimals that differ from 18. */
const DECIMALS: Readonly<Record<string, number>> = { USDC: 6, USDT: 6, WBTC: 8, cbBTC: 8, GUSD: 2, EURC: 6 };

const STABLECOINS = new Set(
  "USDC USDT DAI FEI TUSD sUSD USDP FRAX GUSD BUSD LUSD USDS USDe crvUSD GHO PYUSD".split(" "),
);
const STAKED_ETHER = new Set(["stETH", "wstETH"]);

/** The loan-to-value stays this far below the threshold. */
const LTV_GAP_BPS = 300;
const BONUS_BPS = 500;

export function defaultDecimals(symbol: string): number {
  return DECIMALS[symbol] ?? 18;
}

/** Stablecoins hold their USD price, staked ether follows stETH, everything else falls and rises with ETH. */
export function defaultDriver(symbol: string): PriceDriver {
  if (STABLECOINS.has(symbol)) return "USD";
  return STAKED_ETHER.has(symbol) ? "stETH" : "ETH";
}

/** Three points below the threshold, and never zero for what can be collateral. */
export function defaultLtvBps(thresholdBps: Bps): Bps {
  return thresholdBps === 0 ? 0 : Math.max(1, thresholdBps - LTV_GAP_BPS);
}

/** 5 %, or less where the threshold leaves no room: a liquidator cannot get more than there is. */
export function defaultBonusBps(thresholdBps: Bps): Bps {
  return thresholdBps === 0 ? 0 : Math.min(BONUS_BPS, maxBonusBps(thresholdBps));
}

/** The largest bonus at which `threshold * (1 + bonus)` stays within 100 %. */
export function maxBonusBps(thresholdBps: Bps): Bps {
  return Math.floor(100_000_000 / thresholdBps) - 10_000;
}
