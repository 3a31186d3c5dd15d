import { isDerived } from "../graph/backing.js";
import type { Book } from "./book.js";
import { valueFor, type Calibration } from "./calibration.js";
import { runCascade, type Cascade, type CascadeRules } from "./cascade.js";
import { exogenousPrices, type Shock } from "./price-state.js";
import { sumAt, type Scope } from "./scope.js";
import { MAX_DROP, thinnedDepth } from "./shock.js";

const MAX_ROUNDS = 5_000;

/** The ladder is instantaneous: every round runs before the next block, so nothing recovers (MODEL 5.3, dt = 0). */
export const LADDER_RULES: CascadeRules = {
  maxRounds: MAX_ROUNDS,
  latencyRounds: 0,
  keepFrac: 1,
  permanentFrac: 0,
  buyBack: true,
  belowHf: 1,
  includeInsolvent: false,
};

/** One step of the ladder. `first[R]`, `full[R]`: USD that each reserve's collateral loses before and after the cascade. */
export interface LadderStep {
  readonly stepFrac: number;
  readonly first: Float64Array;
  readonly full: Float64Array;
  readonly converged: boolean;
}

/** Gains on collateral that is also a debt asset and was squeezed by buying back: they stay in `full`, negative. USD. */
export function squeezeUsd(step: LadderStep): number {
  let gains = 0;
  for (const loss of step.full) gains += Math.max(0, -loss);
  return gains;
}

/** Largest share over the ladder of the first-round loss that buying debt assets back undoes, reserve by reserve. */
export function reboundFrac(ladder: readonly LadderStep[]): number {
  let largest = 0;
  for (const { first, full } of ladder) {
    let [undone, total] = [0, 0];
    for (let r = 0; r < first.length; r++) {
      undone += Math.max(0, first[r]! - full[r]!);
      total += first[r]!;
    }
    if (total > 0) largest = Math.max(largest, undone / total);
  }
  return largest;
}

/** `u[K]` of the system's ladder: tail betas of base assets; stables and discounts of derived assets stay. */
export function systemDirection(book: Book, calibration: Calibration): Float64Array {
  const { backing, assets } = book.state;
  return Float64Array.from(assets, (asset, k) =>
    asset.stable || isDerived(backing, k) ? 0 : valueFor(calibration.tailBeta, asset.symbol),
  );
}

/** `u[K]` of one asset's ladder: that asset alone, a derived asset by its discount. */
export function assetDirection(book: Book, calibration: Calibration, asset: number): Float64Array {
  const direction = new Float64Array(book.state.assets.length);
  const { stable, symbol } = book.state.assets[asset]!;
  direction[asset] = stable ? 0 : valueFor(calibration.tailBeta, symbol);
  return direction;
}

/**
 * Run the ladder along `direction[K]` with thinned depth.
 *
 * **Source.** MODEL 0 and 6.1; thinning 5.4: market makers withdraw as the drop deepens, half of the depth at
 * `depthHalvingDrop`.
 */
export function runLadder(book: Book, direction: Float64Array, calibration: Calibration, run: Cascade): LadderStep[] {
  return calibration.ladder.value.map((stepFrac) => ladderStep(book, direction, { stepFrac, calibration, run }));
}

/** One step, which need not be one of the ladder's. `run` is left at its end. */
export function ladderStep(
  book: Book,
  direction: Float64Array,
  {
    stepFrac,
    calibration,
    run,
  }: { readonly stepFrac: number; readonly calibration: Calibration; readonly run: Cascade },
): LadderStep {
  const shock = alongDirection(direction, stepFrac, calibration);
  runCascade(book, shock, LADDER_RULES, run);
  return { stepFrac, ...losses(book, shock, run), converged: run.converged };
}

/** The shock `s_k = min(0.99, step u_k)`. */
export function alongDirection(direction: Float64Array, stepFrac: number, calibration: Calibration): Shock {
  const dropFrac = direction.map((u) => Math.min(MAX_DROP, stepFrac * u));
  return { dropFrac, depthFactor: thinnedDepth(dropFrac, calibration.depthHalvingDrop.value) };
}

/** Largest M over the ladder for a part of the system, at least 1, and where; NaN where a cascade or a loss is unknown. */
export function leverageOf(
  ladder: readonly LadderStep[],
  scope: Pick<Scope, "reserves">,
): { leverageX: number; stepFrac: number } {
  let leverageX = 1;
  let at = ladder[0]!.stepFrac;
  for (const step of ladder) {
    const first = sumAt(step.first, scope.reserves);
    const full = sumAt(step.full, scope.reserves);
    if (!step.converged || Number.isNaN(first + full)) return { leverageX: NaN, stepFrac: step.stepFrac };
    const multiple = first > 0 ? full / first : 1;
    if (multiple > leverageX) {
      leverageX = multiple;
      at = step.stepFrac;
    }
  }
  return { leverageX, stepFrac: at };
}

/** First-round losses come from the shocked prices alone, full losses from the prices that the cascade ends in. */
function losses(book: Book, shock: Shock, run: Cascade): { first: Float64Array; full: Float64Array } {
  const { reserves } = book.state;
  const exogenous = new Float64Array(shock.dropFrac.length);
  exogenousPrices(book.state, shock, exogenous);
  const first = new Float64Array(reserves.length);
  const full = new Float64Array(reserves.length);
  for (let r = 0; r < reserves.length; r++) {
    const { asset } = reserves[r]!;
    first[r] = book.solventUsd[r]! * (1 - exogenous[asset]!);
    full[r] = book.solventUsd[r]! * (1 - run.prices.price[asset]!);
  }
  return { first, full };
}
