import type { Book } from "./book.js";
import { runCascade, type Cascade, type CascadeRules } from "./cascade.js";
import type { Shock } from "./price-state.js";

/** Collateral of accounts that are solvent at t0, USD by asset as they hold it. `Float64Array[K]`. */
export function heldByAsset({ state, solventUsd }: Book): Float64Array {
  const held = new Float64Array(state.assets.length);
  state.reserves.forEach(({ asset }, r) => (held[asset] = held[asset]! + solventUsd[r]!));
  return held;
}

/**
 * The W of the headline, in the coordinates of a shock: USD lost per drop of a base asset, through every token on it, or
 * per drop of a derived asset's discount. `Float64Array[K]`.
 *
 * **Source.** MODEL 0, 6.1.
 */
export function lookThroughCollateral(book: Book): Float64Array {
  const { start, asset, weight } = book.state.backing;
  const held = heldByAsset(book);
  const through = Float64Array.from(held);
  for (let j = 0; j < held.length; j++) {
    for (let e = start[j]!; e < start[j + 1]!; e++) {
      through[asset[e]!] = through[asset[e]!]! + held[j]! * weight[e]!;
    }
  }
  return through;
}

/** Linf over {@link heldByAsset} as a function of the shock: USD; NaN where the cascade does not end. `run` is scratch. */
export function fullLoss(book: Book, rules: CascadeRules, run: Cascade): (shock: Shock) => number {
  const held = heldByAsset(book);
  return (shock) => {
    runCascade(book, shock, rules, run);
    return run.converged ? lossUsd(held, run.prices.price) : NaN;
  };
}

/** What `held[K]` USD lose at `price[K]`, multiples of t0. */
export function lossUsd(held: Float64Array, price: Float64Array): number {
  let loss = 0;
  for (let k = 0; k < held.length; k++) loss += held[k]! * (1 - price[k]!);
  return loss;
}
