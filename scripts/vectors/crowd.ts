import { runSmall, oneAccount } from "../../test/keeper/model/run-small.js";
import type { SmallSystem } from "../../test/keeper/model/small-system.js";

const ACCOUNTS = 20_000;

/** Accounts with a density of thresholds, and a market with linear impact: MODEL 10, T1-T3. */
export interface Crowd {
  /** Units sold by accounts whose threshold lies within a drop x. */
  readonly sold: (x: number) => number;
  /** Impact of one unit, from the shocked price. */
  readonly lambda: number;
  /** Thresholds fill (0, range). */
  readonly range: number;
}

/**
 * Final drop of the price after the drop `d0`, by the engine. Each account sells everything at its threshold (its bonus is
 * above what the limit leaves), so that units are what the closed form counts.
 */
export function finalDrop({ sold, lambda, range }: Crowd, d0: number): number {
  const lt = 0.99;
  const edge = (i: number) => (i * range) / ACCOUNTS;
  const units = Array.from({ length: ACCOUNTS }, (_, i) => sold(edge(i + 1)) - sold(edge(i)));
  const everybody: SmallSystem = {
    ...oneAccount({ collateral: 1, debt: 0, lt, bonus: 0.05 }),
    curves: [{ kind: "inf" }, { kind: "linear", deltaUsd: ((1 - d0) * (1 - d0)) / lambda }],
    collateral: units.map((u) => [0, u]),
    debt: units.map((u, i) => [lt * u * (1 - edge(i + 0.5)), 0]),
    venue: units.map(() => 0),
    closeFactor: [1],
  };
  const { run } = runSmall(everybody, [0, d0]);
  return run.converged ? 1 - run.prices.price[1]! : NaN;
}

/** What an account more or less does to the final drop, amplified like any other drop. */
export function gridError({ range }: Crowd, multiplier: number): number {
  return (multiplier * range) / ACCOUNTS;
}
