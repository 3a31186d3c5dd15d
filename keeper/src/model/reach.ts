import type { Book } from "./book.js";

/**
 * How far prices may move until somebody has to be looked for again: whoever is no candidate has at least health factor
 * `hf` where collateral is worth `low[K]` and no debt more than `dearest`, as multiples of t0.
 */
export interface Reach {
  readonly low: Float64Array;
  dearest: number;
  /** 0 before anybody was looked for. */
  hf: number;
}

/** Guards bounds against the rounding of health factors. */
export const PRUNE_MARGIN = 1 + 1e-9;
/**
 * Room below the price of an asset: a share of what all have fallen on average, as the same accounts hold them, and a
 * share of what it has fallen itself. Liquidations rarely move prices further than that. Room above the dearest debt: as
 * far as it has risen. Only speed depends on these.
 */
const SHARED_ROOM = 0.3;
const OWN_ROOM = 0.22;
const DEBT_ROOM = 2;

export function createReach(assets: number): Reach {
  return { low: new Float64Array(assets), dearest: 1, hf: 0 };
}

/** Reach from `price[K]` as far as liquidations may well move it. */
export function extendReach(reach: Reach, book: Book, price: Float64Array, hf: number): void {
  let fallen = 0;
  for (let k = 0; k < price.length; k++) fallen += Math.max(0, 1 - price[k]!);
  const shared = SHARED_ROOM * (fallen / price.length);
  for (let k = 0; k < price.length; k++) {
    reach.low[k] = price[k]! * (1 - shared - OWN_ROOM * Math.max(0, 1 - price[k]!));
  }
  reach.dearest = 1 + DEBT_ROOM * (dearestDebt(book, price) - 1);
  reach.hf = hf;
}

/**
 * Whether `price[K]` and `hf` are within reach. Collateral is worth at least `min_k(price_k / low_k)` times what it is at
 * `low`, debt at most the dearest of now: the one may make up for the other.
 */
export function reaches(reach: Reach, book: Book, price: Float64Array, hf: number): boolean {
  let above = Infinity;
  for (let k = 0; k < price.length; k++) {
    if (reach.low[k]! > 0) above = Math.min(above, price[k]! / reach.low[k]!);
  }
  return above * reach.dearest * reach.hf >= dearestDebt(book, price) * hf;
}

/** The price of the dearest debt that anybody has, at least 1. */
export function dearestDebt({ isOwed }: Book, price: Float64Array): number {
  let dearest = 1;
  for (let k = 0; k < price.length; k++) {
    if (price[k]! > dearest && isOwed[k] === 1) dearest = price[k]!;
  }
  return dearest;
}
