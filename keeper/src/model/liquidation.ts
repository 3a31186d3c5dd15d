import type { Book } from "./book.js";
import type { CascadeRules } from "./cascade.js";
import type { Rounds } from "./rounds.js";

/** Collateral below this share of the debt is nothing: the rest of the debt is bad. */
const EMPTY_FRAC = 1e-9;

/** Numbers of a debtor lie this far from each other: those of seven others may lie between them. */
export const WORTH_STEP = 8;

/**
 * What is known of a debtor in a round, at the oracle's prices, USD, by the place of its number: `limit`, collateral after
 * thresholds; collateral that can be sold, and that cannot; what a liquidator who seizes all of it earns; debt. After
 * {@link liquidate}, the shares of its collateral and its debt at t0 that change hands, and `hf`, the least that its health
 * factor can now be: Infinity where nothing is owed.
 */
export const WORTH = {
  limit: 0,
  seizable: WORTH_STEP,
  stranded: 2 * WORTH_STEP,
  bonus: 3 * WORTH_STEP,
  debt: 4 * WORTH_STEP,
  soldFrac: 5 * WORTH_STEP,
  boughtFrac: 6 * WORTH_STEP,
  hf: 7 * WORTH_STEP,
} as const;
/** As many numbers lie between the first of a debtor and the first of the next eight. */
export const WORTH_SIZE = 8 * WORTH_STEP;

/** A debtor in a round. Scratch: one is enough. */
export interface Valued {
  rank: number;
  /** Where it stands in the rounds. */
  at: number;
  /** Its {@link WORTH}, from `first` on. */
  readonly worth: Float64Array<ArrayBuffer>;
  first: number;
}

export function createValued(worth = new Float64Array(WORTH_SIZE)): Valued {
  return { rank: 0, at: 0, worth, first: 0 };
}

/** The least that its health factor can be after {@link liquidate}. */
export function hfOf({ worth, first }: Valued): number {
  return worth[first + WORTH.hf]!;
}

/** Value the debtor at `rank`, who stands at `at` in `run`. */
export function value(who: Valued, { held, owed, sellable }: Book, run: Rounds): void {
  const { rank, at } = who;
  const { asset: heldAsset, usd: heldUsd, bonus: bonusFrac, lt } = held;
  const { asset: owedAsset, usd: owedUsd } = owed;
  const { oracle } = run;
  const left = run.collateralLeft[at]!;
  let limit = 0;
  let seizable = 0;
  let stranded = 0;
  let bonus = 0;
  for (let e = held.start[rank]!, end = held.start[rank + 1]!; e < end; e++) {
    const asset = heldAsset[e]!;
    let usd = heldUsd[e]! * oracle[asset]!;
    if (sellable[asset] === 1) {
      usd *= left;
      seizable += usd;
      bonus += bonusFrac[e]! * usd;
    } else {
      stranded += usd;
    }
    limit += lt[e]! * usd;
  }
  let debt = 0;
  for (let e = owed.start[rank]!, end = owed.start[rank + 1]!; e < end; e++)
    debt += owedUsd[e]! * oracle[owedAsset[e]!]!;
  const { worth, first } = who;
  worth[first + WORTH.limit] = limit;
  worth[first + WORTH.seizable] = seizable;
  worth[first + WORTH.stranded] = stranded;
  worth[first + WORTH.bonus] = bonus;
  worth[first + WORTH.debt] = debt * run.debtLeft[at]!;
  worth[first + WORTH.soldFrac] = 0;
  worth[first + WORTH.boughtFrac] = 0;
}

/** Whether rules leave a debtor alone whatever it is worth: it owed more than it held at t0, and nobody is to touch those. */
export function isLeftAlone({ isInsolvent }: Book, { includeInsolvent }: CascadeRules, rank: number): boolean {
  return isInsolvent[rank] === 1 && !includeInsolvent;
}

/**
 * Liquidate a debtor that was valued, and is not {@link isLeftAlone}, once, if its health factor is below what the rules ask
 * for; what changes hands is for the caller to {@link sell}.
 */
export function liquidate(book: Book, rules: CascadeRules, run: Rounds, who: Valued): void {
  const { rank, at, worth, first } = who;
  const limit = worth[first + WORTH.limit]!;
  const seizable = worth[first + WORTH.seizable]!;
  const stranded = worth[first + WORTH.stranded]!;
  const debt = worth[first + WORTH.debt]!;
  const debtLeft = run.debtLeft[at]!;
  const hf = limit / debt;
  worth[first + WORTH.hf] = debtLeft === 0 ? Infinity : hf;
  if (debtLeft === 0) return;
  if (!(limit < debt * rules.belowHf)) return;
  if (!(seizable > 0)) {
    if (!(stranded > 0)) writeOff(run, who, debt);
    return;
  }
  const venue = book.state.venues[book.venue[rank]!]!;
  const total = seizable + stranded;
  const closesAll = hf <= venue.fullCloseHf || debt <= venue.dustUsd || total <= venue.dustUsd;
  const premium = 1 + worth[first + WORTH.bonus]! / seizable;
  const left = run.collateralLeft[at]!;
  let repaid = (closesAll ? 1 : venue.closeFactorFrac) * debt;
  let seized = repaid * premium;
  if (seized > seizable) {
    seized = seizable;
    repaid = seized / premium;
  }
  if (rules.gate !== undefined) {
    const allowed = rules.gate(rank, repaid, (left * premium) / seizable, debtLeft / debt);
    if (!(allowed > 0)) return;
    if (allowed < repaid) seized = (repaid = allowed) * premium;
  }
  touch(run, who);
  const seizedShare = seized / seizable;
  const repaidShare = repaid / debt;
  worth[first + WORTH.soldFrac] = left * seizedShare;
  if (rules.buyBack) worth[first + WORTH.boughtFrac] = debtLeft * repaidShare;
  worth[first + WORTH.hf] = hf * ((1 - seizedShare) / (1 - repaidShare));
  run.collateralLeft[at] = left * (1 - seizedShare);
  run.debtLeft[at] = debtLeft * (1 - repaidShare);
  run.repaidUsd[at] = run.repaidUsd[at]! + repaid;
  run.bonusUsd += seized - repaid;
  run.repayments++;
  if (!(stranded > 0) && seizable - seized <= EMPTY_FRAC * (debt - repaid)) writeOff(run, who, debt - repaid);
}

/** It owes nothing from here on, which nothing can bring down. */
function writeOff(run: Rounds, who: Valued, debtUsd: number): void {
  const { at, worth, first } = who;
  touch(run, who);
  run.writtenOff[run.writtenOffCount++] = at;
  run.badDebtUsd[at] = run.badDebtUsd[at]! + debtUsd;
  run.writtenOffFrac[at] = run.debtLeft[at]!;
  run.debtLeft[at] = 0;
  worth[first + WORTH.hf] = Infinity;
}

/** Remember that a debtor is no longer what it was at t0. */
function touch(run: Rounds, { rank, at }: Valued): void {
  if (run.triggerRound[at] !== 0) return;
  run.triggerRound[at] = run.rounds;
  run.touched[run.touchedCount++] = rank;
}

/** Sell a liquidated debtor's collateral, as far as it can be sold, and buy its debt. */
export function sell({ held, owed, sellable }: Book, { soldUsd }: Rounds, { rank, worth, first }: Valued): void {
  const soldFrac = worth[first + WORTH.soldFrac]!;
  const boughtFrac = worth[first + WORTH.boughtFrac]!;
  if (soldFrac === 0 && boughtFrac === 0) return;
  for (let e = held.start[rank]!, end = held.start[rank + 1]!; e < end; e++) {
    const k = held.asset[e]!;
    if (sellable[k] === 1) soldUsd[k] = soldUsd[k]! + held.saleUsd[e]! * soldFrac;
  }
  if (boughtFrac === 0) return;
  for (let e = owed.start[rank]!, end = owed.start[rank + 1]!; e < end; e++) {
    const k = owed.asset[e]!;
    soldUsd[k] = soldUsd[k]! - owed.saleUsd[e]! * boughtFrac;
  }
}
