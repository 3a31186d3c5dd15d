import { exp, ln } from "../../keeper/src/model/elementary.js";
import { unpaidAfter } from "./leveraged-loop.js";

/** A position under water whose price is pressed by a sale and recovers: MODEL 7.3, T9. */
export interface WaitingPosition {
  readonly C: number;
  readonly D: number;
  readonly bonus: number;
  readonly p_fund: number;
  readonly temp_impact0: number;
  readonly tau_r_min: number;
  readonly sigma_per_sqrt_min: number;
}

/** Standard deviations beyond which nothing is left of the expectation. */
const REACH = 9;
/** Steps of Simpson's rule: even. */
const STEPS = 400;
const SQRT_2_PI = 2.5066282746310002;

/** The price to expect after `minutes`, and the mean of what the engine leaves unpaid around it. */
export function expectedUnpaid(position: WaitingPosition, minutes: number): { forward: number; unpaid: number } {
  const { C: collateral, D: debt, bonus } = position;
  const forward = position.p_fund * (1 - position.temp_impact0 * exp(-minutes / position.tau_r_min));
  const spread = position.sigma_per_sqrt_min * Math.sqrt(minutes);
  const unpaidAt = (z: number) =>
    unpaidAfter({ collateral, debt, lt: 0.5, bonus }, 1 - forward * exp(spread * z - (spread * spread) / 2)).all;
  if (spread === 0) return { forward, unpaid: unpaidAt(0) };
  // Nothing is lost above the price at which the collateral just pays: the integral ends at that kink.
  const kink = (ln((debt * (1 + bonus)) / collateral / forward) + (spread * spread) / 2) / spread;
  const unpaid = integral((z) => (unpaidAt(z) * exp((-z * z) / 2)) / SQRT_2_PI, -REACH, Math.min(REACH, kink));
  return { forward, unpaid };
}

/** Simpson's rule; 0 for an empty interval. */
function integral(f: (z: number) => number, from: number, to: number): number {
  if (to <= from) return 0;
  const step = (to - from) / STEPS;
  let sum = f(from) + f(to);
  for (let i = 1; i < STEPS; i++) sum += (i % 2 === 1 ? 4 : 2) * f(from + i * step);
  return (sum * step) / 3;
}
