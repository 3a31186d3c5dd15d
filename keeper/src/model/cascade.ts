import type { Book } from "./book.js";
import { clearSales, createPriceState, markPrices, shockPrices, type PriceState, type Shock } from "./price-state.js";

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
  /** Accounts below this health factor are liquidated: 1, or a floor where a halt protects the rest. At most 1. */
  readonly belowHf: number;
  /** Accounts with more debt than collateral at t0 take part; otherwise nobody touches them. */
  readonly includeInsolvent: boolean;
}

/**
 * One cascade: scratch and result. Reusable: {@link runCascade} overwrites everything.
 *
 * **Shapes.** Per account, n: `collateralLeft`, `debtLeft` shares of t0; `repaidUsd` and `badDebtUsd` at the oracle's
 * price of the round. `prices.price[K]` are the final market prices as multiples of t0.
 */
export interface Cascade {
  readonly prices: PriceState;
  readonly collateralLeft: Float64Array;
  readonly debtLeft: Float64Array;
  readonly repaidUsd: Float64Array;
  readonly badDebtUsd: Float64Array;
  readonly soldUsd: Float64Array;
  readonly oracleRing: readonly Float64Array[];
  /** The oracle's prices of the current round: one of `oracleRing`. */
  oracle: Float64Array;
  bonusUsd: number;
  /** Rounds run, the last ones without a liquidation included. */
  rounds: number;
  /** False where `maxRounds` ended it. */
  converged: boolean;
}

/** Collateral below this share of the debt is nothing: the rest of the debt is bad. */
const EMPTY_FRAC = 1e-9;
/** Guards the prune against the rounding of health factors. */
const PRUNE_MARGIN = 1 + 1e-9;

/** Allocate the scratch of cascades over `book`. */
export function createCascade(book: Book, latencyRounds: number): Cascade {
  const n = book.state.accountVenue.length;
  const size = book.state.assets.length;
  const oracleRing = Array.from({ length: latencyRounds + 1 }, () => new Float64Array(size));
  return {
    prices: createPriceState(size),
    collateralLeft: new Float64Array(n),
    debtLeft: new Float64Array(n),
    repaidUsd: new Float64Array(n),
    badDebtUsd: new Float64Array(n),
    soldUsd: new Float64Array(size),
    oracleRing,
    oracle: oracleRing[0]!,
    bonusUsd: 0,
    rounds: 0,
    converged: false,
  };
}

/**
 * Run synchronous liquidation rounds after `shock` until nobody is liquidated for `latencyRounds + 1` rounds.
 *
 * Within a round everybody faces the same oracle prices, so the order of accounts does not matter. Seizure is pro rata,
 * which makes an account two numbers. Only accounts whose health factor at t0 is below `max o / min o` can be
 * candidates: a prefix of the sorted book.
 *
 * **Throws** `RangeError` where the scratch was made for another latency. **Source.** MODEL 5.2, 5.3, 9.
 */
export function runCascade(book: Book, shock: Shock, rules: CascadeRules, run: Cascade): void {
  clearSales(run.prices);
  run.collateralLeft.fill(1);
  run.debtLeft.fill(1);
  run.repaidUsd.fill(0);
  run.badDebtUsd.fill(0);
  run.bonusUsd = 0;
  resumeCascade(book, shock, rules, run);
}

/**
 * Go on from where `run` stands: holdings, debts and sales stay, prices move to `shock` (from t0) with those sales still
 * on the market. `run.rounds` counts from here.
 */
export function resumeCascade(book: Book, shock: Shock, rules: CascadeRules, run: Cascade): void {
  const lanes = rules.latencyRounds + 1;
  if (run.oracleRing.length !== lanes) {
    throw new RangeError(`scratch holds ${run.oracleRing.length} oracle rounds, expected ${lanes}: create it anew`);
  }
  shockPrices(run.prices, book.state, shock);
  for (const oracle of run.oracleRing) oracle.set(run.prices.price);
  run.rounds = 0;
  let candidates = 0;
  let idle = 0;
  while (idle < lanes && run.rounds < rules.maxRounds) {
    run.rounds++;
    const oracle = (run.oracle = run.oracleRing[run.rounds % lanes]!);
    candidates = extendPrefix(book, oracle, candidates);
    run.soldUsd.fill(0);
    let liquidated = 0;
    for (let m = 0; m < candidates; m++) liquidated += liquidate(book, rules, run, book.order[m]!);
    idle = liquidated > 0 ? 0 : idle + 1;
    passOnSales(book, run);
    addSales(rules, run);
    markPrices(run.prices, book.state, shock);
    oracle.set(run.prices.price);
  }
  run.converged = idle >= lanes;
}

/** Make `to` stand where `from` stands; both must be scratch of one book. `keepFrac` of the temporary sales stays. */
export function copyCascade(from: Cascade, to: Cascade, keepFrac: number): void {
  to.collateralLeft.set(from.collateralLeft);
  to.debtLeft.set(from.debtLeft);
  to.repaidUsd.set(from.repaidUsd);
  to.badDebtUsd.set(from.badDebtUsd);
  to.bonusUsd = from.bonusUsd;
  to.prices.permanentUsd.set(from.prices.permanentUsd);
  for (let k = 0; k < to.soldUsd.length; k++) to.prices.temporaryUsd[k] = keepFrac * from.prices.temporaryUsd[k]!;
}

function extendPrefix(book: Book, oracle: Float64Array, candidates: number): number {
  let low = Infinity;
  let high = 0;
  for (let k = 0; k < oracle.length; k++) {
    if (oracle[k]! < low) low = oracle[k]!;
    if (oracle[k]! > high) high = oracle[k]!;
  }
  const limit = (high / low) * PRUNE_MARGIN;
  let m = candidates;
  while (m < book.order.length && (low <= 0 || book.orderHf[m]! < limit)) m++;
  return m;
}

/** Liquidate account `i` once if its health factor is below 1. Returns 1 where something was repaid. */
function liquidate(book: Book, rules: CascadeRules, run: Cascade, i: number): number {
  const debtLeft = run.debtLeft[i]!;
  if (debtLeft === 0 || (book.insolvent[i] === 1 && !rules.includeInsolvent)) return 0;
  const { state, sellable } = book;
  const { collateral, collateralLt, collateralBonus, debt } = state;
  const { oracle } = run;
  const left = run.collateralLeft[i]!;
  let limit = 0;
  let seizable = 0;
  let stranded = 0;
  let bonus = 0;
  for (let e = collateral.start[i]!; e < collateral.start[i + 1]!; e++) {
    const asset = collateral.asset[e]!;
    let value = collateral.usd[e]! * oracle[asset]!;
    if (sellable[asset] === 1) {
      value *= left;
      seizable += value;
      bonus += collateralBonus[e]! * value;
    } else {
      stranded += value;
    }
    limit += collateralLt[e]! * value;
  }
  let owed = 0;
  for (let e = debt.start[i]!; e < debt.start[i + 1]!; e++) owed += debt.usd[e]! * oracle[debt.asset[e]!]!;
  owed *= debtLeft;
  if (!(limit < owed * rules.belowHf)) return 0;
  if (!(seizable > 0)) {
    if (!(stranded > 0)) writeOff(run, i, owed);
    return 0;
  }
  const venue = state.venues[state.accountVenue[i]!]!;
  const total = seizable + stranded;
  const closesAll = limit / owed <= venue.fullCloseHf || owed <= venue.dustUsd || total <= venue.dustUsd;
  const premium = 1 + bonus / seizable;
  let repaid = (closesAll ? 1 : venue.closeFactorFrac) * owed;
  let seized = repaid * premium;
  if (seized > seizable) {
    seized = seizable;
    repaid = seized / premium;
  }
  const seizedShare = seized / seizable;
  const repaidShare = repaid / owed;
  sellCollateral(book, run, i, left * seizedShare);
  if (rules.buyBack) buyDebt(book, run, i, debtLeft * repaidShare);
  run.collateralLeft[i] = left * (1 - seizedShare);
  run.debtLeft[i] = debtLeft * (1 - repaidShare);
  run.repaidUsd[i] = run.repaidUsd[i]! + repaid;
  run.bonusUsd += seized - repaid;
  if (!(stranded > 0) && seizable - seized <= EMPTY_FRAC * (owed - repaid)) writeOff(run, i, owed - repaid);
  return 1;
}

function writeOff(run: Cascade, i: number, owed: number): void {
  run.badDebtUsd[i] = run.badDebtUsd[i]! + owed;
  run.debtLeft[i] = 0;
}

/** Sell `share` of the collateral that account `i` had at t0, as far as it can be sold. */
function sellCollateral(book: Book, run: Cascade, i: number, share: number): void {
  const { start, asset, saleUsd } = book.state.collateral;
  for (let e = start[i]!; e < start[i + 1]!; e++) {
    const k = asset[e]!;
    if (book.sellable[k] === 1) run.soldUsd[k] = run.soldUsd[k]! + saleUsd[e]! * share;
  }
}

/** Buy `share` of the debt that account `i` had at t0. */
function buyDebt(book: Book, run: Cascade, i: number, share: number): void {
  const { start, asset, saleUsd } = book.state.debt;
  for (let e = start[i]!; e < start[i + 1]!; e++) {
    const k = asset[e]!;
    run.soldUsd[k] = run.soldUsd[k]! - saleUsd[e]! * share;
  }
}

/** A sale into a pool leaves the seller with its quote, a redemption with what was behind the token: sell that too. */
function passOnSales(book: Book, run: Cascade): void {
  const { saleOrder, passOn } = book.state;
  const { price } = run.prices;
  for (let m = 0; m < saleOrder.length; m++) {
    const j = saleOrder[m]!;
    for (let e = passOn.start[j]!; e < passOn.start[j + 1]!; e++) {
      const k = passOn.asset[e]!;
      if (!(price[k]! > 0)) continue;
      run.soldUsd[k] = run.soldUsd[k]! + run.soldUsd[j]! * passOn.weight[e]! * (price[j]! / price[k]!);
    }
  }
}

function addSales(rules: CascadeRules, run: Cascade): void {
  const { temporaryUsd, permanentUsd } = run.prices;
  for (let k = 0; k < run.soldUsd.length; k++) {
    temporaryUsd[k] = rules.keepFrac * temporaryUsd[k]! + (1 - rules.permanentFrac) * run.soldUsd[k]!;
    permanentUsd[k] = permanentUsd[k]! + rules.permanentFrac * run.soldUsd[k]!;
  }
}

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
