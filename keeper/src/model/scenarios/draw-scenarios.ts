import { isDerived } from "../../graph/backing.js";
import type { SystemState } from "../../graph/system-state.js";
import { valueFor, type Calibration } from "../calibration.js";
import { exp } from "../elementary.js";
import { MAX_DROP, thinnedDepth } from "../shock.js";
import type { ScenarioSet } from "./scenario-set.js";
import { assetShock, drawPair, pairFalls, shockModel } from "./shock-model.js";

/** What of a set is not the calibration's. */
export interface DrawOptions {
  readonly seed?: string;
  readonly count?: number;
  readonly horizonSec?: number;
  /** Share of rows with a depeg. */
  readonly depegShare?: number;
}

/**
 * Draw the published scenario set of a state's assets.
 *
 * Base assets: `s = 1 - exp(-(sigma sqrt(h) t + jumps))`, t of a Student-t with unit variance and correlation C_w, at
 * most 0.99; no drift. Stables and the discounts of derived assets stand still, but for the last rows, a share of
 * `depegs.share`: there each falls in turn by what the calibration says, besides the joint shock of that row. Rows come
 * in antithetic pairs, which mirror every normal and every uniform but the t's chi-square; the market falls in the first
 * of a pair and rises in the second, its jumps aside.
 *
 * The seed is a text of the calibration and knows no block: the same shocks hit every block, so that a score changes
 * because the system did. An asset's draw hangs on seed, row and its own symbol (its address, where the calibration
 * does not correlate it): it does not change when other assets come and go. Only which row has whose depeg does.
 *
 * **Throws** `RangeError` where the count is not even.
 *
 * **Source.** MODEL 5.8; thinning 5.4.
 */
export function drawScenarios(
  state: Pick<SystemState, "assets" | "backing">,
  calibration: Calibration,
  options: DrawOptions = {},
): ScenarioSet {
  const { scenarios } = calibration;
  const { seed, count, horizonSec, depegShare } = {
    seed: scenarios.seed.value,
    count: scenarios.count.value,
    horizonSec: scenarios.horizonSec.value,
    depegShare: scenarios.depegs.share.value,
    ...options,
  };
  if (!Number.isInteger(count / 2)) throw new RangeError(`saw ${count} scenarios, expected pairs: an even number`);
  const dropFrac = jointDrops(state, calibration, { seed, count, horizonSec });
  const depegFrom = count - 2 * Math.round((depegShare * count) / 2);
  depeg(state, calibration, { dropFrac, count, depegFrom });
  return {
    seed,
    horizonSec,
    count,
    depegFrom,
    dropFrac,
    depthFactor: thinnedDepth(dropFrac, calibration.depthHalvingDrop.value),
  };
}

function jointDrops(
  { assets, backing }: Pick<SystemState, "assets" | "backing">,
  calibration: Calibration,
  { seed, count, horizonSec }: { seed: string; count: number; horizonSec: number },
): Float64Array {
  const model = shockModel(calibration, seed, horizonSec);
  const shocks = assets.map((asset, k) =>
    asset.stable || isDerived(backing, k) ? null : assetShock(model, asset, calibration),
  );
  const size = assets.length;
  const drops = new Float64Array(count * size);
  for (let pair = 0; 2 * pair < count; pair++) {
    const draw = drawPair(model, pair);
    shocks.forEach((shock, k) => {
      if (shock === null) return;
      const [first, twin] = pairFalls(model, shock, pair, draw);
      drops[2 * pair * size + k] = dropOf(first);
      drops[(2 * pair + 1) * size + k] = dropOf(twin);
    });
  }
  return drops;
}

function dropOf(fallLog: number): number {
  return Math.min(MAX_DROP, 1 - exp(-fallLog));
}

/** Every asset that can depeg does in at least one row; where there are more of them than rows, several share a row. */
function depeg(
  { assets, backing }: Pick<SystemState, "assets" | "backing">,
  calibration: Calibration,
  { dropFrac, count, depegFrom }: Pick<ScenarioSet, "dropFrac" | "count" | "depegFrom">,
): void {
  const pegged = assets.flatMap((asset, k) => (asset.stable || isDerived(backing, k) ? [k] : []));
  const turns = Math.min(count - depegFrom, pegged.length);
  for (let row = depegFrom; row < count; row++) {
    pegged.forEach((k, at) => {
      if (at % turns !== (row - depegFrom) % turns) return;
      const drop = valueFor(calibration.scenarios.depegs.dropFrac, assets[k]!.symbol);
      dropFrac[row * assets.length + k] = Math.min(MAX_DROP, drop);
    });
  }
}
