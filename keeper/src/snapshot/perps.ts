import type { Address } from "../units.js";

/** Protocols whose perpetual venues a snapshot can hold. */
export const PERP_KINDS = ["perpetual-v2", "synthetix-perps-v2"] as const;

export type PerpKind = (typeof PERP_KINDS)[number];

/**
 * One deployment of a perpetual protocol. Amounts of the quote currency, sizes in base units, prices and ratios are scaled by
 * 1e18, whatever the decimals of the token in which profit is paid.
 */
export interface PerpVenueState {
  /** Entry contract: the ClearingHouse of Perpetual v2, Synthetix's FuturesMarketManager. */
  readonly venue: Address;
  readonly kind: PerpKind;
  /** Token in which profits and losses are paid. */
  readonly collateralAsset: Address;
  /** USD per whole unit of it, 1e8-scaled. */
  readonly quoteUsdE8: bigint;
  /** What the insurance fund can pay; negative where it owes. Absent where losses fall on those who back the currency. */
  readonly insuranceFundWad?: bigint;
  /** Ascending by market. */
  readonly markets: readonly PerpMarketState[];
  /** Accounts with a position, ascending by (market, address). */
  readonly accounts: readonly PerpAccountState[];
}

export interface PerpMarketState {
  /** Contract by which the market is known: a base token, a market's proxy. */
  readonly market: Address;
  /** As the market calls what it follows. */
  readonly symbol: string;
  /** The asset that it follows, as the configuration says. Absent where that says nothing: the model leaves its positions out. */
  readonly asset?: Address;
  /** Whether it trades; a market that is being settled has its last price. */
  readonly open: boolean;
  readonly indexPriceWad: bigint;
  /** Where the venue values positions. */
  readonly markPriceWad: bigint;
  /** Margin to open a position, as a share of its value. */
  readonly initialMarginWad: bigint;
  /** Margin that grows with value; what an account must hold in all is its `requirementWad`. */
  readonly maintenanceMarginWad: bigint;
  /** What a liquidated position loses beside, as a share of its value. */
  readonly liquidationPenaltyWad: bigint;
  /** Funding a day as a share of value; longs pay where it is above 0. */
  readonly fundingRateWad: bigint;
  /** Open interest of either side, base units: as the protocol sums it, or the sum of the accounts where it keeps none. */
  readonly longWad: bigint;
  readonly shortWad: bigint;
}

export interface PerpAccountState {
  /** The only market that this margin stands behind. Absent where an account has one margin for all its positions. */
  readonly market?: Address;
  readonly account: Address;
  /**
   * Margin as the venue values it, before what positions win, lose and owe. The account's value is this, and for each position
   * `size * mark / 1e18 + openNotional - funding`, each rounded toward zero.
   */
  readonly collateralWad: bigint;
  /** The account may be liquidated where its value is below this. */
  readonly requirementWad: bigint;
  /** Ascending by market index. */
  readonly positions: readonly PerpPosition[];
}

/** Index into the venue's markets; size, negative for a short; what it cost, negative for a long; funding that it owes. */
export type PerpPosition = readonly [market: number, sizeWad: bigint, openNotionalWad: bigint, fundingWad: bigint];
