import { adjoint } from "./sensitivity/amplification.js";

/** What a drop costs once the cascade has answered. */
export interface TotalDelta {
  /** `Float64Array[K]` USD lost per unit drop of each asset: `(I-J')^-1 direct`. */
  readonly usd: Float64Array;
  /**
   * `Float64Array[K]`: how much more must be hedged than is held, `total / direct`. At least 1 where nothing is held
   * short; Infinity where only the cascade brings an exposure; 1 where there is none.
   */
  readonly upliftX: Float64Array;
}

/**
 * Total delta of a book or of one holder's part of it.
 *
 * **Shapes.** `direct[K]` USD: lost per unit drop before the cascade. `inverse[K*K]`: `(I-J)^-1` of the whole system, see
 * `Amplification`; where that is null the system is supercritical, and there is no delta to hedge.
 *
 * **Source.** MODEL 6.3, 7.2; T10.
 */
export function totalDelta(direct: Float64Array, inverse: Float64Array): TotalDelta {
  const usd = adjoint(inverse, direct);
  return { usd, upliftX: usd.map((total, k) => (total === 0 && direct[k] === 0 ? 1 : total / direct[k]!)) };
}

/** Something to hedge with: a short perpetual, a put, a reserve of the debt asset. */
export interface HedgeInstrument {
  /** `Float64Array[K]`: USD lost per unit drop of each asset, per USD of notional. A short perpetual has -1. */
  readonly exposure: Float64Array;
  /** Cost of holding it to the horizon, a share of the notional: fees, funding, premium. At least 0. */
  readonly costFrac: number;
  /** Chance that it is taken away in the crash it is held for: auto-deleveraged, paused, not paid. In [0,1). */
  readonly lossProbability: number;
  /** The most that can be held: open interest, depth, a mandate. Infinity where nothing limits it. */
  readonly maxUsd: number;
}

/** A hedge, and what it leaves. */
export interface Hedge {
  /** `Float64Array[m]` USD of notional, in [0, maxUsd]. */
  readonly notionalUsd: Float64Array;
  readonly costUsd: number;
  /** `Float64Array[K]` USD: expected delta that is left. */
  readonly residualUsd: Float64Array;
  /** Root of the expected square of what is left, instruments that fail included. */
  readonly residualNormUsd: number;
  readonly sweeps: number;
  readonly converged: boolean;
}

const MAX_SWEEPS = 10_000;
/** Relative change of every notional below which the descent has ended. */
const SETTLED = 1e-12;

/**
 * Hedge `delta[K]`: minimise over `0 <= x <= max`
 *
 *     E || delta + sum_j B_j h_j x_j ||^2 / (2 toleratedUsd) + sum_j cost_j x_j
 *
 * where B_j is 1 unless instrument j is taken away, independently. The expectation is exact: it weighs what the hedge
 * does by (1-pi) and adds a ridge `pi (1-pi) ||h_j||^2` on each instrument, so unreliable ones are held less and spread
 * out, without a penalty of our choosing. A cost in proportion to the notional leaves small positions at exactly 0, as a
 * squared one would not. `toleratedUsd` is the exposure that is not worth hedging at a cost of 1: one sure instrument on
 * one asset leaves `cost * toleratedUsd`.
 *
 * The objective is convex and separable but for a quadratic, so cyclic coordinate descent ends in a minimum (Tseng 2001).
 *
 * **Throws** `RangeError` for an instrument whose numbers are out of range. **Source.** MODEL 7.2.
 */
export function hedge(delta: Float64Array, instruments: readonly HedgeInstrument[], toleratedUsd: number): Hedge {
  instruments.forEach(checkInstrument);
  const usd = new Float64Array(instruments.length);
  const expected = Float64Array.from(delta);
  let sweeps = 0;
  let converged = false;
  while (!converged && sweeps < MAX_SWEEPS) {
    sweeps++;
    converged = true;
    instruments.forEach((instrument, j) => {
      const next = bestNotional(instrument, expected, usd[j]!, toleratedUsd);
      if (Math.abs(next - usd[j]!) > SETTLED * Math.max(next, usd[j]!)) converged = false;
      const added = (1 - instrument.lossProbability) * (next - usd[j]!);
      for (let k = 0; k < delta.length; k++) expected[k] = expected[k]! + instrument.exposure[k]! * added;
      usd[j] = next;
    });
  }
  const spread = instruments.map((instrument, j) => ridge(instrument) * usd[j]! * usd[j]!);
  return {
    notionalUsd: usd,
    costUsd: instruments.reduce((sum, { costFrac }, j) => sum + costFrac * usd[j]!, 0),
    residualUsd: expected,
    residualNormUsd: Math.sqrt(spread.reduce((sum, square) => sum + square, dot(expected, expected))),
    sweeps,
    converged,
  };
}

/** Minimum along one instrument, the others as they are; `expected[K]` includes its present notional `usd`. */
function bestNotional(instrument: HedgeInstrument, expected: Float64Array, usd: number, toleratedUsd: number): number {
  const { exposure, costFrac, lossProbability, maxUsd } = instrument;
  const kept = 1 - lossProbability;
  const own = kept * kept * dot(exposure, exposure);
  const curvature = own + ridge(instrument);
  if (curvature === 0) return 0;
  const pull = own * usd - kept * dot(exposure, expected) - costFrac * toleratedUsd;
  return Math.max(0, Math.min(maxUsd, pull / curvature));
}

/** Variance that the chance of losing the instrument adds, per squared USD of notional. */
function ridge({ exposure, lossProbability }: HedgeInstrument): number {
  return lossProbability * (1 - lossProbability) * dot(exposure, exposure);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function checkInstrument({ costFrac, lossProbability, maxUsd }: HedgeInstrument, j: number): void {
  if (costFrac >= 0 && lossProbability >= 0 && lossProbability < 1 && maxUsd >= 0) return;
  throw new RangeError(
    `instrument ${j}: saw cost ${costFrac}, loss probability ${lossProbability}, limit ${maxUsd}; expected a cost >= 0, a probability in [0,1) and a limit >= 0`,
  );
}
