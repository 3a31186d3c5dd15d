/**
 * How the price of one asset answers to net sales. `usd` is the value of the units sold at the price before the sale.
 *
 * - `inf`: never moves (the numeraire). `none`: no market; worth 0 to a liquidator.
 * - `linear`, `exp`, `cs`, `sqrt`, `cpmm`: the families of MODEL 5.4.
 * - `table`: pools read from the chain. `drop[m]` ascending in (-inf, 1), `usd[m]` non-decreasing, both through (0, 0);
 *   negative entries are purchases. Linear between knots, constant beyond them.
 */
export type DepthCurve =
  | { readonly kind: "inf" }
  | { readonly kind: "none" }
  | { readonly kind: "linear"; readonly deltaUsd: number }
  | { readonly kind: "exp"; readonly deltaUsd: number }
  | { readonly kind: "cs"; readonly floorFrac: number; readonly depthUsd: number }
  | { readonly kind: "sqrt"; readonly y: number; readonly sigma: number; readonly volumeUsd: number }
  | { readonly kind: "cpmm"; readonly reserveUsd: number }
  | { readonly kind: "table"; readonly drop: Float64Array; readonly usd: Float64Array };

/** Knots on the selling side, zero included. */
export const KNOTS = 64;
const LAST = KNOTS - 1;
/** Beyond this drop there is nobody left: the curve stays there. */
const MAX_DROP = 0.999;
/** The largest rise that purchases are tabulated to: four times the price. */
const MAX_RISE = 3;

/** One pool's answer: signed units of the base asset that bring it to `price`, in the same unit as the caller's. */
export type UnitsSoldTo = (price: number) => number;

/**
 * Sum several pools at equal marginal price and tabulate: 64 knots of drop, quadratically spaced, and as many rises.
 *
 * `price` is where the pools stand together, see {@link commonPrice}; `usdPerUnit` values a unit there.
 */
export function tabulate(pools: readonly UnitsSoldTo[], price: number, usdPerUnit: number): DepthCurve {
  const drop = new Float64Array(2 * LAST + 1);
  const usd = new Float64Array(2 * LAST + 1);
  for (let m = 1; m < KNOTS; m++) {
    const step = (m / LAST) * (m / LAST);
    drop[LAST + m] = MAX_DROP * step;
    drop[LAST - m] = -MAX_RISE * step;
  }
  const atStart = soldTogether(pools, price);
  for (let m = 0; m < drop.length; m++) {
    usd[m] = m === LAST ? 0 : (soldTogether(pools, price * (1 - drop[m]!)) - atStart) * usdPerUnit;
  }
  makeMonotone(usd);
  return { kind: "table", drop, usd };
}

/**
 * The price at which nothing is left to arbitrage between pools: sales into the dear ones equal purchases from the
 * cheap ones. `mids` are the pools' own prices. Bisection with a fixed number of halvings.
 */
export function commonPrice(pools: readonly UnitsSoldTo[], mids: readonly number[]): number {
  let low = Math.min(...mids);
  let high = Math.max(...mids);
  for (let i = 0; i < 64 && low < high; i++) {
    const middle = low + (high - low) / 2;
    if (soldTogether(pools, middle) > 0) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}

function soldTogether(pools: readonly UnitsSoldTo[], price: number): number {
  let units = 0;
  for (const pool of pools) units += pool(price);
  return units;
}

/** Rounding may break ties by an ulp: carry the running maximum outwards from zero. */
function makeMonotone(usd: Float64Array): void {
  for (let m = LAST + 1; m < usd.length; m++) usd[m] = Math.max(usd[m]!, usd[m - 1]!);
  for (let m = LAST - 1; m >= 0; m--) usd[m] = Math.min(usd[m]!, usd[m + 1]!);
}
