import type { Book } from "./book.js";
import { createValued, hfOf, isLeftAlone, liquidate, sell, value, type Valued } from "./liquidation.js";
import type { Shock } from "./price-state.js";
import {
  askedHf,
  checkLatency,
  createRounds,
  finishRound,
  forgetTouched,
  isOver,
  shockRounds,
  startRound,
  type Rounds,
} from "./rounds.js";
import { createWatch, followPrices, leaveAlone, settle, startWatch, watchRank, type Watch } from "./watch.js";

/** How liquidation rounds run. MODEL 5.3. */
export interface CascadeRules {
  readonly maxRounds: number;
  /** Rounds by which oracles lag the market. */
  readonly latencyRounds: number;
  /** Share of the temporary impact that is left after a round, `exp(-dt/tau_r)`: 1 = no time passes between rounds. */
  readonly keepFrac: number;
  /** Share phi of every sale that never recovers. */
  readonly permanentFrac: number;
  /** Liquidators buy the repaid debt asset back in its market. */
  readonly buyBack: boolean;
  /** Accounts below this health factor are liquidated: 1, or a floor where a halt protects the rest. */
  readonly belowHf: number;
  /** Accounts with more debt than collateral at t0 take part; otherwise nobody touches them. */
  readonly includeInsolvent: boolean;
  /** Who liquidates, and how far; where absent, everything that the rules allow is repaid. */
  readonly gate?: LiquidationGate;
}

/**
 * What of the `repaidUsd` that the rules allow is repaid of the debtor at `rank`: 0 is no liquidation.
 *
 * `soldFrac`, `boughtFrac`: shares of the collateral and the debt at t0 that change hands per USD repaid.
 */
export type LiquidationGate = (rank: number, repaidUsd: number, soldFrac: number, boughtFrac: number) => number;

/** One cascade, with everybody at their rank. Reusable: {@link runCascade} overwrites everything. */
export interface Cascade extends Rounds {
  readonly watch: Watch;
  readonly who: Valued;
}

/** Allocate the scratch of cascades over `book`. */
export function createCascade(book: Book, latencyRounds: number): Cascade {
  const debtors = book.order.length;
  return {
    ...createRounds(book, latencyRounds, debtors),
    watch: createWatch(debtors, book.state.assets.length),
    who: createValued(),
  };
}

/**
 * Run synchronous liquidation rounds after `shock` until nobody is liquidated for `latencyRounds + 1` rounds.
 *
 * Within a round everybody faces the same oracle prices, so the order of accounts does not matter. Seizure is pro rata,
 * which makes an account two numbers. Only whom {@link Watch} cannot rule out is looked at, and only what was touched is
 * undone before the next run: the cost is that of the accounts that matter, the result that of looking at everybody.
 *
 * **Throws** `RangeError` where the scratch was made for another book or latency. **Source.** MODEL 5.2, 5.3, 9.
 */
export function runCascade(book: Book, shock: Shock, rules: CascadeRules, run: Cascade): void {
  undoCascade(run);
  resumeCascade(book, shock, rules, run);
}

/**
 * Go on from where `run` stands: holdings, debts and sales stay, prices move to `shock` (from t0) with those sales still
 * on the market. `run.rounds` counts from here.
 */
export function resumeCascade(book: Book, shock: Shock, rules: CascadeRules, run: Cascade): void {
  checkScratch(book, run, rules);
  startRounds(book, shock, run);
  runRounds(book, shock, rules, run);
}

function runRounds(book: Book, shock: Shock, rules: CascadeRules, run: Cascade): void {
  while (!isOver(run, rules)) {
    startRound(run);
    liquidateRound(book, rules, run);
    finishRound(book, shock, rules, run);
  }
}

/** {@link shockRounds}, and watch whoever was touched before. */
export function startRounds(book: Book, shock: Shock, run: Cascade): void {
  shockRounds(book, shock, run);
  startWatch(run.watch, book, run.prices.price);
  for (let t = 0; t < run.touchedCount; t++) watchRank(run.watch, run.touched[t]!);
}

/**
 * Liquidate once at the prices of `run.oracle`, whoever counts rounds; `run.soldUsd` is what went to markets. Returns how many
 * repaid something.
 */
export function liquidateRound(book: Book, rules: CascadeRules, run: Cascade): number {
  const { watch, who } = run;
  followPrices(watch, book, { price: run.oracle, left: run, hf: askedHf(rules) });
  run.soldUsd.fill(0);
  run.repayments = 0;
  for (let d = 0; d < watch.dueCount; d++) {
    const c = watch.due[d]!;
    who.rank = who.at = watch.candidate[c]!;
    if (isLeftAlone(book, rules, who.rank)) {
      leaveAlone(watch, c);
      continue;
    }
    value(who, book, run);
    liquidate(book, rules, run, who);
    settle(watch, c, hfOf(who));
    sell(book, run, who);
  }
  return run.repayments;
}

function checkScratch(book: Book, run: Cascade, rules: CascadeRules): void {
  checkLatency(run, rules);
  if (run.debtLeft.length !== book.order.length || run.soldUsd.length !== book.state.assets.length) {
    throw new RangeError(`scratch holds ${run.debtLeft.length} debtors, expected ${book.order.length}: create it anew`);
  }
}

/** Back to t0, for everybody who is not there. */
export function undoCascade(run: Cascade): void {
  for (let t = 0; t < run.touchedCount; t++) {
    const rank = run.touched[t]!;
    run.collateralLeft[rank] = 1;
    run.debtLeft[rank] = 1;
    run.repaidUsd[rank] = 0;
    run.triggerRound[rank] = 0;
  }
  for (let w = 0; w < run.writtenOffCount; w++) {
    run.badDebtUsd[run.writtenOff[w]!] = 0;
    run.writtenOffFrac[run.writtenOff[w]!] = 0;
  }
  forgetTouched(run);
}

/** Make `to` stand where `from` stands; both must be scratch of one book. `keepFrac` of the temporary sales stays. */
export function copyCascade(from: Cascade, to: Cascade, keepFrac: number): void {
  undoCascade(to);
  for (let t = 0; t < from.touchedCount; t++) {
    const rank = from.touched[t]!;
    to.touched[t] = rank;
    to.collateralLeft[rank] = from.collateralLeft[rank]!;
    to.debtLeft[rank] = from.debtLeft[rank]!;
    to.repaidUsd[rank] = from.repaidUsd[rank]!;
    to.triggerRound[rank] = from.triggerRound[rank]!;
  }
  for (let w = 0; w < from.writtenOffCount; w++) {
    const rank = from.writtenOff[w]!;
    to.writtenOff[w] = rank;
    to.badDebtUsd[rank] = from.badDebtUsd[rank]!;
    to.writtenOffFrac[rank] = from.writtenOffFrac[rank]!;
  }
  to.touchedCount = from.touchedCount;
  to.writtenOffCount = from.writtenOffCount;
  to.bonusUsd = from.bonusUsd;
  to.prices.permanentUsd.set(from.prices.permanentUsd);
  for (let k = 0; k < to.soldUsd.length; k++) to.prices.temporaryUsd[k] = keepFrac * from.prices.temporaryUsd[k]!;
}
