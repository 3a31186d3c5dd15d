import type { Shock } from "../../../keeper/src/model/price-state.js";
import { oneAccount } from "./run-small.js";
import type { SmallSystem } from "./small-system.js";

/**
 * The crowd of T1-T3: `sold(x)` units of asset 1 are sold by accounts whose threshold lies within a drop x of its price,
 * which is 1. Each sells everything at its threshold (bonus above what the limit leaves), so that units are what the
 * closed form counts. Thresholds fill (0, range). Under {@link crowdShock} a unit sold lowers the price by `lambda`.
 */
export function crowd(sold: (x: number) => number, lambda: number, range: number, accounts: number): SmallSystem {
  const lt = 0.99;
  const thresholds = Array.from({ length: accounts }, (_, i) => ((i + 0.5) * range) / accounts);
  const units = thresholds.map((_, i) => sold(((i + 1) * range) / accounts) - sold((i * range) / accounts));
  return {
    ...oneAccount({ collateral: 1, debt: 0, lt, bonus: 0.05 }),
    curves: [{ kind: "inf" }, { kind: "linear", deltaUsd: 1 / lambda }],
    collateral: units.map((u) => [0, u]),
    debt: units.map((u, i) => [lt * u * (1 - thresholds[i]!), 0]),
    venue: units.map(() => 0),
    closeFactor: [1],
  };
}

/** A drop of asset 1. Impact is a share of the shocked price and of USD at it: depth follows, so that units count. */
export function crowdShock(drop: number): Shock {
  return { dropFrac: Float64Array.of(0, drop), depthFactor: Float64Array.of(1, (1 - drop) * (1 - drop)) };
}

/** T3: density `g0 + g1 x`. The final drop after an outside drop d0, and where it stops to exist. MODEL 10. */
export const RISING = {
  lambda: 0.02,
  foldDrop: 0.030625,
  sold: (x: number) => 15 * x + 200 * x * x,
  finalDrop: (d0: number) => (d0 > 0.030625 ? 1 : (0.7 - Math.sqrt(0.49 - 16 * d0)) / 8),
  radius: (d0: number) => (d0 > 0.030625 ? Infinity : 1 - Math.sqrt(0.49 - 16 * d0)),
} as const;
