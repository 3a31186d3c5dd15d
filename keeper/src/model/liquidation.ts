import type { Book } from "./book.js";
import type { Cascade, CascadeRules } from "./cascade.js";
import { settle } from "./watch.js";

/** Collateral below this share of the debt is nothing: the rest of the debt is bad. */
const EMPTY_FRAC = 1e-9;

/** Liquidate, once each, everybody due whose health factor is below 1. Returns how many repaid something. */
export function liquidateDue(book: Book, rules: CascadeRules, run: Cascade): number {
  const { due, dueCount } = run.watch;
  let liquidated = 0;
  for (let d = 0; d < dueCount; d++) liquidated += liquidate(book, rules, run, due[d]!);
  return liquidated;
}

/** Liquidate candidate `c` once if its health factor is below 1. Returns 1 where something was repaid. */
function liquidate(book: Book, rules: CascadeRules, run: Cascade, c: number): number {
  const rank = run.watch.candidate[c]!;
  const debtLeft = run.debtLeft[rank]!;
  if (debtLeft === 0) {
    settle(run.watch, c, Infinity);
    return 0;
  }
  const { held, owed, sellable } = book;
  if (book.isInsolvent[rank] === 1 && !rules.includeInsolvent) return 0;
  const { asset: heldAsset, usd: heldUsd, bonus: bonusFrac, lt } = held;
  const { asset: owedAsset, usd: owedUsd } = owed;
  const { oracle } = run;
  const left = run.collateralLeft[rank]!;
  let limit = 0;
  let seizable = 0;
  let stranded = 0;
  let bonus = 0;
  for (let e = held.start[rank]!, end = held.start[rank + 1]!; e < end; e++) {
    const asset = heldAsset[e]!;
    let value = heldUsd[e]! * oracle[asset]!;
    if (sellable[asset] === 1) {
      value *= left;
      seizable += value;
      bonus += bonusFrac[e]! * value;
    } else {
      stranded += value;
    }
    limit += lt[e]! * value;
  }
  let debt = 0;
  for (let e = owed.start[rank]!, end = owed.start[rank + 1]!; e < end; e++)
    debt += owedUsd[e]! * oracle[owedAsset[e]!]!;
  debt *= debtLeft;
  if (!(limit < debt * rules.belowHf)) {
    settle(run.watch, c, limit / debt);
    return 0;
  }
  if (!(seizable > 0)) {
    if (!(stranded > 0)) writeOff(run, c, debt);
    return 0;
  }
  const venue = book.state.venues[book.venue[rank]!]!;
  const total = seizable + stranded;
  const closesAll = limit / debt <= venue.fullCloseHf || debt <= venue.dustUsd || total <= venue.dustUsd;
  const premium = 1 + bonus / seizable;
  let repaid = (closesAll ? 1 : venue.closeFactorFrac) * debt;
  let seized = repaid * premium;
  if (seized > seizable) {
    seized = seizable;
    repaid = seized / premium;
  }
  if (rules.gate !== undefined) {
    const allowed = rules.gate(rank, repaid, (left * premium) / seizable, debtLeft / debt);
    if (!(allowed > 0)) return 0;
    if (allowed < repaid) seized = (repaid = allowed) * premium;
  }
  touch(run, rank);
  const seizedShare = seized / seizable;
  const repaidShare = repaid / debt;
  sellCollateral(book, run, rank, left * seizedShare);
  if (rules.buyBack) buyDebt(book, run, rank, debtLeft * repaidShare);
  run.collateralLeft[rank] = left * (1 - seizedShare);
  run.debtLeft[rank] = debtLeft * (1 - repaidShare);
  run.repaidUsd[rank] = run.repaidUsd[rank]! + repaid;
  run.bonusUsd += seized - repaid;
  settle(run.watch, c, (limit / debt) * ((1 - seizedShare) / (1 - repaidShare)));
  if (!(stranded > 0) && seizable - seized <= EMPTY_FRAC * (debt - repaid)) writeOff(run, c, debt - repaid);
  return 1;
}

/** Candidate `c` owes nothing from here on, which nothing can bring down. */
function writeOff(run: Cascade, c: number, debtUsd: number): void {
  const rank = run.watch.candidate[c]!;
  touch(run, rank);
  settle(run.watch, c, Infinity);
  run.writtenOff[run.writtenOffCount++] = rank;
  run.badDebtUsd[rank] = run.badDebtUsd[rank]! + debtUsd;
  run.writtenOffFrac[rank] = run.debtLeft[rank]!;
  run.debtLeft[rank] = 0;
}

/** Remember that the debtor at `rank` is no longer what it was at t0. */
function touch(run: Cascade, rank: number): void {
  if (run.triggerRound[rank] !== 0) return;
  run.triggerRound[rank] = run.rounds;
  run.touched[run.touchedCount++] = rank;
}

/** Sell `share` of the collateral that the debtor at `rank` had at t0, as far as it can be sold. */
function sellCollateral({ held, sellable }: Book, { soldUsd }: Cascade, rank: number, share: number): void {
  const { start, asset, saleUsd } = held;
  for (let e = start[rank]!, end = start[rank + 1]!; e < end; e++) {
    const k = asset[e]!;
    if (sellable[k] === 1) soldUsd[k] = soldUsd[k]! + saleUsd[e]! * share;
  }
}

/** Buy `share` of the debt that the debtor at `rank` had at t0. */
function buyDebt({ owed }: Book, { soldUsd }: Cascade, rank: number, share: number): void {
  const { start, asset, saleUsd } = owed;
  for (let e = start[rank]!, end = start[rank + 1]!; e < end; e++) {
    const k = asset[e]!;
    soldUsd[k] = soldUsd[k]! - saleUsd[e]! * share;
  }
}
