import type { Book } from "./book.js";
import type { Cascade } from "./cascade.js";
import { followPrices, PRUNE_MARGIN } from "./watch.js";

/**
 * Debt of account `i` that its collateral no longer covers at the final prices, though nobody has seized it: 0 while the
 * collateral is worth more. Collateral that a liquidator cannot sell counts for nothing once the account is past its limit.
 */
export function latentBadDebtUsd(book: Book, run: Cascade, i: number): number {
  if (run.debtLeft[i] === 0) return 0;
  const { collateral, collateralLt, debt } = book.state;
  const { price } = run.prices;
  let owed = 0;
  for (let e = debt.start[i]!; e < debt.start[i + 1]!; e++) owed += debt.usd[e]! * price[debt.asset[e]!]!;
  owed *= run.debtLeft[i]!;
  let sellable = 0;
  let stranded = 0;
  let limit = 0;
  for (let e = collateral.start[i]!; e < collateral.start[i + 1]!; e++) {
    const k = collateral.asset[e]!;
    const value = collateral.usd[e]! * price[k]! * (book.sellable[k] === 1 ? run.collateralLeft[i]! : 1);
    if (book.sellable[k] === 1) sellable += value;
    else stranded += value;
    limit += collateralLt[e]! * value;
  }
  return Math.max(0, owed - sellable - (limit < owed ? 0 : stranded));
}

/**
 * Call `visit(i)` for every account whose {@link latentBadDebtUsd} after `run` may be above 0, in the book's order: while
 * an account's health factor at the final prices is at least `coveredHf`, its collateral is worth more than its debt.
 */
export function visitUncovered(book: Book, run: Cascade, visit: (i: number) => void): void {
  const { watch } = run;
  followPrices(watch, book, run.prices.price, book.coveredHf);
  const needed = (book.coveredHf * PRUNE_MARGIN) / watch.drift;
  for (let w = 0; w < watch.words; w++) {
    for (let left = watch.near[w]!; left !== 0; left &= left - 1) {
      const rank = 32 * w + 31 - Math.clz32(left & -left);
      if (watch.floorHf[rank]! < needed) visit(book.order[rank]!);
    }
  }
}
