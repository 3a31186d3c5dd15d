import type { SystemState } from "../../graph/system-state.js";
import { byAccount, type Book } from "../book.js";
import { runCascade, type Cascade } from "../cascade.js";
import type { Shock } from "../price-state.js";
import { adjoint, amplificationOf, SALES_ONLY } from "./amplification.js";
import { jacobian, ownFactors } from "./jacobian.js";
import { lookThroughCollateral } from "../loss.js";

/** Window of J in which forced sales are propagated. MODEL 6.4. */
const WINDOW = 0.03;

/**
 * Who makes the part of the loss that the system makes itself: USD of it by the one whose forced sales start it.
 *
 * **Shapes.** `account[n]`, `owner[O]`, `venue[V]`, `asset[K]`: the same total, each split in its own way; an asset's
 * part is what sales of it as collateral start.
 */
export interface Systemicness {
  readonly account: Float64Array;
  readonly owner: Float64Array;
  readonly venue: Float64Array;
  readonly asset: Float64Array;
  readonly totalUsd: number;
  /** No adjoint exists: these are first-round losses alone. Rank by them, measure with `lossesWithout`. */
  readonly supercritical: boolean;
}

/**
 * `S_i = sum_k w_k slope_k sold_ik` with `w = (I-J')^-1 W`, J at a window of 3 % from t0, and the first-round sales
 * under `shock`; `slope_k` is the drop of k over what was sold of it. One adjoint solve, then one pass over positions.
 *
 * They add up to `w' d` with d the first-round drops: what the linear system makes of them, Linf - L1 there. `run` is
 * scratch. **Source.** MODEL 6.4; Greenwood, Landier and Thesmar 2015, systemicness, in adjoint form.
 */
export function systemicness(book: Book, shock: Shock, run: Cascade): Systemicness {
  const { state } = book;
  const size = state.assets.length;
  const matrix = jacobian(book, run, { windowFrac: WINDOW, rules: SALES_ONLY });
  const { inverse } = amplificationOf(matrix, size, WINDOW);
  const exposure = lookThroughCollateral(book);
  const weight = inverse === null ? exposure : adjoint(inverse, exposure);
  const perUsd = lossPerUsdSold(book, shock, weight, run);
  return { ...splitSales(book, run, perUsd), supercritical: inverse === null };
}

/** Loss per USD sold of each asset in the first round, with what the sale goes on as; leaves `run` after that round. */
function lossPerUsdSold(book: Book, shock: Shock, weight: Float64Array, run: Cascade): Float64Array {
  const { state } = book;
  runCascade(book, shock, { ...SALES_ONLY, maxRounds: 0 }, run);
  const price = Float64Array.from(run.prices.price);
  const before = ownFactors(state, price);
  runCascade(book, shock, { ...SALES_ONLY, maxRounds: 1 }, run);
  const after = ownFactors(state, run.prices.price);
  const { temporaryUsd, permanentUsd } = run.prices;
  const perUsd = weight.map((w, k) => {
    const sold = temporaryUsd[k]! + permanentUsd[k]!;
    return sold > 0 && before[k]! > 0 ? (w * (1 - after[k]! / before[k]!)) / sold : 0;
  });
  return withPassedOn(state, perUsd, price);
}

/** Add to each asset's value per USD sold that of what a sale of it goes on as, at `price[K]`, multiples of t0. */
export function withPassedOn(state: SystemState, perUsd: Float64Array, price: Float64Array): Float64Array {
  const { saleOrder, passOn } = state;
  const sum = Float64Array.from(perUsd);
  for (let m = saleOrder.length - 1; m >= 0; m--) {
    const j = saleOrder[m]!;
    for (let e = passOn.start[j]!; e < passOn.start[j + 1]!; e++) {
      const k = passOn.asset[e]!;
      if (price[k]! > 0) sum[j] = sum[j]! + passOn.weight[e]! * (price[j]! / price[k]!) * sum[k]!;
    }
  }
  return sum;
}

function splitSales(book: Book, run: Cascade, perUsd: Float64Array): Omit<Systemicness, "supercritical"> {
  const { state, sellable } = book;
  const { start, asset, saleUsd } = state.collateral;
  const account = new Float64Array(book.rank.length);
  const collateralLeft = byAccount(book, run.collateralLeft, 1);
  const owner = new Float64Array(state.owners.length);
  const venue = new Float64Array(state.venues.length);
  const byAsset = new Float64Array(state.assets.length);
  let totalUsd = 0;
  for (let i = 0; i < account.length; i++) {
    const share = 1 - collateralLeft[i]!;
    if (share === 0) continue;
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      const k = asset[e]!;
      if (sellable[k] === 0) continue;
      const part = saleUsd[e]! * share * perUsd[k]!;
      account[i] = account[i]! + part;
      byAsset[k] = byAsset[k]! + part;
    }
    const [o, v] = [state.accountOwner[i]!, state.accountVenue[i]!];
    owner[o] = owner[o]! + account[i]!;
    venue[v] = venue[v]! + account[i]!;
    totalUsd += account[i]!;
  }
  return { account, owner, venue, asset: byAsset, totalUsd };
}

/** Indices of the largest `count` entries above 0, largest first, ties by index. */
export function largest(values: Float64Array, count: number): number[] {
  const order = Array.from(values, (_, i) => i).filter((i) => values[i]! > 0);
  return order.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}
