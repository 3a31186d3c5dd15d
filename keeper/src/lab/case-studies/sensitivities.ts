import type { Book } from "../../model/book.js";
import { valueFor, type Calibration } from "../../model/calibration.js";
import { createCascade, runCascade, type Cascade } from "../../model/cascade.js";
import { totalDelta, type TotalDelta } from "../../model/hedge.js";
import { alongDirection, LADDER_RULES, systemDirection } from "../../model/leverage.js";
import { amplifications, SALES_ONLY, type Amplification } from "../../model/sensitivity/amplification.js";
import { CLIFF_STEPS, cliffDistance, type Cliff } from "../../model/sensitivity/cliff.js";
import {
  delta,
  DIFFERENCE_WINDOW,
  gamma,
  smoothedDerivatives,
  type Loss,
} from "../../model/sensitivity/derivatives.js";
import { jacobian } from "../../model/sensitivity/jacobian.js";
import { mostSystemic, type SystemicAccount } from "../../model/sensitivity/leave-one-out.js";
import { fullLoss, lookThroughCollateral } from "../../model/loss.js";
import { standardNormals } from "../../model/sensitivity/standard-normals.js";
import type { Shock } from "../../model/price-state.js";
import { thinnedDepth } from "../../model/shock.js";

/** What small and large moves do to a book. */
export interface Sensitivities {
  readonly derivatives: readonly AssetDerivatives[];
  readonly windows: readonly Amplification[];
  readonly cliff: Cliff;
  /** The asset that amplifies itself most just beyond the cliff; null where there is none. */
  readonly cliffAsset: number | null;
  readonly systemic: { readonly supercritical: boolean; readonly accounts: readonly SystemicAccount[] };
  /** Null where the system is supercritical at a window of 3 %. */
  readonly hedge: TotalDelta | null;
  readonly direct: Float64Array;
}

/** Of one asset: USD lost per unit drop of it, and how that changes with the drop. */
export interface AssetDerivatives {
  readonly asset: number;
  readonly heldUsd: number;
  /** At today's prices. */
  readonly deltaNow: number;
  /** At the point of {@link POINT} along the ladder. */
  readonly delta: number;
  readonly gamma: number;
  readonly smoothDelta: number;
  readonly smoothGamma: number;
  /** Standard error of the smoothed gamma. */
  readonly gammaError: number;
}

/** Step of the ladder at which derivatives and systemic accounts are taken. */
export const POINT = 0.1;
/** Mirrored draws of the smoothed form. */
export const DRAWS = 2_000;
/** Parts of them that are averaged apart, to tell how far the whole can be trusted. */
const BATCHES = 10;
/** Step up to which a cliff is looked for: the last of the ladder. */
const REACH = 0.3;
/** Window of the hedge, as of systemicness. */
const HEDGE_WINDOW = 0.03;
/** Assets below this share of the collateral are left out of the derivatives. */
const SMALL = 1e-4;

/** Measure a book; `run` is scratch. */
export function sensitivitiesOf(book: Book, calibration: Calibration, run: Cascade): Sensitivities {
  const direction = systemDirection(book, calibration);
  const shockOf = (dropFrac: number) => alongDirection(direction, dropFrac, calibration);
  const windows = amplifications(book, run);
  const direct = lookThroughCollateral(book);
  const inverse = windows.find(({ windowFrac }) => windowFrac === HEDGE_WINDOW)?.inverse ?? null;
  const market = calibration.scenarios.correlation.symbols.value[0]!;
  const sigmaDaily = valueFor(calibration.sigmaDaily, market);
  const cliff = cliffDistance(book, shockOf, { maxDropFrac: REACH, sigmaDaily });
  return {
    derivatives: derivativesOf(book, shockOf(POINT).dropFrac, calibration, run),
    windows,
    cliff,
    cliffAsset: Number.isFinite(cliff.dropFrac) ? loudestAt(book, shockOf(cliff.dropFrac + 1 / CLIFF_STEPS)) : null,
    systemic: mostSystemic(book, shockOf(POINT), run),
    hedge: inverse === null ? null : totalDelta(direct, inverse),
    direct,
  };
}

/** Derivatives in the assets that move and that are held; the others stay where the point has them. */
function derivativesOf(book: Book, point: Float64Array, calibration: Calibration, run: Cascade): AssetDerivatives[] {
  const held = lookThroughCollateral(book);
  const total = held.reduce((sum, usd) => sum + usd, 0);
  const shown = book.state.assets.flatMap(({ stable }, k) => (!stable && held[k]! > SMALL * total ? [k] : []));
  const lossAt = fullLoss(book, LADDER_RULES, run);
  const loss: Loss = (drops) => {
    const dropFrac = Float64Array.from(point);
    shown.forEach((k, m) => (dropFrac[k] = drops[m]!));
    return lossAt({ dropFrac, depthFactor: thinnedDepth(dropFrac, calibration.depthHalvingDrop.value) });
  };
  const at = Float64Array.from(shown, (k) => point[k]!);
  const today = new Float64Array(shown.length);
  const [deltaNow, deltaThere, gammaThere] = [delta(loss, today), delta(loss, at), gamma(loss, at)];
  const direct = Float64Array.from(shown, (k) => held[k]!);
  const smooth = smoothed(without(loss, direct), at);
  return shown.map((asset, m) => ({
    asset,
    heldUsd: direct[m]!,
    deltaNow: deltaNow[m]!,
    delta: deltaThere[m]!,
    gamma: gammaThere[m * shown.length + m]!,
    smoothDelta: direct[m]! + smooth[m]!.delta,
    smoothGamma: smooth[m]!.gamma,
    gammaError: smooth[m]!.gammaError,
  }));
}

/** Smoothed derivatives by asset, the diagonal of gamma with the spread of its parts. */
function smoothed(loss: Loss, at: Float64Array): { delta: number; gamma: number; gammaError: number }[] {
  const size = at.length;
  const normals = standardNormals(DRAWS, size);
  const part = normals.length / BATCHES;
  const parts = Array.from({ length: BATCHES }, (_, b) =>
    smoothedDerivatives(loss, at, DIFFERENCE_WINDOW, normals.subarray(b * part, (b + 1) * part)),
  );
  const mean = (of: (b: number) => number): number => parts.reduce((sum, _, b) => sum + of(b), 0) / BATCHES;
  return Array.from(at, (_, m) => {
    const gammaOf = (b: number): number => parts[b]!.gamma[m * size + m]!;
    const gamma = mean(gammaOf);
    const spread = mean((b) => (gammaOf(b) - gamma) * (gammaOf(b) - gamma));
    return { delta: mean((b) => parts[b]!.delta[m]!), gamma, gammaError: Math.sqrt(spread / (BATCHES - 1)) };
  });
}

/** A loss less a straight line, whose derivatives are known: what is left to the draws is noisy only where it bends. */
function without(loss: Loss, slope: Float64Array): Loss {
  return (drops) => drops.reduce((left, drop, m) => left - slope[m]! * drop, loss(drops));
}

/** The asset whose own drop its sales make largest, over the smallest window, from where `shock` ends. */
function loudestAt(book: Book, shock: Shock): number {
  const [cascade, scratch] = [createCascade(book, 0), createCascade(book, 0)];
  runCascade(book, shock, LADDER_RULES, cascade);
  const size = shock.dropFrac.length;
  const matrix = jacobian(book, scratch, {
    windowFrac: DIFFERENCE_WINDOW,
    rules: SALES_ONLY,
    from: { cascade, shock },
  });
  const own = shock.dropFrac.map((_, k) => matrix[k * size + k]!);
  return own.indexOf(Math.max(...own));
}
