import type { DepthCurve } from "../../graph/depth-curve.js";
import { marginalFactor } from "../impact.js";

/**
 * Leveraged institutions with common securities.
 *
 * **Shapes.** n institutions, K securities. `units[n*K]` row-major, in USD at start prices (all prices start at 1).
 * **Units.** USD; `loanUsd` is debt that can be paid back early, `otherDebtUsd` cannot.
 */
export interface Institutions {
  readonly count: number;
  readonly cashUsd: Float64Array;
  readonly units: Float64Array;
  readonly otherUsd: Float64Array;
  readonly loanUsd: Float64Array;
  readonly otherDebtUsd: Float64Array;
  /** Price of each security after cumulative sales of all, in units. */
  readonly curves: readonly DepthCurve[];
}

/** Leverage is equity over assets here. */
export interface FireSaleRules {
  /** Below it an institution defaults, and sells all in the next step. */
  readonly minLeverage: number;
  /** Below it an institution sells: above the target everybody steers to the target, else only those in distress. */
  readonly bufferLeverage: number;
  /** Where it wants to be again. */
  readonly targetLeverage: number;
}

/**
 * Scratch and result of {@link runFireSale}; reusable.
 *
 * **Shapes.** `price[K]`, `soldUnits[K]`; `defaults[steps]` new ones in each step, `soldFrac[steps]` units sold so far
 * over all units. `equityUsd[n]`, `alive[n]` at the end.
 */
export interface FireSale {
  readonly price: Float64Array;
  readonly soldUnits: Float64Array;
  readonly defaults: Int32Array;
  readonly soldFrac: Float64Array;
  readonly equityUsd: Float64Array;
  readonly alive: Uint8Array;
  readonly cashUsd: Float64Array;
  readonly loanUsd: Float64Array;
  readonly units: Float64Array;
  readonly orders: Float64Array;
  readonly midPrice: Float64Array;
}

/** Allocate the scratch of runs of `steps` steps. */
export function createFireSale({ count, curves }: Institutions, steps: number): FireSale {
  const size = curves.length;
  return {
    price: new Float64Array(size),
    soldUnits: new Float64Array(size),
    defaults: new Int32Array(steps),
    soldFrac: new Float64Array(steps),
    equityUsd: new Float64Array(count),
    alive: new Uint8Array(count),
    cashUsd: new Float64Array(count),
    loanUsd: new Float64Array(count),
    units: new Float64Array(count * size),
    orders: new Float64Array(count * size),
    midPrice: new Float64Array(size),
  };
}

/**
 * Run all steps after prices fell by `dropFrac[K]`.
 *
 * In a step the market clears the orders of the step before at once, sellers getting the mean of the prices before and
 * after; then every institution alive looks at its leverage: it defaults, or pays debt back from its cash and orders
 * sales for the rest of what it needs, in proportion to the value it holds. Orders do not depend on who comes first.
 *
 * **Source.** Cont and Schaanning 2017; Farmer et al. 2020; impact Cifuentes, Ferrucci and Shin 2005 or any of MODEL 5.4.
 */
export function runFireSale(system: Institutions, dropFrac: Float64Array, rules: FireSaleRules, run: FireSale): void {
  run.cashUsd.set(system.cashUsd);
  run.loanUsd.set(system.loanUsd);
  run.units.set(system.units);
  run.orders.fill(0);
  run.soldUnits.fill(0);
  run.alive.fill(1);
  for (let k = 0; k < dropFrac.length; k++) run.price[k] = 1 - dropFrac[k]!;
  const total = sum(system.units);
  for (let step = 0; step < run.defaults.length; step++) {
    clearMarket(system, dropFrac, run);
    run.soldFrac[step] = total > 0 ? sum(run.soldUnits) / total : 0;
    run.defaults[step] = decideAll(system, rules, run);
  }
  for (let i = 0; i < system.count; i++) run.equityUsd[i] = assetsUsd(system, run, i) - debtUsd(system, run, i);
}

/** Share of the institutions that defaulted; 0 below `systemicFrac`, where it is no event of the system. */
export function systemicEventFrac({ defaults, alive }: FireSale, systemicFrac: number): number {
  const share = sum(defaults) / alive.length;
  return share < systemicFrac ? 0 : share;
}

/** Assets to shed for an equity of `targetLeverage` of the rest; below 0 where there is room. */
export function excessAssetsUsd(assets: number, equity: number, targetLeverage: number): number {
  return assets - equity / targetLeverage;
}

function clearMarket({ count, curves }: Institutions, dropFrac: Float64Array, run: FireSale): void {
  const { price, midPrice, soldUnits, orders, units, cashUsd } = run;
  const size = curves.length;
  for (let k = 0; k < size; k++) {
    let ordered = 0;
    for (let at = k; at < orders.length; at += size) ordered += orders[at]!;
    const before = price[k]!;
    if (ordered > 0) {
      soldUnits[k] = soldUnits[k]! + ordered;
      price[k] = (1 - dropFrac[k]!) * marginalFactor(curves[k]!, soldUnits[k]!);
    }
    midPrice[k] = (before + price[k]!) / 2;
  }
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < size; k++) {
      const at = i * size + k;
      cashUsd[i] = cashUsd[i]! + orders[at]! * midPrice[k]!;
      units[at] = units[at]! - orders[at]!;
      orders[at] = 0;
    }
  }
}

/** Everybody alive decides at the same prices. Returns how many default. */
function decideAll(system: Institutions, rules: FireSaleRules, run: FireSale): number {
  let defaults = 0;
  for (let i = 0; i < system.count; i++) {
    if (run.alive[i] === 0) continue;
    const assets = assetsUsd(system, run, i);
    const equity = assets - debtUsd(system, run, i);
    const leverage = equity / assets;
    if (!(leverage >= rules.minLeverage)) {
      defaults++;
      run.alive[i] = 0;
      order(system, run, i, 1);
    } else if (leverage < rules.bufferLeverage) {
      delever(system, run, i, excessAssetsUsd(assets, equity, rules.targetLeverage));
    }
  }
  return defaults;
}

function delever(system: Institutions, run: FireSale, i: number, excessUsd: number): void {
  if (!(excessUsd > 0)) return;
  const paid = Math.min(excessUsd, run.cashUsd[i]!, run.loanUsd[i]!);
  run.cashUsd[i] = run.cashUsd[i]! - paid;
  run.loanUsd[i] = run.loanUsd[i]! - paid;
  const holds = holdingsUsd(system, run, i);
  if (holds > 0) order(system, run, i, Math.min(1, (excessUsd - paid) / holds));
}

function order({ curves }: Institutions, run: FireSale, i: number, share: number): void {
  const size = curves.length;
  for (let at = i * size; at < (i + 1) * size; at++) run.orders[at] = run.units[at]! * share;
}

function holdingsUsd({ curves }: Institutions, run: FireSale, i: number): number {
  let value = 0;
  for (let k = 0; k < curves.length; k++) value += run.units[i * curves.length + k]! * run.price[k]!;
  return value;
}

function assetsUsd(system: Institutions, run: FireSale, i: number): number {
  return run.cashUsd[i]! + holdingsUsd(system, run, i) + system.otherUsd[i]!;
}

function debtUsd(system: Institutions, run: FireSale, i: number): number {
  return run.loanUsd[i]! + system.otherDebtUsd[i]!;
}

function sum(values: Float64Array | Int32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
