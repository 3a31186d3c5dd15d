import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { AssetSpec } from "../world/spec.js";

/** Real states of Aave v3 markets, one venue each. Source: PROVENANCE.md beside them. */
const FILES = [
  "default_after",
  "V3StorageValidation_pass_before",
  "risk-stewards-2023/post_mainnetwstETHSupplyCapsIncrease_20230618",
  "risk-stewards-2023/post_polygon_caps_increase_20230607",
  "risk-stewards-2023/post_arbitrum_caps_increase_20230630",
  "risk-stewards-2023/post_optimism_example",
  "risk-stewards-2023/post_avalanche_caps_increase_20230608",
  "risk-stewards-2023/post_metis_example",
];

/** Reserves taken of a market, in the order of its file: each costs a feed, a token and three lending tokens to deploy. */
const MOST_RESERVES = 12;
const PRICE_DECIMALS = 8;

/** A reserve as the files have it. */
interface RawReserve {
  readonly symbol: string;
  readonly decimals: number;
  readonly ltv: number;
  readonly liquidationThreshold: number;
  readonly liquidationBonus: number;
  readonly reserveFactor: number;
  readonly borrowingEnabled: boolean;
  readonly isActive: boolean;
  readonly oracleLatestAnswer: string | number;
}

/** The parameters of `count` real markets, from `data/params-aave`. Throws `Error` where the file is not there. */
export function realMarkets(data: string, count: number): AssetSpec[][] {
  return FILES.slice(0, count).map((file) => {
    const path = join(data, "params-aave", `${file}.json.gz`);
    const { reserves } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as {
      reserves: Record<string, RawReserve>;
    };
    const usable = Object.values(reserves).filter((r) => r.isActive && Number(r.oracleLatestAnswer) > 0);
    const seen = new Set<string>();
    const distinct = usable.filter(({ symbol }) => !seen.has(symbol) && seen.add(symbol));
    return distinct.slice(0, MOST_RESERVES).map(assetOf);
  });
}

function assetOf(raw: RawReserve): AssetSpec {
  const answer = BigInt(`${raw.oracleLatestAnswer}`)
    .toString()
    .padStart(PRICE_DECIMALS + 1, "0");
  return {
    symbol: raw.symbol,
    decimals: raw.decimals,
    priceBase: `${answer.slice(0, -PRICE_DECIMALS)}.${answer.slice(-PRICE_DECIMALS)}`,
    ltvBps: raw.ltv,
    liquidationThresholdBps: raw.liquidationThreshold,
    liquidationBonusBps: Math.max(0, raw.liquidationBonus - 10_000),
    reserveFactorBps: raw.reserveFactor,
    canBeCollateral: raw.liquidationThreshold > 0,
    canBeBorrowed: raw.borrowingEnabled,
    // The files of 2023 name the strategies' addresses and not their rates; nothing is borrowed through them here.
    rates: { optimalUsageBps: 8_000, baseBps: 0, slope1Bps: 400, slope2Bps: 7_500 },
  };
}
