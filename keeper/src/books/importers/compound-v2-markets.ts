import type { Bps } from "../../units.js";

/**
 * Compound v2's markets as they stood in May 2023.
 *
 * Addresses and symbols are the data set's. Collateral factors are `Comptroller.markets(cToken).collateralFactorMantissa`
 * of 0x3d9819210A31b4961b30EF54bE2aeD79B9c9Cd3B, from memory of the protocol and held against the data: each account's
 * weighted total gives `exchangeRate * price * factor` of every market to sixteen digits, the freshest borrower the price,
 * the latest supplier the exchange rate. That pins WETH, USDC, DAI, WBTC, ZRX and BAT to within half a point; for the
 * others it leaves a range of up to three points (SUSHI, YFI: seven), in which the value from memory lies. The test
 * repeats the fit. A factor only splits an account's limit into collateral and factor: health factors do not depend on it.
 *
 * Close factor 0.5 and liquidation incentive 1.08 are `closeFactorMantissa` and `liquidationIncentiveMantissa` of the same
 * contract, from memory; of the incentive 2.8 points go to reserves (`CToken.protocolSeizeShareMantissa`), which borrowers
 * lose all the same.
 */
export const INCENTIVE_BONUS_BPS: Bps = 800;

export interface CompoundMarket {
  readonly symbol: string;
  /** 0: what is supplied here secures nothing. */
  readonly factorBps: Bps;
}

/** The market that WBTC was moved away from: its own factor and price, placed as WBTC of the same limit. */
export const LEGACY_WBTC = "0xc11b1268c1a384e55c48c2391d8d480264a3a7f4";

/** By cToken. */
export const MARKETS: Readonly<Record<string, CompoundMarket>> = {
  "0x4ddc2d193948926d02f9b1fe9e1daa0718270ed5": { symbol: "WETH", factorBps: 8250 },
  "0x39aa39c021dfbae8fac545936693ac917d5e7563": { symbol: "USDC", factorBps: 8550 },
  "0x5d3a536e4d6dbd6114cc1ead35777bab948e3643": { symbol: "DAI", factorBps: 8350 },
  "0xccf4429db6322d5c611ee964527d42e5d685dd6a": { symbol: "WBTC", factorBps: 7000 },
  [LEGACY_WBTC]: { symbol: "WBTC", factorBps: 6000 },
  "0x35a18000230da775cac24873d00ff85bccded550": { symbol: "UNI", factorBps: 7500 },
  "0x70e36f6bf80a52b3b46b3af8e106cc0ed743e8e4": { symbol: "COMP", factorBps: 6000 },
  "0xface851a4921ce59e912d19329929ce6da6eb0c7": { symbol: "LINK", factorBps: 7900 },
  "0x6c8c6b02e7b2be14d4fa6022dfd6d75921d90e4e": { symbol: "BAT", factorBps: 6000 },
  "0xb3319f5d18bc0d84dd1b4825dcde5d5f7266d407": { symbol: "ZRX", factorBps: 6500 },
  "0xe65cdb6479bac1e22340e4e755fae7e509ecd06c": { symbol: "AAVE", factorBps: 7300 },
  "0x4b0181102a0112a2ef11abee5563bb4a3176c9d7": { symbol: "SUSHI", factorBps: 7000 },
  "0x80a2ae356fc9ef4305676f7a3e2ed04e12c33946": { symbol: "YFI", factorBps: 8000 },
  "0xf650c3d88d12db855b8bf7d11be6c55a4e07dcc9": { symbol: "USDT", factorBps: 0 },
  "0x12392f67bdf24fae0af363c24ac620a2f67dad86": { symbol: "TUSD", factorBps: 0 },
  "0x041171993284df560249b57358f931d9eb7b925d": { symbol: "USDP", factorBps: 0 },
  "0x7713dd9ca933848f6819f38b8352d9a15ea73f67": { symbol: "FEI", factorBps: 0 },
  "0x158079ee67fce2f58472a96584a73c7ab9ac95c1": { symbol: "REP", factorBps: 0 },
  "0xf5dce57282a584d2746faf1593d3121fcac444dc": { symbol: "SAI", factorBps: 0 },
};

/** Factor of the market that an asset's balances are placed in. */
export function placedFactorBps(symbol: string): Bps {
  const [, market] = Object.entries(MARKETS).find(([cToken, m]) => m.symbol === symbol && cToken !== LEGACY_WBTC) ?? [];
  return market?.factorBps ?? 0;
}
