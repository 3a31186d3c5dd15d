import { openBook, type Book } from "../../../keeper/src/model/book.js";
import { createCascade, runCascade, type Cascade, type CascadeRules } from "../../../keeper/src/model/cascade.js";
import { LADDER_RULES } from "../../../keeper/src/model/leverage.js";
import { stateOf, type SmallSystem } from "./small-system.js";

/** Rules of the golden systems: no time, no buy-back, everybody takes part. */
export const PLAIN: CascadeRules = { ...LADDER_RULES, maxRounds: 20_000, buyBack: false, includeInsolvent: true };

/** Terms of two venues that close half of a debt, and all of it at a health factor of 0.95. */
export const TWO_VENUES = {
  closeFactor: [0.5, 0.5],
  fullCloseHf: [0.95, 0.95],
  dustUsd: [0, 0],
} as const;

/** Open a small system and run one cascade over it, depth as written. */
export function runSmall(
  system: SmallSystem,
  shock: readonly number[],
  rules: Partial<CascadeRules> = {},
): { book: Book; run: Cascade } {
  const book = openBook(stateOf(system));
  const all = { ...PLAIN, ...rules };
  const run = createCascade(book, all.latencyRounds);
  const drops = { dropFrac: Float64Array.from(shock), depthFactor: new Float64Array(shock.length).fill(1) };
  runCascade(book, drops, all, run);
  return { book, run };
}

/** USD that all collateral loses at the final prices. */
export function fullLoss(book: Book, run: Cascade): number {
  let loss = 0;
  const { asset, usd } = book.state.collateral;
  asset.forEach((k, e) => (loss += usd[e]! * (1 - run.prices.price[k]!)));
  return loss;
}

/** Sum of a per-account result. */
export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** One account on one asset of price 1 against the numeraire. */
export function oneAccount(
  spec: { readonly collateral: number; readonly debt: number; readonly lt: number; readonly bonus: number },
  rest: Partial<SmallSystem> = {},
): SmallSystem {
  return {
    prices: [1, 1],
    curves: [{ kind: "inf" }, { kind: "inf" }],
    collateral: [[0, spec.collateral]],
    debt: [[spec.debt, 0]],
    venue: [0],
    lt: [[0.9, spec.lt]],
    bonus: [[0.05, spec.bonus]],
    closeFactor: [0.5],
    fullCloseHf: [0.95],
    dustUsd: [0],
    ...rest,
  };
}
