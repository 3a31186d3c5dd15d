import { exp, ln } from "./elementary.js";

/** Probabilities that differ by less are one: 200 (1 - 0.99) is two rows, not two and a rounding error. */
const ROW_TOLERANCE = 1e9;
/** Steps of the tilt that put a distribution's whole weight on its largest value, in any spacing of float64. */
const MAX_DOUBLINGS = 64;
const MAX_BISECTIONS = 200;

/**
 * The worst scenarios of a set, as far as they make up `1 - level` of it.
 *
 * **Shapes.** `rows`: indices, worst first, the earlier of equals first. `weight`: sums to 1; the last row may count in
 * part.
 */
export interface WorstRows {
  readonly rows: Int32Array;
  readonly weight: Float64Array;
}

/** An entropic value at risk and how far above the true infimum it can be. USD. */
export interface EntropicRisk {
  readonly usd: number;
  readonly gapUsd: number;
}

/** What bad debt may come to. */
export interface BadDebtRisk {
  readonly var95Usd: number;
  readonly es99Usd: number;
  readonly evar99Usd: number;
  /** Backstop over ES99; infinite where there is nothing to cover. */
  readonly coverageX: number;
}

/**
 * The level-quantile of equally likely outcomes: the smallest one that at least `level` of them do not exceed, that is
 * the `ceil(level N)`-th smallest of N, without interpolation. Of 200, the 99 % quantile is the third largest.
 *
 * NaN where any outcome is. **Throws** `RangeError` for no outcomes, or a level outside (0, 1].
 */
export function quantile(outcomes: Float64Array, level: number): number {
  checkLevel(outcomes, level);
  if (outcomes.some(Number.isNaN)) return NaN;
  const rank = Math.ceil(outcomes.length - tailRows(outcomes.length, level)) || 1;
  return outcomes.toSorted()[rank - 1]!;
}

/** The worst rows by `outcomes`, at least one; unknown is the worst. **Throws** as {@link quantile}. */
export function worstRows(outcomes: Float64Array, level: number): WorstRows {
  checkLevel(outcomes, level);
  const mass = Math.max(1, tailRows(outcomes.length, level));
  const loss = outcomes.map((outcome) => (Number.isNaN(outcome) ? Infinity : outcome));
  const worstFirst = (a: number, b: number) => (loss[a] === loss[b] ? a - b : loss[a]! < loss[b]! ? 1 : -1);
  const order = Int32Array.from(outcomes.keys()).sort(worstFirst);
  const rows = order.subarray(0, Math.ceil(mass));
  return { rows, weight: Float64Array.from(rows, (_, at) => Math.min(1, mass - at) / mass) };
}

/** Mean of `outcomes` over the worst rows; of the outcomes that they are the worst rows of, their expected shortfall. */
function tailMean(outcomes: Float64Array, { rows, weight }: WorstRows): number {
  let sum = 0;
  for (let at = 0; at < rows.length; at++) sum += weight[at]! * outcomes[rows[at]!]!;
  return sum;
}

/**
 * Expected shortfall: mean of the worst `1 - level`, counting in part the outcome that straddles the level; NaN where
 * any outcome is.
 *
 * **Source.** Acerbi, Tasche 2002, definition 2.6 (the form that is coherent for discrete outcomes too).
 */
export function expectedShortfall(outcomes: Float64Array, level: number): number {
  return tailMean(outcomes, worstRows(outcomes, level));
}

/**
 * Euler contributions to an expected shortfall: each column's mean over the worst rows of the total. They sum to it.
 *
 * **Shapes.** `parts`: `Float64Array[S*V]`, scenario by scenario. Returns `Float64Array[V]`.
 *
 * **Source.** Tasche 1999: the derivative of expected shortfall is the conditional mean.
 */
export function shortfallContributions(parts: Float64Array, width: number, worst: WorstRows): Float64Array {
  return Float64Array.from({ length: width }, (_, v) => tailMean(columnSums(parts, width, [v]), worst));
}

/** Sum over some columns of every row of `parts`, `Float64Array[S*width]`: a scope's share of a sweep. */
export function columnSums(parts: Float64Array, width: number, columns: Iterable<number>): Float64Array {
  const sums = new Float64Array(width === 0 ? 0 : parts.length / width);
  for (const column of columns)
    for (let row = 0; row < sums.length; row++) sums[row] = sums[row]! + parts[row * width + column]!;
  return sums;
}

/**
 * The same outcomes with NaN in rows whose cascade did not end: what is not known is not small.
 *
 * **Shapes.** `converged`: `Uint8Array[S]`; `outcomes`: `Float64Array[S]`, or of S rows.
 */
export function knownOutcomes(outcomes: Float64Array, converged: Uint8Array): Float64Array {
  const width = outcomes.length / converged.length;
  return outcomes.map((outcome, e) => (converged[Math.floor(e / width)] === 1 ? outcome : NaN));
}

/**
 * Entropic value at risk: `inf over t > 0 of ln(E[exp(t X)] / (1 - level)) / t`, the tightest bound of Chernoff's kind
 * on value at risk and expected shortfall. NaN where any outcome is.
 *
 * The infimum lies where the distribution tilted by t has relative entropy `-ln(1 - level)`. That entropy rises in t, so
 * t is bracketed and bisected. Every t gives a value from above, and the tilted mean below the root one from below:
 * `gapUsd` is the distance, and `usd` the one from above. Outcomes are shifted by their largest, so nothing overflows.
 *
 * **Source.** Ahmadi-Javid 2012, definition 3.1 and theorem 3.3.
 */
export function entropicValueAtRisk(outcomes: Float64Array, level: number): EntropicRisk {
  checkLevel(outcomes, level);
  if (outcomes.some(Number.isNaN)) return { usd: NaN, gapUsd: NaN };
  let [most, least] = [-Infinity, Infinity];
  for (const outcome of outcomes) [most, least] = [Math.max(most, outcome), Math.min(least, outcome)];
  const largest = outcomes.filter((outcome) => outcome === most).length;
  if (largest >= tailRows(outcomes.length, level)) return { usd: most, gapUsd: 0 };
  const range = most - least;
  const scaled = outcomes.map((outcome) => (outcome - most) / range);
  const [below, above] = bracket(scaled, -ln(1 - level));
  const bound = Math.min(below.bound, above.bound, 0);
  return { usd: most + range * bound, gapUsd: range * Math.max(0, bound - below.mean) };
}

/** A distribution tilted by t: its mean, its entropy relative to the untilted one, and the bound that t gives. */
interface Tilt {
  readonly t: number;
  readonly mean: number;
  readonly entropy: number;
  readonly bound: number;
}

/** The two tilts, one float apart where bisection gets there, whose entropies enclose `entropy`. */
function bracket(scaled: Float64Array, entropy: number): readonly [Tilt, Tilt] {
  let below = tilted(scaled, 0, entropy);
  let above = tilted(scaled, 1, entropy);
  for (let i = 0; i < MAX_DOUBLINGS && above.entropy < entropy; i++) {
    below = above;
    above = tilted(scaled, 2 * above.t, entropy);
  }
  for (let i = 0; i < MAX_BISECTIONS; i++) {
    const middle = (below.t + above.t) / 2;
    if (middle === below.t || middle === above.t) break;
    const tilt = tilted(scaled, middle, entropy);
    if (tilt.entropy < entropy) below = tilt;
    else above = tilt;
  }
  return [below, above];
}

function tilted(scaled: Float64Array, t: number, entropy: number): Tilt {
  let weights = 0;
  let products = 0;
  for (const value of scaled) {
    const weight = exp(t * value);
    weights += weight;
    products += weight * value;
  }
  const mean = products / weights;
  const cumulant = ln(weights / scaled.length);
  return { t, mean, entropy: t * mean - cumulant, bound: t > 0 ? (cumulant + entropy) / t : Infinity };
}

/** Bad debt at risk, and how far a backstop covers the shortfall. **Source.** MODEL 6.5. */
export function badDebtRisk(badDebtUsd: Float64Array, backstopUsd: number): BadDebtRisk {
  const es99Usd = expectedShortfall(badDebtUsd, 0.99);
  return {
    var95Usd: quantile(badDebtUsd, 0.95),
    es99Usd,
    evar99Usd: entropicValueAtRisk(badDebtUsd, 0.99).usd,
    coverageX: es99Usd === 0 ? Infinity : backstopUsd / es99Usd,
  };
}

/** Bad debt that is left when each venue's backstop has paid what it can. `Float64Array[S*V]`. */
export function netOfBackstop(badDebtByVenue: Float64Array, backstopUsd: Float64Array): Float64Array {
  return badDebtByVenue.map((usd, e) => Math.max(0, usd - backstopUsd[e % backstopUsd.length]!));
}

/** Liquidation at risk: the quantile of debt that liquidators repay, over debt at t0; 0 where there is none. **Source.** MODEL 0. */
export function liquidationAtRisk(repaidUsd: Float64Array, debtUsd: number, level: number): number {
  return debtUsd > 0 ? quantile(repaidUsd, level) / debtUsd : 0;
}

/**
 * The part of tail losses that the system makes itself, `1 - E[L1 | worst] / E[Linf | worst]`, over the rows with the
 * largest Linf; at least 0, NaN where a loss is. **Source.** MODEL 6.1.
 */
export function tailRho(firstLossUsd: Float64Array, fullLossUsd: Float64Array, level: number): number {
  const worst = worstRows(fullLossUsd, level);
  const full = tailMean(fullLossUsd, worst);
  if (full <= 0) return 0;
  return Math.max(0, 1 - tailMean(firstLossUsd, worst) / full);
}

/** How many of `count` rows the worst `1 - level` are, whole but for a fraction that is more than rounding. */
function tailRows(count: number, level: number): number {
  return Math.round(count * (1 - level) * ROW_TOLERANCE) / ROW_TOLERANCE;
}

function checkLevel(outcomes: Float64Array, level: number): void {
  if (outcomes.length === 0) throw new RangeError("saw no outcomes, expected at least one scenario: draw some");
  if (!(level > 0 && level <= 1)) throw new RangeError(`saw level ${level}, expected a share above 0, at most 1`);
}
