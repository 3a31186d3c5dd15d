import type { Book } from "./book.js";
import { liquidateDue } from "./liquidation.js";
import { passOnSales } from "./pass-on-sales.js";
import { clearSales, createPriceState, markPrices, shockPrices, type PriceState, type Shock } from "./price-state.js";
import { takeLane, type Screen } from "./screen.js";
import { createWatch, followPrices, startWatch, watchRank, type Watch } from "./watch.js";

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

/**
 * One cascade: scratch and result. Reusable: {@link runCascade} overwrites everything.
 *
 * **Shapes.** Per debtor by rank in the book, M: `collateralLeft`, `debtLeft` shares of t0; `repaidUsd` and `badDebtUsd`
 * at the oracle's price of the round. `prices.price[K]` are the final market prices as multiples of t0.
 */
export interface Cascade {
  readonly prices: PriceState;
  readonly collateralLeft: Float64Array;
  readonly debtLeft: Float64Array;
  readonly repaidUsd: Float64Array;
  readonly badDebtUsd: Float64Array;
  /** Share of the debt at t0 that was written off as bad. */
  readonly writtenOffFrac: Float64Array;
  readonly soldUsd: Float64Array;
  readonly oracleRing: readonly Float64Array[];
  /** The oracle's prices of the current round: one of `oracleRing`. */
  oracle: Float64Array;
  bonusUsd: number;
  /** Rounds run, the last ones without a liquidation included. */
  rounds: number;
  /** False where `maxRounds` ended it, or purchases drove a price beyond all numbers. */
  converged: boolean;
  /** `Int32Array[M]`: the round in which the debtor was first liquidated or written off; 0 where nobody did. */
  readonly triggerRound: Int32Array;
  /** Ranks of those debtors, in the order in which it happened: the first `touchedCount`. Nobody else differs from t0. */
  readonly touched: Int32Array;
  touchedCount: number;
  /** Ranks of those whose debt was written off, the first `writtenOffCount`: nobody else has bad debt. */
  readonly writtenOff: Int32Array;
  writtenOffCount: number;
  readonly watch: Watch;
}

/** Prices up to this multiple of t0 can be multiplied by any amount of money. */
const PRICE_MAX = 1e100;

/** Allocate the scratch of cascades over `book`. */
export function createCascade(book: Book, latencyRounds: number): Cascade {
  const debtors = book.order.length;
  const size = book.state.assets.length;
  const oracleRing = Array.from({ length: latencyRounds + 1 }, () => new Float64Array(size));
  return {
    prices: createPriceState(size),
    collateralLeft: new Float64Array(debtors).fill(1),
    debtLeft: new Float64Array(debtors).fill(1),
    repaidUsd: new Float64Array(debtors),
    badDebtUsd: new Float64Array(debtors),
    writtenOffFrac: new Float64Array(debtors),
    soldUsd: new Float64Array(size),
    oracleRing,
    oracle: oracleRing[0]!,
    bonusUsd: 0,
    rounds: 0,
    converged: false,
    triggerRound: new Int32Array(debtors),
    touched: new Int32Array(debtors),
    touchedCount: 0,
    writtenOff: new Int32Array(debtors),
    writtenOffCount: 0,
    watch: createWatch(debtors, size),
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

/** {@link runCascade} of a shock whose candidates are those of a lane of `screen`: found for {@link askedHf} at its prices. */
export function runScreened(
  book: Book,
  { shock, screen, lane }: { readonly shock: Shock; readonly screen: Screen; readonly lane: number },
  rules: CascadeRules,
  run: Cascade,
): void {
  checkScratch(book, run, rules);
  undoCascade(run);
  startRounds(book, shock, run);
  takeLane(run.watch, screen, lane);
  runRounds(book, shock, rules, run);
}

function runRounds(book: Book, shock: Shock, rules: CascadeRules, run: Cascade): void {
  const lanes = rules.latencyRounds + 1;
  for (const oracle of run.oracleRing) oracle.set(run.prices.price);
  let idle = 0;
  let sound = hasPrices(run);
  while (idle < lanes && run.rounds < rules.maxRounds) {
    run.rounds++;
    run.oracle = run.oracleRing[run.rounds % lanes]!;
    idle = liquidateRound(book, rules, run) > 0 ? 0 : idle + 1;
    settleRound(book, shock, rules, run);
    run.oracle.set(run.prices.price);
    sound = sound && hasPrices(run);
  }
  run.converged = idle >= lanes && sound;
}

/** False where purchases drove a price so high that amounts in it are no numbers. */
export function hasPrices({ prices }: Cascade): boolean {
  return prices.price.every((multiple) => multiple <= PRICE_MAX);
}

/** Move prices to `shock`, with the sales so far still on the market, and count rounds from 0. */
export function startRounds(book: Book, shock: Shock, run: Cascade): void {
  shockPrices(run.prices, book.state, shock);
  startWatch(run.watch, book, run.prices.price);
  for (let t = 0; t < run.touchedCount; t++) watchRank(run.watch, run.touched[t]!);
  run.rounds = 0;
}

/** Liquidate once at the prices of `run.oracle`; `run.soldUsd` is what went to markets. Returns how many repaid something. */
export function liquidateRound(book: Book, rules: CascadeRules, run: Cascade): number {
  followPrices(run.watch, book, { price: run.oracle, left: run, hf: askedHf(rules) });
  run.soldUsd.fill(0);
  return liquidateDue(book, rules, run);
}

/** Whoever has at least this health factor is left alone in every round. */
export function askedHf({ belowHf }: CascadeRules): number {
  return Math.max(1, belowHf);
}

/** Pass on the sales of a round, and move prices by them. */
export function settleRound({ state }: Book, shock: Shock, rules: CascadeRules, run: Cascade): void {
  passOnSales(state, run.prices.price, run.soldUsd);
  addSales(rules, run);
  markPrices(run.prices, state, shock);
}

function checkScratch(book: Book, run: Cascade, { latencyRounds }: CascadeRules): void {
  const lanes = latencyRounds + 1;
  if (run.oracleRing.length !== lanes) {
    throw new RangeError(`scratch holds ${run.oracleRing.length} oracle rounds, expected ${lanes}: create it anew`);
  }
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
  run.touchedCount = 0;
  run.writtenOffCount = 0;
  run.bonusUsd = 0;
  clearSales(run.prices);
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

function addSales(rules: CascadeRules, run: Cascade): void {
  const { temporaryUsd, permanentUsd } = run.prices;
  for (let k = 0; k < run.soldUsd.length; k++) {
    temporaryUsd[k] = rules.keepFrac * temporaryUsd[k]! + (1 - rules.permanentFrac) * run.soldUsd[k]!;
    permanentUsd[k] = permanentUsd[k]! + rules.permanentFrac * run.soldUsd[k]!;
  }
}
