import type { Book } from "./book.js";
import type { CascadeRules } from "./cascade.js";
import { passOnSales } from "./pass-on-sales.js";
import { clearSales, createPriceState, markPrices, shockPrices, type PriceState, type Shock } from "./price-state.js";

/**
 * What rounds of liquidation have done: scratch and result.
 *
 * **Shapes.** Per debtor: `collateralLeft`, `debtLeft` shares of t0; `repaidUsd` and `badDebtUsd` at the oracle's price of the
 * round. Where a debtor stands in these is for the owner of the rounds to say: at its rank in a {@link Cascade}, in the order
 * of `touched` in a lane of a {@link Lockstep}. `prices.price[K]` are the final market prices as multiples of t0.
 */
export interface Rounds {
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
  /** Liquidations of the current round that repaid something. */
  repayments: number;
  /** The last rounds in which there was none. */
  idleRounds: number;
  /** Whether all prices so far were numbers that can be computed with. */
  isSound: boolean;
  /** False where `maxRounds` ended it, or purchases drove a price beyond all numbers. */
  converged: boolean;
  /** The round in which the debtor was first liquidated or written off; 0 where nobody did. */
  readonly triggerRound: Int32Array;
  /** Ranks of those debtors, in the order in which it happened: the first `touchedCount`. Nobody else differs from t0. */
  readonly touched: Int32Array;
  touchedCount: number;
  /** Where those stand whose debt was written off, the first `writtenOffCount`: nobody else has bad debt. */
  readonly writtenOff: Int32Array;
  writtenOffCount: number;
}

/** Prices up to this multiple of t0 can be multiplied by any amount of money. */
const PRICE_MAX = 1e100;

/** Room for rounds over `book`, with `debtors` as they were at t0. */
export function createRounds(book: Book, latencyRounds: number, debtors: number): Rounds {
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
    repayments: 0,
    idleRounds: 0,
    isSound: true,
    converged: false,
    triggerRound: new Int32Array(debtors),
    touched: new Int32Array(debtors),
    touchedCount: 0,
    writtenOff: new Int32Array(debtors),
    writtenOffCount: 0,
  };
}

/** **Throws** `RangeError` where `run` was made for oracles that lag otherwise. */
export function checkLatency({ oracleRing }: Rounds, { latencyRounds }: CascadeRules): void {
  const rounds = latencyRounds + 1;
  if (oracleRing.length === rounds) return;
  throw new RangeError(`scratch holds ${oracleRing.length} oracle rounds, expected ${rounds}: create it anew`);
}

/** Move prices to `shock`, with the sales so far still on the market, and count rounds from 0. */
export function shockRounds(book: Book, shock: Shock, run: Rounds): void {
  shockPrices(run.prices, book.state, shock);
  for (const oracle of run.oracleRing) oracle.set(run.prices.price);
  run.rounds = 0;
  run.idleRounds = 0;
  run.isSound = hasPrices(run);
  run.converged = false;
}

/** Nobody has been touched, and nothing sold; what the touched left behind is for the caller to clear. */
export function forgetTouched(run: Rounds): void {
  run.touchedCount = 0;
  run.writtenOffCount = 0;
  run.bonusUsd = 0;
  clearSales(run.prices);
}

/** Whether nobody was liquidated for as long as oracles lag, or rounds ran out. */
export function isOver(run: Rounds, { maxRounds }: CascadeRules): boolean {
  return run.idleRounds >= run.oracleRing.length || run.rounds >= maxRounds;
}

/** Count a round. Returns the oracle's prices in it. */
export function startRound(run: Rounds): Float64Array {
  run.rounds++;
  run.repayments = 0;
  return (run.oracle = run.oracleRing[run.rounds % run.oracleRing.length]!);
}

/** Move prices by what was sold in the round. */
export function finishRound(book: Book, shock: Shock, rules: CascadeRules, run: Rounds): void {
  run.idleRounds = run.repayments > 0 ? 0 : run.idleRounds + 1;
  settleRound(book, shock, rules, run);
  run.oracle.set(run.prices.price);
  run.isSound &&= hasPrices(run);
  run.converged = run.isSound && run.idleRounds >= run.oracleRing.length;
}

/** False where purchases drove a price so high that amounts in it are no numbers. */
export function hasPrices({ prices }: Rounds): boolean {
  return prices.price.every((multiple) => multiple <= PRICE_MAX);
}

/** Whoever has at least this health factor is left alone in every round. */
export function askedHf({ belowHf }: CascadeRules): number {
  return Math.max(1, belowHf);
}

/** Pass on the sales of a round, and move prices by them. */
export function settleRound({ state }: Book, shock: Shock, rules: CascadeRules, run: Rounds): void {
  passOnSales(state, run.prices.price, run.soldUsd);
  addSales(rules, run);
  markPrices(run.prices, state, shock);
}

function addSales(rules: CascadeRules, run: Rounds): void {
  const { temporaryUsd, permanentUsd } = run.prices;
  for (let k = 0; k < run.soldUsd.length; k++) {
    temporaryUsd[k] = rules.keepFrac * temporaryUsd[k]! + (1 - rules.permanentFrac) * run.soldUsd[k]!;
    permanentUsd[k] = permanentUsd[k]! + rules.permanentFrac * run.soldUsd[k]!;
  }
}
