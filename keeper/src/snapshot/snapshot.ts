import type { Address, Bps, Hex } from "../units.js";
import type { PerpVenueState } from "./perps.js";
import type { PoolState } from "./pool-state.js";

/**
 * The canonical state of one block: everything the model reads, and nothing else. Integers are raw chain integers;
 * arrays are sorted as stated, so that two operators who read the same block hold the same bytes.
 */
export interface Snapshot {
  readonly schema: "bulkhead/snapshot/1";
  readonly chainId: number;
  readonly block: { readonly number: number; readonly hash: Hex; readonly timestamp: number };
  /** Ascending by address. Every asset that a venue, pool or look-through names. */
  readonly assets: readonly AssetState[];
  /** Ascending by address. */
  readonly feeds: readonly FeedState[];
  /** Ascending by address. */
  readonly venues: readonly VenueState[];
  /** Ascending by (address, id). */
  readonly pools: readonly PoolState[];
  /** Perpetual venues, ascending by address. Absent where there is none. */
  readonly perps?: readonly PerpVenueState[];
  /** Liquidations within the calibration's resilience window, ascending by (block, logIndex). */
  readonly forcedSales: readonly ForcedSale[];
  /** What could not be read, and why; counted against coverage. Ascending by (scope, id). */
  readonly exclusions: readonly Exclusion[];
}

export interface AssetState {
  readonly asset: Address;
  readonly symbol: string;
  readonly decimals: number;
  /** What one whole unit is a claim on: whole units of `asset` scaled by 1e18. Empty for a base asset. Ascending. */
  readonly lookThrough: readonly { readonly asset: Address; readonly unitsWad: bigint }[];
}

export interface FeedState {
  readonly feed: Address;
  readonly description: string;
  readonly decimals: number;
  readonly answer: bigint;
  /** Unix seconds. */
  readonly updatedAt: number;
}

/** Protocols whose venues a snapshot can hold. */
export const VENUE_KINDS = [
  "aave-v2",
  "aave-v3",
  "compound-v2",
  "compound-v3",
  "crvusd",
  "euler-v2",
  "liquity-v2",
  "maker",
  "morpho-blue",
] as const;

export type VenueKind = (typeof VENUE_KINDS)[number];

/** One deployment of a lending protocol. */
export interface VenueState {
  /** Entry contract: for Aave, the Pool. */
  readonly venue: Address;
  readonly kind: VenueKind;
  /** One unit of the venue's base currency, e.g. 1e8 (USD) or 1e18 (ETH). */
  readonly baseUnit: bigint;
  /** USD per whole unit of the base currency, 1e8-scaled; 1e8 where the base currency is USD. */
  readonly baseUsdE8: bigint;
  /** Share of the debt that one liquidation may repay while the health factor is above `fullCloseHfWad`. */
  readonly closeFactorBps: Bps;
  /** At or below this health factor everything may be repaid, 1e18-scaled. */
  readonly fullCloseHfWad: bigint;
  /** Where collateral or debt is worth no more than this, everything may be repaid, too; base units. Absent where no such rule is. */
  readonly fullCloseBase?: bigint;
  /** Ascending by (market, asset). */
  readonly reserves: readonly ReserveState[];
  /** Categories that a reserve is in, or that the venue lists, ascending by id. Absent where there is none. */
  readonly eModes?: readonly EModeState[];
  /** Accounts with debt or collateral, ascending by (market, address). */
  readonly accounts: readonly AccountState[];
  /** Debt of all accounts as the protocol's own totals say, in base currency units: the denominator of coverage. */
  readonly totalDebtBase: bigint;
}

export interface ReserveState {
  /** Where a venue keeps markets apart (Morpho Blue, Maker's ilks): the id of this one's. Absent where it has a single one. */
  readonly market?: string;
  readonly asset: Address;
  /** The price this venue uses, in base currency units per whole unit of the asset. */
  readonly priceBase: bigint;
  readonly ltvBps: Bps;
  readonly liquidationThresholdBps: Bps;
  /** What a liquidator gets on top: 500 is 5 %. */
  readonly liquidationBonusBps: Bps;
  readonly active: boolean;
  readonly frozen: boolean;
  readonly paused: boolean;
  readonly borrowingEnabled: boolean;
  /** Sum of supplied and of borrowed raw units, interest included. */
  readonly suppliedUnits: bigint;
  readonly debtUnits: bigint;
  /** Absent where the reserve is in no e-mode category. */
  readonly eMode?: number;
}

/**
 * Rules that replace a reserve's own for an account and a reserve that are both in this category: a reserve that names it, or,
 * where the category has lists, one that is among its collateral.
 */
export interface EModeState {
  readonly id: number;
  readonly ltvBps: Bps;
  readonly liquidationThresholdBps: Bps;
  readonly liquidationBonusBps: Bps;
  /** Price of every reserve of the category, in base currency units per whole unit. Absent: the reserves' own. */
  readonly priceBase?: bigint;
  /** Indices of reserves that are collateral on these terms, ascending. Absent where reserves name their one category. */
  readonly collateral?: readonly number[];
  /** Indices of reserves that accounts in the category may borrow, ascending. Absent as {@link collateral} is. */
  readonly borrowable?: readonly number[];
}

export interface AccountState {
  /** The market of this position: one owner has an account in each. Absent where the venue has a single one. */
  readonly market?: string;
  readonly account: Address;
  /** The e-mode category that the account chose. Absent where none. */
  readonly eMode?: number;
  /** Raw units, interest included, used as collateral. Ascending by reserve index; amounts above 0. */
  readonly collateral: readonly (readonly [reserve: number, units: bigint])[];
  /** Raw units owed, interest included. Ascending by reserve index; amounts above 0. */
  readonly debt: readonly (readonly [reserve: number, units: bigint])[];
}

/** One liquidation, as its event tells. */
export interface ForcedSale {
  readonly block: number;
  readonly logIndex: number;
  /** Unix seconds of that block. */
  readonly timestamp: number;
  readonly venue: Address;
  readonly account: Address;
  readonly collateralAsset: Address;
  readonly collateralUnits: bigint;
  readonly debtAsset: Address;
  readonly debtUnits: bigint;
}

export interface Exclusion {
  readonly scope: "venue" | "reserve" | "account" | "pool" | "perp-venue" | "perp-market" | "feed" | "asset";
  readonly id: string;
  readonly reason: string;
}
