import type { Address } from "../units.js";

/** What a score is about. Mirrors `SubjectKind` and `SubjectIds` of the contracts. */
export type Subject =
  | { readonly kind: "system" }
  | { readonly kind: "asset"; readonly asset: Address }
  | { readonly kind: "venue"; readonly venue: Address }
  | { readonly kind: "market"; readonly venue: Address; readonly asset: Address };

/** 0 at most Watch, 1 NoNewLeverage, 2 Throttle, 3 Halt. */
export type Advice = 0 | 1 | 2 | 3;

/** Scores of one subject before quantisation. Multiples are >= 1; NaN means unknown. Shares are in [0,1]. */
export interface SubjectScore {
  readonly subject: Subject;
  readonly leverageX: number;
  readonly liquidationAtRiskFrac: number;
  readonly rehypothecationX: number;
  /** Recommended opening LTV; 0 where none is given. */
  readonly borrowLtvFrac: number;
  readonly advice: Advice;
  /** Share of the system's first-round loss. */
  readonly lossShareFrac: number;
  /** q*: USD of seized collateral an hour that the pools absorb within the bonus; 0 where none is given. */
  readonly throttleUsdPerHour: number;
  /** T*: 0 where a pause does not help. */
  readonly haltSec: number;
}

/** The model's answer for one snapshot. */
export interface Assessment {
  /** System first, then assets, venues, markets, each ascending by address. */
  readonly subjects: readonly SubjectScore[];
  /** Share of the known debt that was read. */
  readonly coverageFrac: number;
  /** A venue's price is further from its pool's than the calibration allows. */
  readonly oracleGap: boolean;
  /** Ladder step (a drop in (0,1)) at which the system's leverage is largest. */
  readonly worstStepFrac: number;
  /**
   * Largest share over the ladder of the system's first-round loss that buying debt assets back undoes, reserve by
   * reserve: by as much may the system lie below what one venue makes of its own share.
   */
  readonly reboundFrac: number;
}
