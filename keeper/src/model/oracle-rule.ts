import type { FeedState } from "./oracle-feeds.js";

/** How the oracle of one asset moves. MODEL 5.3. */
export interface OracleRule {
  /**
   * `market`: the asset's market price. `nav`: the rate at which its backing redeems it, times the oracles of what backs
   * it; a discount in the secondary market is then invisible, and cannot feed on liquidations.
   */
  readonly follows: "market" | "nav";
  /** Rounds by which it sees the market late. */
  readonly lagRounds: number;
  /** It moves when the market is off its answer by more than this share of it; 0 follows everything. */
  readonly deviationFrac: number;
  /** It moves anyway when its answer is this old. */
  readonly heartbeatSec: number;
  /** No answer, or for `nav` no rate, above this multiple of t0. Grows by `capGrowthPerSec`. */
  readonly capMultiple: number;
  readonly capGrowthPerSec: number;
}

/** At once, always, without a cap. */
export const PROMPT_ORACLE: OracleRule = {
  follows: "market",
  lagRounds: 0,
  deviationFrac: 0,
  heartbeatSec: Infinity,
  capMultiple: Infinity,
  capGrowthPerSec: 0,
};

/** Oracles of one run. Prices are multiples of t0. */
export interface Oracles {
  readonly feeds: FeedState;
  readonly rules: readonly OracleRule[];
  /** `Float64Array[K]`. */
  readonly answer: Float64Array;
  readonly updatedSec: Float64Array;
  /** `Float64Array[K]`: backing behind one unit of a derived asset, as a multiple of t0. The caller moves it. */
  readonly rate: Float64Array;
  /** Market prices of the last rounds, the newest at `newest`. */
  readonly history: readonly Float64Array[];
  newest: number;
}

/**
 * Allocate oracles that stand at t0. One rule per asset of `feeds.state`.
 *
 * **Throws** `RangeError` where there are more or fewer rules, a lag is no whole number of rounds, a threshold is outside
 * [0,1), or an asset that redeems for nothing is to follow its NAV.
 */
export function createOracles(feeds: FeedState, rules: readonly OracleRule[]): Oracles {
  const size = feeds.origin.length;
  if (rules.length !== size) throw new RangeError(`saw ${rules.length} oracle rules, expected ${size}: one per asset`);
  rules.forEach((rule, k) => checkRule(feeds, rule, k));
  const longest = rules.reduce((most, { lagRounds }) => Math.max(most, lagRounds), 0);
  return {
    feeds,
    rules,
    answer: new Float64Array(size).fill(1),
    updatedSec: new Float64Array(size),
    rate: new Float64Array(size).fill(1),
    history: Array.from({ length: longest + 1 }, () => new Float64Array(size).fill(1)),
    newest: 0,
  };
}

function checkRule({ state: { backing }, origin }: FeedState, rule: OracleRule, k: number): void {
  const { follows, lagRounds, deviationFrac } = rule;
  if (!Number.isInteger(lagRounds) || lagRounds < 0) {
    throw new RangeError(`oracle ${k} lags ${lagRounds} rounds, expected a whole number from 0`);
  }
  if (!(deviationFrac >= 0 && deviationFrac < 1)) {
    throw new RangeError(`oracle ${k} has a deviation threshold of ${deviationFrac}, expected a share in [0,1)`);
  }
  const j = origin[k]!;
  if (follows === "nav" && backing.start[j] === backing.start[j + 1]) {
    throw new RangeError(`oracle ${k} follows a NAV, but nothing is behind its asset: let it follow the market`);
  }
}

/** Back to t0, with `price[K]` as all that the market has ever shown: a shock that happened before anybody lags. */
export function resetOracles(oracles: Oracles, price: Float64Array): void {
  oracles.answer.fill(1);
  oracles.updatedSec.fill(0);
  oracles.rate.fill(1);
  for (const past of oracles.history) past.set(price);
}

/**
 * Let a round pass: show oracles the market's `price[K]`, and move those that have to move. Answers are in
 * `oracles.answer`.
 *
 * **Source.** MODEL 5.1 and 5.3. Thresholds and heartbeats are those of Chainlink's aggregators, caps those of Aave's
 * price cap adapters: of a rate's growth (`nav`), or of a stable's price (`market`).
 */
export function moveOracles(oracles: Oracles, price: Float64Array, nowSec: number): void {
  const { rules, answer, updatedSec, rate, history } = oracles;
  oracles.newest = (oracles.newest + 1) % history.length;
  history[oracles.newest]!.set(price);
  rules.forEach((rule, k) => {
    if (rule.follows === "nav") return;
    const past = history[(oracles.newest + history.length - rule.lagRounds) % history.length]!;
    const seen = Math.min(past[k]!, capAt(rule, nowSec));
    const off = Math.abs(seen - answer[k]!) > rule.deviationFrac * answer[k]!;
    if (!off && nowSec - updatedSec[k]! < rule.heartbeatSec) return;
    answer[k] = seen;
    updatedSec[k] = nowSec;
  });
  rules.forEach((rule, j) => {
    if (rule.follows === "nav") answer[j] = Math.min(rate[j]!, capAt(rule, nowSec)) * navOf(oracles, j);
  });
}

function capAt({ capMultiple, capGrowthPerSec }: OracleRule, nowSec: number): number {
  return capMultiple + capGrowthPerSec * nowSec;
}

/** What is behind one unit of `j`, at the answers for its parts. */
function navOf({ feeds: { state, origin }, answer }: Oracles, j: number): number {
  const { start, asset, weight } = state.backing;
  const of = origin[j]!;
  let nav = 0;
  for (let e = start[of]!; e < start[of + 1]!; e++) nav += weight[e]! * answer[asset[e]!]!;
  return nav;
}
