import { shortfallContributions, columnSums, worstRows } from "./tail-risk.js";

const YEAR_SEC = 31_536_000;

/** What insuring one venue's bad debt over the horizon costs at least. USD. */
export interface PremiumFloor {
  /** E[BD]. */
  readonly expectedUsd: number;
  /** The venue's part of the system's ES99: capital that must be held. */
  readonly capitalUsd: number;
  readonly premiumUsd: number;
}

/** Terms of a parametric cover: it asks for published numbers only, and nobody's consent. */
export interface ParametricCover {
  readonly evarTriggerUsd: number;
  readonly deductibleUsd: number;
  readonly limitUsd: number;
}

/**
 * Premium floors of every venue: `ES99 contribution * capital charge + E[BD]`.
 *
 * Contributions, not each venue's own ES99: venues that fail apart hold each other's capital, and the floors sum to the
 * system's.
 *
 * **Shapes.** `badDebtByVenue`: `Float64Array[S*V]`. Returns V floors.
 *
 * **Source.** MODEL 6.6.
 */
export function premiumFloors(
  badDebtByVenue: Float64Array,
  venues: number,
  { capitalChargeYearly, horizonSec }: { capitalChargeYearly: number; horizonSec: number },
): PremiumFloor[] {
  const all = Array.from({ length: venues }, (_, v) => v);
  const total = columnSums(badDebtByVenue, venues, all);
  const capital = shortfallContributions(badDebtByVenue, venues, worstRows(total, 0.99));
  const charge = (capitalChargeYearly * horizonSec) / YEAR_SEC;
  return all.map((v) => {
    const column = columnSums(badDebtByVenue, venues, [v]);
    const expectedUsd = column.reduce((sum, usd) => sum + usd, 0) / column.length;
    return { expectedUsd, capitalUsd: capital[v]!, premiumUsd: capital[v]! * charge + expectedUsd };
  });
}

/**
 * What a parametric cover pays: the realised deficit above the deductible, up to the limit, if the EVaR99 published
 * before had reached the trigger. **Source.** MODEL 6.6.
 */
export function parametricPayout(
  { evar99Usd, deficitUsd }: { evar99Usd: number; deficitUsd: number },
  { evarTriggerUsd, deductibleUsd, limitUsd }: ParametricCover,
): number {
  if (!(evar99Usd >= evarTriggerUsd)) return 0;
  return Math.min(limitUsd, Math.max(0, deficitUsd - deductibleUsd));
}
