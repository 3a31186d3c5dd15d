import type { SystemState } from "../../keeper/src/graph/system-state.js";
import type { Book } from "../../keeper/src/model/book.js";
import { LADDER_RULES } from "../../keeper/src/model/leverage.js";
import type { Shock } from "../../keeper/src/model/price-state.js";
import { plainCascade, plainRun } from "../../test/keeper/model/plain-cascade.js";

/** The state in which the accounts `changed` have repaid a tenth. */
export function repaying(state: SystemState, changed: Int32Array): SystemState {
  const { start } = state.debt;
  const [usd, saleUsd] = [state.debt.usd.slice(), state.debt.saleUsd.slice()];
  for (const i of changed) {
    for (let e = start[i]!; e < start[i + 1]!; e++) usd[e] = saleUsd[e] = 0.9 * usd[e]!;
  }
  return { ...state, debt: { ...state.debt, usd, saleUsd } };
}

/** A ladder's direction: that asset alone, or below 0 all that are no stables. */
export function directionOf({ assets }: SystemState, asset: number): Float64Array {
  return Float64Array.from(assets, ({ stable }, k) => (asset === k || (asset < 0 && !stable) ? 1 : 0));
}

/** Linf of one ladder step by the kernel that looks at everybody. */
export function plainFullLoss(book: Book, shock: Shock): number {
  const plain = plainRun(book);
  plainCascade(book, shock, LADDER_RULES, plain);
  return book.solventUsd.reduce((sum, usd, r) => sum + usd * (1 - plain.price[book.state.reserves[r]!.asset]!), 0);
}
