import type { Address } from "../units.js";
import type { DepthCurve } from "./depth-curve.js";

/**
 * One block as the kernels see it: every price is relative to t0 (1 = unchanged), every position is its USD value at t0.
 *
 * **Shapes.** n accounts with collateral or debt, K assets, V venues, R reserves (a reserve is an asset in a venue).
 * Positions are CSR: account i holds entries `collStart[i] <= e < collStart[i+1]`.
 */
export interface SystemState {
  readonly assets: readonly AssetView[];
  readonly venues: readonly VenueView[];
  readonly reserves: readonly ReserveView[];
  /** `Int32Array[n]`: index into `venues`. */
  readonly accountVenue: Int32Array;
  /** `Int32Array[n]`: index into `owners`. One owner has an account in each venue that it uses. */
  readonly accountOwner: Int32Array;
  /** Ascending, each once. */
  readonly owners: readonly Address[];
  readonly collateral: Positions;
  readonly debt: Positions;
  /** Liquidation threshold of each collateral entry, fraction. */
  readonly collateralLt: Float64Array;
  /** Liquidation bonus of each collateral entry, fraction. */
  readonly collateralBonus: Float64Array;
  /** `Int32Array[K]`: assets in an order in which what sales pass on to comes later. */
  readonly saleOrder: Int32Array;
  /** Value shares of base assets in each derived asset; empty rows are base assets. Rows sum to 1. */
  readonly backing: WeightRows;
  /** Share of an asset's sale that goes on as a sale of another: its pool's quote, or what it is redeemed into. */
  readonly passOn: WeightRows;
  readonly flags: readonly StateFlag[];
  /** Share of the known debt that was read, [0,1]. */
  readonly coverageFrac: number;
}

/** Rows of a sparse non-negative matrix over assets: `start[K+1]`, `asset[nnz]`, `weight[nnz]`. */
export interface WeightRows {
  readonly start: Int32Array;
  readonly asset: Int32Array;
  readonly weight: Float64Array;
}

/** `start[n+1]`; per entry: asset and reserve index, USD at the venue's price, USD at the market's price. */
export interface Positions {
  readonly start: Int32Array;
  readonly asset: Int32Array;
  readonly reserve: Int32Array;
  readonly usd: Float64Array;
  readonly saleUsd: Float64Array;
}

export interface AssetView {
  readonly address: Address;
  readonly symbol: string;
  readonly stable: boolean;
  /** Own market: of the price in USD for a base asset, of the discount to its backing for a derived one. */
  readonly curve: DepthCurve;
  /** USD per whole unit where its pools stand; the venue's price where it has none. NaN where nobody prices it. */
  readonly marketUsd: number;
  /** Largest share of a sale that its pools keep as fee. */
  readonly poolFeeFrac: number;
  readonly pooled: boolean;
}

export interface VenueView {
  readonly address: Address;
  readonly closeFactorFrac: number;
  readonly fullCloseHf: number;
  /** Debt or collateral at or below this is closed at once; 0 where the deployment has no such rule. */
  readonly dustUsd: number;
  /** Share of this venue's debt that was read. */
  readonly coverageFrac: number;
}

export interface ReserveView {
  readonly venue: number;
  readonly asset: number;
  /** USD per whole unit, by the venue's oracle. */
  readonly priceUsd: number;
  /** Market price over venue price, less 1; 0 where no pool prices the asset. */
  readonly gapFrac: number;
  readonly ltvFrac: number;
  readonly liquidationThresholdFrac: number;
  readonly bonusFrac: number;
  /** New loans against it are possible today. */
  readonly open: boolean;
  readonly suppliedUsd: number;
}

/** Something that the numbers do not show by themselves. */
export interface StateFlag {
  readonly kind: "no-market" | "circular-claim" | "numeraire" | "venue-excluded" | "pool-unused" | "price-missing";
  readonly id: string;
  readonly reason: string;
}
