import type { DepthCurve } from "../graph/depth-curve.js";
import type { Book } from "./book.js";
import { runCascade, type Cascade } from "./cascade.js";
import { averageFactor, depthUsdAt } from "./impact.js";
import { LADDER_RULES } from "./leverage.js";
import { standstill } from "./pause.js";

/** The best that somebody could do who pushes one market down for the liquidations that follow. USD. */
export interface Manipulation {
  /** How far to push; 0 where nothing pays. */
  readonly dropFrac: number;
  readonly bonusUsd: number;
  readonly shortGainUsd: number;
  readonly costUsd: number;
  /** The index: above 0, manipulation pays. */
  readonly profitUsd: number;
}

const STEP_FRAC = 0.001;
const MAX_DROP = 0.5;
const FIRST_ROUND = { ...LADDER_RULES, buyBack: false, maxRounds: 1 };

/**
 * Adversarial index of asset `k`: the largest `sum_i b rep_i(d) + short d - cost(d)` over drops d in steps of 10 bp up to
 * half the price. `rep_i(d)` is what the rules allow to be repaid of account i in the first round after the oracle has
 * followed the push; `shortUsd` is the attacker's short position.
 *
 * **Source.** MODEL 5.5, after Cohen et al. 2023: liquidation incentives against the cost of manipulation.
 */
export function adversarialIndex(book: Book, k: number, shortUsd: number, run: Cascade): Manipulation {
  let best: Manipulation = { dropFrac: 0, bonusUsd: 0, shortGainUsd: 0, costUsd: 0, profitUsd: 0 };
  const { curve, poolFeeFrac } = book.state.assets[k]!;
  const shock = standstill(book.state.assets.length);
  const steps = Math.round(reach(curve) / STEP_FRAC);
  for (let m = 1; m <= steps; m++) {
    const dropFrac = m * STEP_FRAC;
    shock.dropFrac[k] = dropFrac;
    runCascade(book, shock, FIRST_ROUND, run);
    const costUsd = pushCostUsd(curve, poolFeeFrac, dropFrac);
    const shortGainUsd = shortUsd * dropFrac;
    const profitUsd = run.bonusUsd + shortGainUsd - costUsd;
    if (profitUsd > best.profitUsd) best = { dropFrac, bonusUsd: run.bonusUsd, shortGainUsd, costUsd, profitUsd };
  }
  return best;
}

/**
 * What it costs to push a market down by `dropFrac` and have it come back: the fee on selling and on buying back the same
 * units, and what arbitrage takes while they are sold below the price (loss versus rebalancing), `v (1 - average)`.
 *
 * On a constant-product pool without fee it is `R (1 - sqrt(1-d))^2 / sqrt(1-d)`. **Source.** MODEL 5.5.
 */
export function pushCostUsd(curve: DepthCurve, feeFrac: number, dropFrac: number): number {
  const soldUsd = depthUsdAt(curve, dropFrac);
  if (!Number.isFinite(soldUsd)) return Infinity;
  return 2 * feeFrac * soldUsd + soldUsd * (1 - averageFactor(curve, soldUsd));
}

/** How far a market can be pushed: not at all where there is none, or where no sale moves it. */
function reach(curve: DepthCurve): number {
  if (curve.kind === "none" || curve.kind === "inf") return 0;
  return curve.kind === "table" ? Math.min(MAX_DROP, curve.drop[curve.drop.length - 1]!) : MAX_DROP;
}
