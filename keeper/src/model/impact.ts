import type { DepthCurve } from "../graph/depth-curve.js";
import { exp, ln } from "./elementary.js";

/** Purchases may take at most this share of a constant-product reserve: beyond it the price has a pole. */
const CPMM_BUY_CAP = 0.99;

/**
 * Marginal price after net sales of `soldUsd` (negative: purchases), as a multiple of the price before. For marking.
 *
 * **Units.** `soldUsd` values the units sold at the price before the sale. **Source.** MODEL 5.4; `cs` is Cont and
 * Schaanning 2017, eq. 8.
 */
export function marginalFactor(curve: DepthCurve, soldUsd: number): number {
  switch (curve.kind) {
    case "inf":
      return 1;
    case "none":
      return soldUsd > 0 ? 0 : 1;
    case "linear":
      return Math.max(0, 1 - soldUsd / curve.deltaUsd);
    case "exp":
      return exp(-soldUsd / curve.deltaUsd);
    case "cs": {
      const room = 1 - curve.floorFrac;
      return 1 - room * (1 - exp(-soldUsd / (room * curve.depthUsd)));
    }
    case "sqrt": {
      const move = curve.y * curve.sigma * Math.sqrt(Math.abs(soldUsd) / curve.volumeUsd);
      return Math.max(0, soldUsd < 0 ? 1 + move : 1 - move);
    }
    case "cpmm": {
      const left = cpmmLeft(curve.reserveUsd, soldUsd);
      return left * left;
    }
    case "table":
      return 1 - tableDrop(curve.drop, curve.usd, soldUsd);
  }
}

/**
 * Average price that net sales of `soldUsd` fetch, as a multiple of the price before. For proceeds.
 *
 * Closed forms where there is one; the mean of the marginal price over a table's linear pieces.
 */
export function averageFactor(curve: DepthCurve, soldUsd: number): number {
  if (soldUsd === 0) return 1;
  switch (curve.kind) {
    case "inf":
      return 1;
    case "none":
      return marginalFactor(curve, soldUsd);
    case "linear":
      return linearAverage(curve.deltaUsd, soldUsd);
    case "exp":
      return (1 - exp(-soldUsd / curve.deltaUsd)) * (curve.deltaUsd / soldUsd);
    case "cs": {
      const scale = (1 - curve.floorFrac) * curve.depthUsd;
      return curve.floorFrac + (1 - curve.floorFrac) * (1 - exp(-soldUsd / scale)) * (scale / soldUsd);
    }
    case "sqrt":
      return sqrtAverage(curve, soldUsd);
    case "cpmm":
      return cpmmLeft(curve.reserveUsd, soldUsd);
    case "table":
      return 1 - meanDrop(curve.drop, curve.usd, soldUsd);
  }
}

/** USD of sales that move the marginal price down by `drop` in [0,1): the inverse of {@link marginalFactor}. */
export function depthUsdAt(curve: DepthCurve, drop: number): number {
  switch (curve.kind) {
    case "inf":
      return Infinity;
    case "none":
      return 0;
    case "linear":
      return curve.deltaUsd * drop;
    case "exp":
      return -curve.deltaUsd * ln(1 - drop);
    case "cs": {
      const room = 1 - curve.floorFrac;
      return drop < room ? -room * curve.depthUsd * ln(1 - drop / room) : Infinity;
    }
    case "sqrt": {
      const root = drop / (curve.y * curve.sigma);
      return curve.volumeUsd * root * root;
    }
    case "cpmm":
      return curve.reserveUsd * (1 / Math.sqrt(1 - drop) - 1);
    case "table":
      return tableUsd(curve.drop, curve.usd, drop);
  }
}

/** Drop of a table after cumulative sales `usd`; the far side of a gap without liquidity, the last knot past the end. */
export function tableDrop(drops: Float64Array, usds: Float64Array, usd: number): number {
  const last = usds.length - 1;
  if (usd >= usds[last]!) return drops[last]!;
  if (usd < usds[0]!) return drops[0]!;
  const below = lastAtOrBelow(usds, usd);
  const span = usds[below + 1]! - usds[below]!;
  return drops[below]! + ((usd - usds[below]!) / span) * (drops[below + 1]! - drops[below]!);
}

/** Cumulative sales of a table that lead to `drop`; constant beyond the ends. */
export function tableUsd(drops: Float64Array, usds: Float64Array, drop: number): number {
  const last = drops.length - 1;
  if (drop >= drops[last]!) return usds[last]!;
  if (drop < drops[0]!) return usds[0]!;
  const below = lastAtOrBelow(drops, drop);
  const share = (drop - drops[below]!) / (drops[below + 1]! - drops[below]!);
  return usds[below]! + share * (usds[below + 1]! - usds[below]!);
}

/** Index of the last entry <= value in an ascending array whose last entry is above it. */
function lastAtOrBelow(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}

function cpmmLeft(reserveUsd: number, soldUsd: number): number {
  return reserveUsd / (reserveUsd + Math.max(soldUsd, -CPMM_BUY_CAP * reserveUsd));
}

function linearAverage(deltaUsd: number, soldUsd: number): number {
  return soldUsd <= deltaUsd ? 1 - soldUsd / (2 * deltaUsd) : deltaUsd / (2 * soldUsd);
}

function sqrtAverage(curve: Extract<DepthCurve, { kind: "sqrt" }>, soldUsd: number): number {
  const scale = curve.y * curve.sigma;
  const move = scale * Math.sqrt(Math.abs(soldUsd) / curve.volumeUsd);
  if (soldUsd < 0) return 1 + (2 / 3) * move;
  if (move <= 1) return 1 - (2 / 3) * move;
  const exhausted = curve.volumeUsd / (scale * scale);
  return exhausted / (3 * soldUsd);
}

/** Mean of the drop over [0, usd]: trapezoids between knots, the end knot's drop beyond the table. */
function meanDrop(drops: Float64Array, usds: Float64Array, usd: number): number {
  const from = Math.min(0, usd);
  const to = Math.max(0, usd);
  let area = 0;
  for (let m = 0; m + 1 < usds.length; m++) {
    const a = Math.max(from, usds[m]!);
    const b = Math.min(to, usds[m + 1]!);
    if (b <= a) continue;
    const slope = (drops[m + 1]! - drops[m]!) / (usds[m + 1]! - usds[m]!);
    area += (b - a) * (drops[m]! + slope * ((a + b) / 2 - usds[m]!));
  }
  area += Math.max(0, to - usds[usds.length - 1]!) * drops[usds.length - 1]!;
  area += Math.max(0, usds[0]! - from) * drops[0]!;
  return area / (to - from);
}
