import type { PoolState } from "../snapshot/pool-state.js";
import { fromUnits, toUnitsDown } from "../units.js";
import type { PairCurve } from "./pair-curve.js";
import { type Pair, curveOfPool, quotePool } from "./pool-quote.js";

const HALVINGS = 100;
/** Nobody sells below this part of the best price. */
const LOWEST = 1e-6;

/** What one pool takes of a sale, and gives for it, raw units. */
export interface SalePart {
  readonly pool: PoolState;
  readonly amountIn: bigint;
  readonly amountOut: bigint;
}

/** A sale split over pools. */
export interface SplitSale {
  /** In the order of the pools; those that take nothing are left out. */
  readonly parts: readonly SalePart[];
  readonly amountOut: bigint;
  /** Raw units of the base that no pool takes. */
  readonly unsold: bigint;
}

/**
 * Sell `amountIn` raw units of the base where it brings most: split so that all pools that take part give the same for the
 * next unit, fee off, and those that do not take part give less for the first. What each gives is its exact quote.
 *
 * **Throws** `RangeError` where a pool has not both tokens.
 */
export function splitSale(pools: readonly PoolState[], pair: Pair, amountIn: bigint): SplitSale {
  const open = pools.flatMap((pool) => {
    const curve = curveOfPool(pool, pair);
    return curve === undefined ? [] : [{ pool, curve }];
  });
  const best = open.reduce((most, { curve }) => Math.max(most, curve.price * (1 - curve.feeFrac)), 0);
  const wanted = fromUnits(amountIn, 0);
  const sold = (net: number): number => open.reduce((sum, { curve }) => sum + soldAt(curve, net), 0);
  let [low, high] = [best * LOWEST, best];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = low + (high - low) / 2;
    if (sold(middle) > wanted) low = middle;
    else high = middle;
  }
  const amounts = open.map(({ curve }) => toUnitsDown(soldAt(curve, high), 0));
  shareRest(amounts, amountIn, low > best * LOWEST);
  const parts = open.flatMap(({ pool }, k): SalePart[] => {
    const amount = amounts[k]!;
    return amount === 0n ? [] : [{ pool, amountIn: amount, amountOut: quotePool(pool, pair, amount) }];
  });
  const taken = parts.reduce((sum, part) => sum + part.amountIn, 0n);
  return { parts, amountOut: parts.reduce((sum, part) => sum + part.amountOut, 0n), unsold: amountIn - taken };
}

/** Raw units that a pool takes until the next one brings `net`, fee off. */
function soldAt(curve: PairCurve, net: number): number {
  const ratio = net / (1 - curve.feeFrac) / curve.price;
  return ratio < 1 ? curve.soldTo(ratio) : 0;
}

/** What float64 and rounding left over, or put in too much, goes to the pool that takes most; unless none takes more. */
function shareRest(amounts: bigint[], amountIn: bigint, isEnough: boolean): void {
  const rest = amountIn - amounts.reduce((sum, amount) => sum + amount, 0n);
  const most = amounts.reduce((at, amount, k) => (amount > amounts[at]! ? k : at), 0);
  if (amounts.length > 0 && (isEnough || rest < 0n)) amounts[most] = amounts[most]! + rest;
}
