import type { DepthCurve } from "../graph/depth-curve.js";
import type { SystemState } from "../graph/system-state.js";
import { averageFactor, marginalFactor } from "./impact.js";
import type { PriceState, Shock } from "./price-state.js";

/** Where the marginal price moves by less than this share of itself, the difference of two integrals is mostly rounding. */
const NARROW_FRAC = { smooth: 1e-3, kinked: 1e-8 } as const;

/**
 * Average price of the sales from `fromUsd` to `toUsd` on a curve, as a multiple of the price before all of them. In
 * either direction; the marginal price where nothing is sold.
 *
 * The integral of the marginal price up to v is `v averageFactor(v)`; Simpson's rule where the price hardly moves, which
 * is then exact to rounding.
 *
 * **Source.** MODEL 5.4: average for proceeds.
 */
export function averageBetween(curve: DepthCurve, fromUsd: number, toUsd: number): number {
  const first = marginalFactor(curve, fromUsd);
  const last = marginalFactor(curve, toUsd);
  const narrow = isSmooth(curve) ? NARROW_FRAC.smooth : NARROW_FRAC.kinked;
  if (Math.abs(last - first) <= narrow * Math.abs(first)) {
    return (first + 4 * marginalFactor(curve, fromUsd + (toUsd - fromUsd) / 2) + last) / 6;
  }
  return (integral(curve, toUsd, last) - integral(curve, fromUsd, first)) / (toUsd - fromUsd);
}

/** Of the marginal price from 0 to `usd`; up to where it has not moved by a bit, closed forms would divide 0 by 0. */
function integral(curve: DepthCurve, usd: number, marginal: number): number {
  return marginal === 1 ? usd : usd * averageFactor(curve, usd);
}

function isSmooth({ kind }: DepthCurve): boolean {
  return kind === "exp" || kind === "cs" || kind === "cpmm";
}

/**
 * Average factor of asset `k`'s own market while `flowUsd` more is sold on top of `soldUsd`: the price of a base asset,
 * the discount of a derived one, as multiples of t0. Negative flows are purchases.
 *
 * **Units.** USD at t0's market price, as in {@link PriceState}. The marginal price in between is the one that
 * `markPrices` marks.
 */
export function averageOwn(
  { prices, state, shock }: { readonly prices: PriceState; readonly state: SystemState; readonly shock: Shock },
  k: number,
  soldUsd: number,
  flowUsd: number,
): number {
  const exogenous = 1 - shock.dropFrac[k]!;
  const { curve } = state.assets[k]!;
  const depth = shock.depthFactor[k]!;
  const from = soldUsd / depth;
  const to = (soldUsd + flowUsd) / depth;
  if (curve.kind !== "table") return exogenous * averageBetween(curve, from * exogenous, to * exogenous);
  const start = prices.offsetUsd[k]!;
  const average = averageBetween(curve, start + from, start + to);
  return from + to < 0 ? Math.max(exogenous, average) : Math.min(exogenous, average);
}
