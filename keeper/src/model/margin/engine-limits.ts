import type { SystemState } from "../../graph/system-state.js";
import type { Book } from "../book.js";
import { valueFor, type Calibration } from "../calibration.js";
import { createCascade } from "../cascade.js";
import { leverageOf, runLadder, systemDirection } from "../leverage.js";
import type { SweepOutcome } from "../sweep.js";
import { columnSums, entropicValueAtRisk } from "../tail-risk.js";
import type { WithinLimits } from "./systemic.js";

/** What the system's thresholds are held to. */
export interface SystemLimits {
  /** Target for the headline leverage. */
  readonly maxLeverageX: number;
  /** `Float64Array[V]` USD: what pays for bad debt of each venue; nothing is within a NaN. */
  readonly backstopUsd: Float64Array;
}

/**
 * The limits of MODEL 7.1 rule 4, asked of the engine: headline leverage at most the target, and EVaR99 of every venue's
 * bad debt at most its backstop. What did not converge is not within them.
 *
 * The ladder, a few cascades, is asked first; `sweep` runs the published scenarios over a book and is most of the cost: it
 * is spared where every backstop is Infinity, as there is nothing to hold its losses to.
 */
export function engineLimits(
  sweep: (book: Book) => Pick<SweepOutcome, "badDebtByVenue" | "converged">,
  { maxLeverageX, backstopUsd }: SystemLimits,
  calibration: Calibration,
): WithinLimits {
  return (book) => {
    const reserves = book.state.reserves.map((_, r) => r);
    const ladder = runLadder(book, systemDirection(book, calibration), calibration, createCascade(book, 0));
    if (!(leverageOf(ladder, { reserves }).leverageX <= maxLeverageX)) return false;
    return backstopUsd.every((usd) => usd === Infinity) || keepsBackstops(sweep(book), backstopUsd);
  };
}

/** Whether EVaR99 of every venue's bad debt is at most `backstopUsd[V]`, and every cascade ended. */
export function keepsBackstops(
  { badDebtByVenue, converged }: Pick<SweepOutcome, "badDebtByVenue" | "converged">,
  backstopUsd: Float64Array,
): boolean {
  if (converged.includes(0)) return false;
  return backstopUsd.every((usd, v) => {
    const badDebt = columnSums(badDebtByVenue, backstopUsd.length, [v]);
    return entropicValueAtRisk(badDebt, 0.99).usd <= usd;
  });
}

/** The calibration's backstops. `Float64Array[V]`. */
export function backstopsOf({ venues }: SystemState, calibration: Calibration): Float64Array {
  return Float64Array.from(venues, ({ address }) => valueFor(calibration.backstopUsd, address));
}

/**
 * The same as limits: Infinity for a venue that the calibration does not name. Nobody has said what it can bear, and
 * nothing is what no venue's worst hundredth leaves. `Float64Array[V]`.
 */
export function backstopLimits({ venues }: SystemState, { backstopUsd }: Calibration): Float64Array {
  return Float64Array.from(venues, ({ address }) => backstopUsd[address]?.value ?? Infinity);
}
