import type { DepthCurve } from "../../keeper/src/graph/depth-curve.js";
import { openBook } from "../../keeper/src/model/book.js";
import { latentBadDebtUsd } from "../../keeper/src/model/latent.js";
import { oneAccount, runSmall, total } from "../../test/keeper/model/run-small.js";
import { stateOf } from "../../test/keeper/model/small-system.js";

/** One leveraged position in a market that takes any sale. */
export interface Loop {
  readonly collateral: number;
  readonly debt: number;
  readonly lt: number;
  readonly bonus: number;
}

/** What is left unpaid, in the position's own unit: written off, and not yet. */
export interface Unpaid {
  readonly realised: number;
  readonly all: number;
}

/** The engine's answer to one sudden drop of the collateral. `pool`: where it is sold, and half of the debt a round. */
export function unpaidAfter(loop: Loop, dropFrac: number, pool?: DepthCurve): Unpaid {
  const rest = pool === undefined ? {} : { curves: [{ kind: "inf" } as const, pool], fullCloseHf: [0] };
  const { book, run } = runSmall(oneAccount(loop, rest), [0, dropFrac]);
  const realised = total(run.badDebtUsd);
  return { realised, all: realised + latentBadDebtUsd(book, run, 0) };
}

/** The largest drop that leaves no loss after liquidation, by bisection on the engine. */
export function largestSafeDrop(loop: Loop): number {
  let [safe, lossy] = [0, 1];
  for (let i = 0; i < 50; i++) {
    const middle = (safe + lossy) / 2;
    if (unpaidAfter(loop, middle).realised > 1e-12 * loop.debt) lossy = middle;
    else safe = middle;
  }
  return safe;
}

/** Health factor at t0. */
export function healthFactorOf(loop: Loop): number {
  return openBook(stateOf(oneAccount(loop))).healthFactor[0]!;
}

/** The loss on `units` of debt at `price` when no collateral is left. */
export function unpaidWithoutCollateral(units: number, price: number): number {
  const account = oneAccount({ collateral: 0, debt: units, lt: 0.5, bonus: 0 }, { prices: [price, 1] });
  return total(runSmall(account, [0, 0]).run.badDebtUsd);
}
