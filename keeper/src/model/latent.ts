import type { Book } from "./book.js";
import type { Cascade } from "./cascade.js";
import type { Rounds } from "./rounds.js";
import { followPrices, lookAgain } from "./watch.js";

/**
 * Debt of the debtor at `rank`, who stands at `at` in `run`, that its collateral no longer covers at the final prices, though
 * nobody has seized it: 0 while the collateral is worth more. Collateral that a liquidator cannot sell counts for nothing
 * once the account is past its limit.
 */
export function latentBadDebtUsd({ held, owed, sellable }: Book, run: Rounds, rank: number, at = rank): number {
  if (run.debtLeft[at] === 0) return 0;
  const { price } = run.prices;
  let debt = 0;
  for (let e = owed.start[rank]!; e < owed.start[rank + 1]!; e++) debt += owed.usd[e]! * price[owed.asset[e]!]!;
  debt *= run.debtLeft[at]!;
  let sold = 0;
  let stranded = 0;
  let limit = 0;
  for (let e = held.start[rank]!; e < held.start[rank + 1]!; e++) {
    const k = held.asset[e]!;
    const value = held.usd[e]! * price[k]! * (sellable[k] === 1 ? run.collateralLeft[at]! : 1);
    if (sellable[k] === 1) sold += value;
    else stranded += value;
    limit += held.lt[e]! * value;
  }
  return Math.max(0, debt - sold - (limit < debt ? 0 : stranded));
}

/**
 * Call `visit(rank)`, in ascending order, for every debtor whose {@link latentBadDebtUsd} after `run` may be above 0: while
 * its health factor at the final prices is at least `coveredHf`, its collateral is worth more than its debt.
 */
export function visitUncovered(book: Book, run: Cascade, visit: (rank: number) => void): void {
  const { watch } = run;
  lookAgain(watch);
  followPrices(watch, book, { price: run.prices.price, left: run, hf: book.coveredHf });
  for (let d = 0; d < watch.dueCount; d++) visit(watch.candidate[watch.due[d]!]!);
}
