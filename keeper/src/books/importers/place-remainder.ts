/**
 * Fit a synthetic collateral so that Aave v3.0 computes a given health factor.
 *
 * Aave takes the average threshold of an account in whole basis points, rounded down:
 * `healthFactor = total * floor(weighted / total) / 1e4 / debt`, where `weighted` is the sum of value times threshold
 * (GenericLogic.calculateUserAccountData, PercentageMath). The synthetic collateral has one threshold L for every
 * account, while what an account really holds besides the named assets has thresholds of its own.
 */

/** Look this many basis points around the average that the fit would have without rounding. */
const SEARCH_BPS = 4n;

/** Values in base currency units. */
export interface NamedCollateral {
  readonly value: bigint;
  /** Sum of value times threshold in basis points. */
  readonly weighted: bigint;
}

export interface Fit {
  /** Value of the synthetic collateral; zero or more. */
  readonly restValue: bigint;
  /** The average threshold that Aave then computes. */
  readonly thresholdBps: bigint;
}

/**
 * Find the value R of the synthetic collateral at which `(named + R) * floor((weighted + L * R) / (named + R))` is
 * `target`, to one unit of value. Where several averages do, the one closest to `preferredBps` wins.
 *
 * **Units.** Values in base currency units; `target` is collateral value times basis points; L in basis points.
 *
 * Returns undefined where no value fits. With L below every named threshold there is a fit for any target between
 * `weighted` and the largest possible: the window of R is `(named + R) / L` wide, the step between averages narrower.
 */
export function fitRest(
  named: NamedCollateral,
  { target, preferredBps, restBps }: { target: bigint; preferredBps: bigint; restBps: bigint },
): Fit | undefined {
  const centre = (target * restBps) / (target - named.weighted + restBps * named.value + 1n);
  let best: Fit | undefined;
  for (let t = centre - SEARCH_BPS; t <= centre + SEARCH_BPS; t++) {
    if (t <= 0n) continue;
    const restValue = target / t - named.value;
    if (restValue < 0n || (named.weighted + restBps * restValue) / (named.value + restValue) !== t) continue;
    if (best === undefined || distance(t, preferredBps) < distance(best.thresholdBps, preferredBps)) {
      best = { restValue, thresholdBps: t };
    }
  }
  return best;
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}
