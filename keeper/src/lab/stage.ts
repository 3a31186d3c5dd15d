import type { PriceDriver } from "../books/book.js";
import type { Address } from "../units.js";
import type { AccountOrder } from "./world/raised-prices.js";
import type { WorldSpec } from "./world/spec.js";

/** What a run is played on: which world, whose positions, and what of it is not in the world's own specification. */
export interface Stage {
  readonly spec: WorldSpec;
  readonly accounts: readonly AccountOrder[];
  /** Whole units of `of` behind one unit of `symbol`. */
  readonly lookThrough: readonly { readonly symbol: string; readonly of: string; readonly units: string }[];
  /** Which recorded price each asset moves with, by symbol. */
  readonly follows: Readonly<Record<string, PriceDriver>>;
  /** Health factors that the source of the positions states, by account: read back before the first price moves. */
  readonly healthFactors: ReadonlyMap<Address, number>;
  /** Lines for people: what was loaded, what was left over and where it went. */
  readonly notes: readonly string[];
}
