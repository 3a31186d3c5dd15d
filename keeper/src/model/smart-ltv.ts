import { exp, ln } from "./elementary.js";

/** One market as SmartLTV sees it. */
export interface SmartLtvInput {
  /** Confidence level factor c: how many volatilities a liquidation must survive. */
  readonly clf: number;
  /** Volatility over the time that a liquidation takes, fraction. */
  readonly sigma: number;
  /** l: what can be sold with a slippage inside the bonus. */
  readonly liquidityUsd: number;
  /** d: the most that may have to be sold. */
  readonly capUsd: number;
  readonly bonusFrac: number;
}

/**
 * Largest loan-to-value at which a market of depth l digests positions of d: `exp(-c sigma / sqrt(l/d)) - b`, at least 0.
 *
 * **Source.** MODEL 7.1 rule 1; Risk DAO, SmartLTV.
 */
export function smartLtv({ clf, sigma, liquidityUsd, capUsd, bonusFrac }: SmartLtvInput): number {
  return Math.max(0, exp((-clf * sigma) / Math.sqrt(liquidityUsd / capUsd)) - bonusFrac);
}

/**
 * The risk level `1/c` that a market takes with a given loan-to-value: `sigma sqrt(d) / (ln(1/(LTV+b)) sqrt(l))`.
 *
 * **Source.** MODEL 7.1 rule 1; Risk DAO, `findRiskLevelFromParameters`.
 */
export function riskLevel(
  ltvFrac: number,
  { sigma, liquidityUsd, capUsd, bonusFrac }: Omit<SmartLtvInput, "clf">,
): number {
  return sigma / (-ln(ltvFrac + bonusFrac) * Math.sqrt(liquidityUsd / capUsd));
}
