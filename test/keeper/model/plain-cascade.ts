import type { Book } from "../../../keeper/src/model/book.js";
import type { CascadeRules } from "../../../keeper/src/model/cascade.js";
import { marginalFactor, tableDrop, tableUsd } from "../../../keeper/src/model/impact.js";
import type { Shock } from "../../../keeper/src/model/price-state.js";

/** Collateral below this share of the debt is nothing: the rest of the debt is bad. */
const EMPTY_FRAC = 1e-9;

/** State and result of a plain cascade, as {@link plainCascade} leaves it. */
export interface PlainRun {
  readonly price: Float64Array;
  readonly temporaryUsd: Float64Array;
  readonly permanentUsd: Float64Array;
  readonly collateralLeft: Float64Array;
  readonly debtLeft: Float64Array;
  readonly repaidUsd: Float64Array;
  readonly badDebtUsd: Float64Array;
  readonly triggerRound: Int32Array;
  bonusUsd: number;
  rounds: number;
  converged: boolean;
}

/** Everybody at t0. */
export function plainRun(book: Book): PlainRun {
  const n = book.state.accountVenue.length;
  const size = book.state.assets.length;
  return {
    price: new Float64Array(size),
    temporaryUsd: new Float64Array(size),
    permanentUsd: new Float64Array(size),
    collateralLeft: new Float64Array(n).fill(1),
    debtLeft: new Float64Array(n).fill(1),
    repaidUsd: new Float64Array(n),
    badDebtUsd: new Float64Array(n),
    triggerRound: new Int32Array(n),
    bonusUsd: 0,
    rounds: 0,
    converged: false,
  };
}

/**
 * The kernel without its prune: every debtor looked at in every round, every price marked anew, sums in the same order.
 * What the fast kernel gives must be this to the bit; that this is right, slow-cascade.ts and the golden systems say.
 */
export function plainCascade(book: Book, shock: Shock, rules: CascadeRules, run: PlainRun): void {
  const history = [marked(book, shock, run)];
  run.rounds = 0;
  let idle = 0;
  while (idle <= rules.latencyRounds && run.rounds < rules.maxRounds) {
    run.rounds++;
    const oracle = history[Math.max(0, history.length - 1 - rules.latencyRounds)]!;
    const sold = new Float64Array(run.price.length);
    let liquidated = 0;
    for (const i of book.order) liquidated += liquidate({ book, rules, run, oracle, sold }, i);
    idle = liquidated > 0 ? 0 : idle + 1;
    passOn(book, history.at(-1)!, sold);
    for (let k = 0; k < sold.length; k++) {
      run.temporaryUsd[k] = rules.keepFrac * run.temporaryUsd[k]! + (1 - rules.permanentFrac) * sold[k]!;
      run.permanentUsd[k] = run.permanentUsd[k]! + rules.permanentFrac * sold[k]!;
    }
    history.push(marked(book, shock, run));
  }
  run.price.set(history.at(-1)!);
  const sound = history.every((prices) => prices.every((multiple) => multiple <= 1e100));
  run.converged = idle > rules.latencyRounds && sound;
}

interface Round {
  readonly book: Book;
  readonly rules: CascadeRules;
  readonly run: PlainRun;
  readonly oracle: Float64Array;
  readonly sold: Float64Array;
}

function liquidate({ book, rules, run, oracle, sold }: Round, i: number): number {
  const debtLeft = run.debtLeft[i]!;
  if (debtLeft === 0 || (book.insolvent[i] === 1 && !rules.includeInsolvent)) return 0;
  const { state, sellable } = book;
  const { collateral, collateralLt, collateralBonus, debt } = state;
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
  run.triggerRound[i] = run.triggerRound[i]! || run.rounds;
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
  for (let e = collateral.start[i]!; e < collateral.start[i + 1]!; e++) {
    const k = collateral.asset[e]!;
    if (sellable[k] === 1) sold[k] = sold[k]! + collateral.saleUsd[e]! * (left * seizedShare);
  }
  for (let e = debt.start[i]!; rules.buyBack && e < debt.start[i + 1]!; e++) {
    const k = debt.asset[e]!;
    sold[k] = sold[k]! - debt.saleUsd[e]! * (debtLeft * repaidShare);
  }
  run.collateralLeft[i] = left * (1 - seizedShare);
  run.debtLeft[i] = debtLeft * (1 - repaidShare);
  run.repaidUsd[i] = run.repaidUsd[i]! + repaid;
  run.bonusUsd += seized - repaid;
  if (!(stranded > 0) && seizable - seized <= EMPTY_FRAC * (owed - repaid)) writeOff(run, i, owed - repaid);
  return 1;
}

function writeOff(run: PlainRun, i: number, owed: number): void {
  run.triggerRound[i] = run.triggerRound[i]! || run.rounds;
  run.badDebtUsd[i] = run.badDebtUsd[i]! + owed;
  run.debtLeft[i] = 0;
}

function passOn(book: Book, price: Float64Array, sold: Float64Array): void {
  const { saleOrder, passOn: rows } = book.state;
  for (const j of saleOrder) {
    for (let e = rows.start[j]!; e < rows.start[j + 1]!; e++) {
      const k = rows.asset[e]!;
      if (price[k]! > 0) sold[k] = sold[k]! + sold[j]! * rows.weight[e]! * (price[j]! / price[k]!);
    }
  }
}

/** Marginal prices after the shock and the sales so far: MODEL 5.4, with tables going on from the shocked price. */
function marked({ state }: Book, shock: Shock, run: PlainRun): Float64Array {
  const price = Float64Array.from(state.assets, ({ curve }, k) => {
    const exogenous = 1 - shock.dropFrac[k]!;
    const sold = run.temporaryUsd[k]! + run.permanentUsd[k]!;
    if (sold === 0) return exogenous;
    const scaled = sold / shock.depthFactor[k]!;
    if (curve.kind !== "table") return exogenous * marginalFactor(curve, scaled * exogenous);
    const from = tableUsd(curve.drop, curve.usd, shock.dropFrac[k]!);
    const onTable = 1 - tableDrop(curve.drop, curve.usd, from + scaled);
    return sold > 0 ? Math.min(exogenous, onTable) : Math.max(exogenous, onTable);
  });
  const { start, asset, weight } = state.backing;
  for (let j = 0; j < price.length; j++) {
    if (start[j] === start[j + 1]) continue;
    let nav = 0;
    for (let e = start[j]!; e < start[j + 1]!; e++) nav += weight[e]! * price[asset[e]!]!;
    price[j] = nav * price[j]!;
  }
  return price;
}
