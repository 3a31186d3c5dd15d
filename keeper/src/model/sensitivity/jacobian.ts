import type { SystemState } from "../../graph/system-state.js";
import type { Book } from "../book.js";
import { copyCascade, resumeCascade, runCascade, type Cascade, type CascadeRules } from "../cascade.js";
import { standstill } from "../pause.js";
import type { Shock } from "../price-state.js";

/** Where local amplification is measured. */
export interface JacobianPoint {
  /** A small drop, the same for every asset in turn. */
  readonly windowFrac: number;
  readonly rules: CascadeRules;
  /** A cascade that ended under `shock`: further drops go on from there. Left out: from t0. */
  readonly from?: { readonly cascade: Cascade; readonly shock: Shock };
}

/**
 * Local amplification `J[k*K+l]`: the drop of k that the first-round sales after a drop `windowFrac` of l cause, over
 * that drop. Sales that would happen without the drop are not its own; a drop that saves somebody counts as none, so
 * that J >= 0.
 *
 * A drop of a derived asset is one of its discount, on both sides: what it loses with its backing is the backing's.
 * `run` is scratch. **Source.** MODEL 6.2.
 */
export function jacobian(book: Book, run: Cascade, { windowFrac, rules, from }: JacobianPoint): Float64Array {
  const { state } = book;
  const size = state.assets.length;
  const point = from?.shock ?? standstill(size);
  const matrix = new Float64Array(size * size);
  const idle = salesDrop(point);
  for (let l = 0; l < size; l++) {
    const dropFrac = Float64Array.from(point.dropFrac);
    dropFrac[l] = 1 - (1 - dropFrac[l]!) * (1 - windowFrac);
    const drop = salesDrop({ ...point, dropFrac });
    for (let k = 0; k < size; k++) matrix[k * size + l] = Math.max(0, drop[k]! - idle[k]!) / windowFrac;
  }
  return matrix;

  /** Drops that one round of sales causes under `shock`. */
  function salesDrop(shock: Shock): Float64Array {
    rounds(shock, 0);
    const before = ownFactors(state, run.prices.price);
    rounds(shock, 1);
    return ownFactors(state, run.prices.price).map((own, k) => (before[k]! > 0 ? 1 - own / before[k]! : 0));
  }

  function rounds(shock: Shock, maxRounds: number): void {
    const limited = { ...rules, maxRounds };
    if (from === undefined) return runCascade(book, shock, limited, run);
    copyCascade(from.cascade, run, 1);
    resumeCascade(book, shock, limited, run);
  }
}

/** What is an asset's own in `price[K]`: a base asset's price, a derived one's over the value of its backing. */
export function ownFactors(state: SystemState, price: Float64Array): Float64Array {
  const { start, asset, weight } = state.backing;
  return price.map((p, j) => {
    if (start[j] === start[j + 1]) return p;
    let nav = 0;
    for (let e = start[j]!; e < start[j + 1]!; e++) nav += weight[e]! * price[asset[e]!]!;
    return nav > 0 ? p / nav : 0;
  });
}
