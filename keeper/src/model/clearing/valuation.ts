import { ln } from "../elementary.js";
import { normalCdf } from "./error-function.js";
import { multiplyInto, type SparseMatrix } from "./sparse.js";

/**
 * How much a claim on a bank is worth, as a share of its face, given the bank's equity. All rise with equity.
 *
 * **Shapes.** Arrays hold one value for each bank.
 */
export type Valuation =
  /** What the bank can pay, all liabilities of rank: `min(1, max(0, (E + L) / L))`. */
  | { readonly kind: "eisenbergNoe"; readonly liabilitiesUsd: Float64Array }
  /** The share of its equity that is left: `min(1, max(0, E / E0))`. Supercritical systems end at the cap. */
  | { readonly kind: "linearDebtRank"; readonly equityBeforeUsd: Float64Array }
  /** `1 - (1 - R) q`: q, the probability that external assets, a geometric Brownian motion, use up the equity by t = 1. */
  | {
      readonly kind: "blackCox";
      readonly externalUsd: Float64Array;
      /** Volatility of external assets over the horizon. */
      readonly volatility: Float64Array;
      readonly recoveryFrac: Float64Array;
    };

/**
 * Banks that hold claims on each other.
 *
 * **Shapes.** `claims`: row i holds the face of its claims on the column. `ownUsd[n]`: external assets less all
 * liabilities, what a bank has if its claims are worth nothing.
 */
export interface Banks {
  readonly claims: SparseMatrix;
  readonly ownUsd: Float64Array;
  readonly valuation: Valuation;
}

/** When to stop. */
export interface Stop {
  readonly maxRounds: number;
  /** Largest change of an equity that counts as none, as a share of the largest equity. */
  readonly tolerance: number;
}

/** To rounding. */
export const TO_ROUNDING: Stop = { maxRounds: 100_000, tolerance: 1e-15 };

/** Equities: scratch and result of {@link valueEquities}. */
export interface Equities {
  readonly equityUsd: Float64Array;
  /** Worth of a claim on each bank, as a share of its face. */
  readonly valueFrac: Float64Array;
  readonly claimsUsd: Float64Array;
  rounds: number;
  converged: boolean;
  /** Largest change in the last round, as a share of the largest equity. */
  residual: number;
}

/** Allocate the scratch of a system of `size` banks. */
export function createEquities(size: number): Equities {
  const array = () => new Float64Array(size);
  return { equityUsd: array(), valueFrac: array(), claimsUsd: array(), rounds: 0, converged: false, residual: 0 };
}

/**
 * Iterate `E_i = own_i + sum_j A_ij V_j(E_j)` from `start`: to the greatest fixed point from above it (claims at face),
 * to the least from below it (claims at nothing).
 *
 * **Source.** NEVA: Barucca et al. 2020, equations 3 to 6; linear DebtRank: Bardoscia et al. 2015; MODEL 13.
 */
export function valueEquities(banks: Banks, start: Float64Array, stop: Stop, run: Equities): void {
  run.equityUsd.set(start);
  run.rounds = 0;
  run.residual = Infinity;
  while (run.residual > stop.tolerance && run.rounds < stop.maxRounds) {
    run.rounds++;
    valueClaims(banks.valuation, run);
    multiplyInto(run.claimsUsd, banks.claims, run.valueFrac);
    run.residual = takeOver(banks.ownUsd, run);
  }
  run.converged = run.residual <= stop.tolerance;
}

/** Set the equities that the claims' values imply; returns the largest change as a share of the largest equity. */
function takeOver(ownUsd: Float64Array, { equityUsd, claimsUsd }: Equities): number {
  let change = 0;
  let largest = 0;
  for (let i = 0; i < ownUsd.length; i++) {
    const equity = ownUsd[i]! + claimsUsd[i]!;
    change = Math.max(change, Math.abs(equity - equityUsd[i]!));
    largest = Math.max(largest, Math.abs(equity));
    equityUsd[i] = equity;
  }
  return change === 0 ? 0 : change / largest;
}

function valueClaims(valuation: Valuation, { equityUsd, valueFrac }: Equities): void {
  switch (valuation.kind) {
    case "eisenbergNoe":
      for (let i = 0; i < equityUsd.length; i++) valueFrac[i] = paidShare(equityUsd[i]!, valuation.liabilitiesUsd[i]!);
      return;
    case "linearDebtRank":
      for (let i = 0; i < equityUsd.length; i++) valueFrac[i] = leftShare(equityUsd[i]!, valuation.equityBeforeUsd[i]!);
      return;
    case "blackCox":
      for (let i = 0; i < equityUsd.length; i++) {
        const odds = blackCoxDefaultOdds(equityUsd[i]!, valuation.externalUsd[i]!, valuation.volatility[i]!);
        valueFrac[i] = 1 - (1 - valuation.recoveryFrac[i]!) * odds;
      }
  }
}

function paidShare(equityUsd: number, liabilitiesUsd: number): number {
  return equityUsd >= 0 ? 1 : Math.max(0, (equityUsd + liabilitiesUsd) / liabilitiesUsd);
}

function leftShare(equityUsd: number, beforeUsd: number): number {
  if (!(equityUsd > 0)) return 0;
  return equityUsd < beforeUsd ? equityUsd / beforeUsd : 1;
}

/**
 * Probability that external assets `externalUsd`, a driftless geometric Brownian motion, fall by `equityUsd` at any time
 * before t = 1.
 *
 * **Source.** Black and Cox 1976; Bardoscia et al. 2017, as in NEVA's `blackcox_pd`.
 */
function blackCoxDefaultOdds(equityUsd: number, externalUsd: number, volatility: number): number {
  if (equityUsd <= 0) return 1;
  if (equityUsd >= externalUsd) return 0;
  const barrier = 1 - equityUsd / externalUsd;
  const distance = ln(barrier) / volatility;
  return normalCdf(distance + volatility / 2) + normalCdf(distance - volatility / 2) / barrier;
}

/** What each bank pays its peers where they rank behind external creditors: `min(L, max(0, E + L))`. */
export function juniorPaymentsUsd(equityUsd: Float64Array, interbankUsd: Float64Array): Float64Array {
  return interbankUsd.map((owed, i) => Math.min(owed, Math.max(0, equityUsd[i]! + owed)));
}
