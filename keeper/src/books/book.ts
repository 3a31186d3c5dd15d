import { type Address, type Bps, intToBig } from "../units.js";

/** A book: the positions of real or invented borrowers, in a form that can be opened on a lending protocol. */
export interface Book {
  readonly name: string;
  /** What prices are in: USD with 8 decimals, or ETH with 18. */
  readonly base: BaseCurrency;
  /** USD per ETH at the book's prices, a decimal string. Present where the base is ETH. */
  readonly ethUsd?: string;
  /** Where the positions come from, in one line. */
  readonly source: string;
  /** Name of the price path that the book is meant to be replayed with. */
  readonly path?: string;
  /** Ascending by symbol. */
  readonly assets: readonly BookAsset[];
  /** In the order of the file. */
  readonly accounts: readonly BookAccount[];
  /** What the source did not name, or named differently, and where it went. Empty for a book file. */
  readonly remainders: readonly Remainder[];
}

export type BaseCurrency = "USD" | "ETH";

/** Decimals of a price in each base currency. */
export const BASE_DECIMALS: Readonly<Record<BaseCurrency, number>> = { USD: 8, ETH: 18 };

/** Which recorded price an asset moves with in a replay. */
export type PriceDriver = "USD" | "ETH" | "stETH";

export interface BookAsset {
  readonly symbol: string;
  readonly decimals: number;
  /** Base currency per whole unit: a decimal string with at most the base's decimals. */
  readonly price: string;
  readonly ltvBps: Bps;
  /** 0: cannot be collateral. */
  readonly liquidationThresholdBps: Bps;
  /** What a liquidator gets on top: 500 is 5 %. */
  readonly liquidationBonusBps: Bps;
  readonly follows: PriceDriver;
}

export interface BookAmount {
  readonly symbol: string;
  /** Raw units. */
  readonly units: bigint;
}

export interface BookAccount {
  /** As the source spells it. */
  readonly id: string;
  /** The id where it is an address, otherwise derived from it. */
  readonly account: Address;
  readonly collateral: readonly BookAmount[];
  readonly debt: readonly BookAmount[];
  /** As the source states it. */
  readonly healthFactor?: number;
}

/** One difference between what a source says in total and what it names. Values in base currency units. */
export interface Remainder {
  readonly id: string;
  readonly side: "collateral" | "debt";
  /**
   * `rest`: placed as the synthetic collateral. `WETH`: placed as WETH debt. `scaled`: the named amounts exceeded the
   * total by a rounding and were scaled down to it. `not-collateral`: named as supplied, but not part of the total.
   * `accrued`: interest since the debt was last touched, placed on it. `legacy`: placed in the market that replaced its
   * own. `negative`: the source has less than nothing of something; the account is left out. `unbacked`: debt without
   * collateral; the account is left out.
   */
  readonly handling: "rest" | "WETH" | "scaled" | "not-collateral" | "accrued" | "legacy" | "negative" | "unbacked";
  /** The source's total less what it names; negative where it names more. */
  readonly fileValue: bigint;
  /** What was added to the position; negative where it was taken away. */
  readonly placedValue: bigint;
}

/** Value of an amount in base currency units, rounded down as the protocol does. */
export function valueOf(units: bigint, price: bigint, decimals: number): bigint {
  return (units * price) / 10n ** intToBig(decimals);
}
