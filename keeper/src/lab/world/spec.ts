import type { Bps } from "../../units.js";

/** What {@link buildWorld} builds. Plain data: amounts and prices are decimal strings in whole units. */
export interface WorldSpec {
  /** What the lending pool's prices are in: USD with 8 decimals, or ETH (= WETH) with 18. */
  readonly baseCurrency: "USD" | "ETH";
  /** USD per ETH. Needed where the base currency is ETH, so that there is a feed that values it. */
  readonly ethUsd?: string;
  readonly assets: readonly AssetSpec[];
  readonly pools: readonly PoolSpec[];
}

/** One asset: its token, its feed and its lending reserve. The symbol WETH is the genuine WETH9. */
export interface AssetSpec {
  readonly symbol: string;
  readonly decimals: number;
  /** Base currency per whole unit. */
  readonly priceBase: string;
  readonly ltvBps: Bps;
  readonly liquidationThresholdBps: Bps;
  /** What a liquidator gets on top: 500 is 5 %. */
  readonly liquidationBonusBps: Bps;
  /** Share of the bonus that goes to the treasury. 0 where left out. */
  readonly liquidationProtocolFeeBps?: Bps;
  readonly reserveFactorBps: Bps;
  readonly canBeCollateral: boolean;
  readonly canBeBorrowed: boolean;
  readonly rates: RateSpec;
  /** Whole units. No cap where left out. */
  readonly supplyCap?: number;
  /** Whole units. No cap where left out. */
  readonly borrowCap?: number;
}

/** The variable rate: `base + slope1 * usage / optimal`, and steeper by `slope2` beyond the optimal usage. Per year. */
export interface RateSpec {
  readonly optimalUsageBps: Bps;
  readonly baseBps: Bps;
  readonly slope1Bps: Bps;
  readonly slope2Bps: number;
}

/** A Uniswap v3 pool that opens at the price that the two assets' `priceBase` imply. */
export interface PoolSpec {
  readonly base: string;
  readonly quote: string;
  /** Hundredths of a basis point: 100, 500, 3000 or 10000. */
  readonly fee: number;
  readonly positions: readonly PositionSpec[];
}

/** One position: at most these amounts; the pool takes them in the ratio that its price asks for. */
export interface PositionSpec {
  readonly range: "full" | TickBand;
  readonly baseAmount: string;
  readonly quoteAmount: string;
}

/** How far the base's price may fall and rise within the position, in ticks: a factor of 1.0001 each. */
export interface TickBand {
  readonly ticksDown: number;
  readonly ticksUp: number;
}

/** Thrown when a {@link WorldSpec} contradicts itself. */
export class WorldSpecError extends Error {
  override readonly name = "WorldSpecError";

  constructor(where: string, seen: string, expected: string) {
    super(`world spec, ${where}: saw ${seen}, expected ${expected}`);
  }
}

/** Decimals of prices, and of the lending pool's base currency. */
export const BASE_DECIMALS = { USD: 8, ETH: 18 } as const;

/** Check what the protocols would refuse later with a bare number. Throws {@link WorldSpecError}. */
export function checkSpec(spec: WorldSpec): void {
  const symbols = spec.assets.map((asset) => asset.symbol);
  if (new Set(symbols).size !== symbols.length) throw new WorldSpecError("assets", symbols.join(", "), "each once");
  if (spec.baseCurrency === "ETH") checkEthBase(spec);
  for (const asset of spec.assets) checkAsset(asset, BASE_DECIMALS[spec.baseCurrency]);
  for (const pool of spec.pools) {
    const missing = [pool.base, pool.quote].find((symbol) => !symbols.includes(symbol));
    if (missing !== undefined) throw new WorldSpecError("pools", missing, `one of ${symbols.join(", ")}`);
    if (pool.base === pool.quote) throw new WorldSpecError("pools", `${pool.base} against itself`, "two assets");
  }
}

function checkEthBase(spec: WorldSpec): void {
  if (spec.ethUsd === undefined) throw new WorldSpecError("ethUsd", "nothing", "USD per ETH for an ETH base currency");
  const weth = spec.assets.find((asset) => asset.symbol === "WETH");
  if (weth === undefined || !/^1(\.0*)?$/.test(weth.priceBase)) {
    throw new WorldSpecError("assets", `WETH at ${weth?.priceBase ?? "nothing"}`, "WETH at 1, being the base currency");
  }
}

function checkAsset(asset: AssetSpec, priceDecimals: number): void {
  const { symbol, ltvBps, priceBase, liquidationThresholdBps: threshold } = asset;
  if (!/^\d+(\.\d+)?$/.test(priceBase) || (priceBase.split(".")[1] ?? "").length > priceDecimals) {
    throw new WorldSpecError(
      symbol,
      `a price of ${priceBase}`,
      `a decimal string of at most ${priceDecimals} decimals`,
    );
  }
  if (symbol === "WETH" && asset.decimals !== 18) throw new WorldSpecError(symbol, `${asset.decimals} decimals`, "18");
  if (ltvBps > threshold) throw new WorldSpecError(symbol, `LTV ${ltvBps} bps`, `at most ${threshold}, its threshold`);
  if (!asset.canBeCollateral && threshold !== 0) {
    throw new WorldSpecError(symbol, `a threshold of ${threshold} bps`, "0 for what cannot be collateral");
  }
}
