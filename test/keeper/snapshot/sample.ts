import type { UniswapV3Pool } from "../../../keeper/src/snapshot/pool-state.js";
import type { AccountState, Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../../keeper/src/units.js";

/** `0x00…0n`. */
export function addressOf(n: number): Address {
  return `0x${n.toString(16).padStart(40, "0")}` as Address;
}

/** The pool of {@link sampleSnapshot}. */
export const samplePool: UniswapV3Pool = {
  pool: addressOf(4),
  kind: "uniswap-v3",
  token0: addressOf(1),
  token1: addressOf(2),
  fee: 3_000,
  tickSpacing: 60,
  sqrtPriceX96: 1n << 96n,
  tick: -1,
  liquidity: 7n,
  ticks: [
    [-60, 7n],
    [60, -7n],
  ],
};

/** A small snapshot in which every optional field and every kind of entry occurs. */
export function sampleSnapshot(accounts: readonly AccountState[] = sampleAccounts(2)): Snapshot {
  const [weth, usdc] = [addressOf(1), addressOf(2)];
  const rules = { active: true, frozen: false, paused: false, borrowingEnabled: true };
  return {
    schema: "bulkhead/snapshot/1",
    chainId: 31_337,
    block: { number: 12, hash: `0x${"ab".repeat(32)}`, timestamp: 1_584_000_000 },
    assets: [
      { asset: weth, symbol: "WETH", decimals: 18, lookThrough: [] },
      { asset: usdc, symbol: 'USD "quoted" é', decimals: 6, lookThrough: [{ asset: weth, unitsWad: 10n ** 18n }] },
    ],
    feeds: [{ feed: addressOf(9), description: "ETH / USD", decimals: 8, answer: 2_000n, updatedAt: 1_583_999_999 }],
    venues: [
      {
        venue: addressOf(3),
        kind: "aave-v3",
        baseUnit: 10n ** 8n,
        baseUsdE8: 10n ** 8n,
        closeFactorBps: 5_000,
        fullCloseHfWad: 95n * 10n ** 16n,
        reserves: [weth, usdc].map((asset, i) => ({
          asset,
          priceBase: 10n ** 8n * BigInt(2_000 - 1_999 * i),
          ltvBps: 8_000,
          liquidationThresholdBps: 8_250,
          liquidationBonusBps: 500,
          ...rules,
          suppliedUnits: 10n ** 24n,
          debtUnits: 0n,
          ...(i === 1 ? { eMode: 1 } : {}),
        })),
        eModes: [
          { id: 1, ltvBps: 9_000, liquidationThresholdBps: 9_300, liquidationBonusBps: 100, priceBase: 10n ** 8n },
        ],
        accounts,
        totalDebtBase: 5n,
      },
    ],
    pools: [samplePool],
    forcedSales: [
      {
        block: 11,
        logIndex: 3,
        timestamp: 1_583_999_988,
        venue: addressOf(3),
        account: addressOf(100),
        collateralAsset: weth,
        collateralUnits: 5n,
        debtAsset: usdc,
        debtUnits: 6n,
      },
    ],
    exclusions: [{ scope: "feed", id: addressOf(8), reason: "the answer is 0" }],
  };
}

/** Accounts with collateral in the first reserve and debt in the second, amounts of 18 digits. */
export function sampleAccounts(count: number): AccountState[] {
  return Array.from({ length: count }, (_, i) => ({
    account: addressOf(100 + i),
    ...(i === 1 ? { eMode: 1 } : {}),
    collateral: [[0, 123_456_789_012_345_678n + BigInt(i)]],
    debt: [
      [0, 1n],
      [1, 987_654_321n + BigInt(i)],
    ],
  }));
}
