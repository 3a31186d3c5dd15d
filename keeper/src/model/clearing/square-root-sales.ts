/**
 * Banks that sell securities once their leverage (assets over equity) passes a limit; prices fall with the square root
 * of what is sold.
 *
 * **Shapes.** n banks, K securities. `holdingsUsd[n*K]` row-major and `loansUsd[n]`, `equityUsd[n]`: after the shock,
 * before sales. `impactPerRootUsd[K]`: `sigma kappa / sqrt(ADV)`, so that the fall is that times the root of the sales.
 */
export interface SquareRootMarket {
  readonly equityUsd: Float64Array;
  readonly loansUsd: Float64Array;
  readonly holdingsUsd: Float64Array;
  readonly impactPerRootUsd: Float64Array;
  readonly maxLeverage: number;
}

/** Scratch and result of {@link findEquilibrium}; reusable. **Shapes.** `dropFrac[K]`, `soldFrac[n]` at these drops. */
export interface Equilibrium {
  readonly dropFrac: Float64Array;
  readonly soldFrac: Float64Array;
  readonly nextFrac: Float64Array;
  readonly soldUsd: Float64Array;
  /** Times the drops were updated. */
  rounds: number;
  converged: boolean;
  /** Euclidean distance of the drops from those that their sales cause. */
  residual: number;
}

/** Euclidean distance below which drops agree with their sales, as in the source. */
const TOLERANCE = 1e-9;
const ROUNDS_MAX = 100_000;

/** Allocate the scratch of a market. */
export function createEquilibrium({ equityUsd, impactPerRootUsd }: SquareRootMarket): Equilibrium {
  const size = impactPerRootUsd.length;
  return {
    dropFrac: new Float64Array(size),
    soldFrac: new Float64Array(equityUsd.length),
    nextFrac: new Float64Array(size),
    soldUsd: new Float64Array(size),
    rounds: 0,
    converged: false,
    residual: 0,
  };
}

/**
 * The least equilibrium, from no drop at all, or the greatest, from the drops that a sale of everything causes. Both
 * exist, since deeper drops never lead to fewer sales; between them there may be others.
 *
 * **Throws** `RangeError` where a sale of everything would bring a price to 0. **Source.** Breuer, Summer and Urosevic
 * 2021, assumptions 2 and 3, equations 6 to 12, theorem 2.
 */
export function findEquilibrium(market: SquareRootMarket, which: "least" | "greatest", run: Equilibrium): void {
  sellAll(market, run);
  const worst = run.dropFrac.findIndex((drop) => !(drop < 1));
  if (worst >= 0) {
    throw new RangeError(
      `selling all of security ${worst} drops its price by ${run.dropFrac[worst]}, expected below 1`,
    );
  }
  if (which === "least") run.dropFrac.fill(0);
  for (run.rounds = 0; ; run.rounds++) {
    decideSales(market, run);
    run.residual = distance(dropsOfSales(market, run), run.dropFrac);
    run.converged = run.residual < TOLERANCE;
    if (run.converged || run.rounds === ROUNDS_MAX) return;
    run.dropFrac.set(run.nextFrac);
  }
}

/** Drops that a sale of everything causes. */
export function maxDropFrac(market: SquareRootMarket): Float64Array {
  const run = createEquilibrium(market);
  sellAll(market, run);
  return run.dropFrac;
}

function sellAll(market: SquareRootMarket, run: Equilibrium): void {
  run.soldFrac.fill(1);
  run.dropFrac.set(dropsOfSales(market, run));
}

/** Loss on all holdings, sold or not, at the drops of `run`. */
export function markToMarketLossUsd({ holdingsUsd }: SquareRootMarket, { dropFrac }: Equilibrium): number {
  let loss = 0;
  for (let at = 0; at < holdingsUsd.length; at++) loss += holdingsUsd[at]! * dropFrac[at % dropFrac.length]!;
  return loss;
}

/**
 * The share of its securities that each bank sells at these drops: none as long as its leverage is within the limit,
 * all where its loans alone exceed it or its equity is gone, else what brings it back to the limit.
 */
function decideSales({ equityUsd, loansUsd, holdingsUsd, maxLeverage }: SquareRootMarket, run: Equilibrium): void {
  const size = run.dropFrac.length;
  for (let b = 0; b < equityUsd.length; b++) {
    let loss = 0;
    let left = 0;
    for (let k = 0; k < size; k++) {
      const held = holdingsUsd[b * size + k]!;
      loss += held * run.dropFrac[k]!;
      left += held * (1 - run.dropFrac[k]!);
    }
    const equity = equityUsd[b]! - loss;
    const room = maxLeverage * equity - loansUsd[b]!;
    run.soldFrac[b] = equity <= 0 || room < 0 ? 1 : room >= left ? 0 : 1 - room / left;
  }
}

/** Drops that the sales of `run` cause, in `run.nextFrac`. */
function dropsOfSales({ holdingsUsd, impactPerRootUsd }: SquareRootMarket, run: Equilibrium): Float64Array {
  const size = impactPerRootUsd.length;
  run.soldUsd.fill(0);
  for (let b = 0; b < run.soldFrac.length; b++) {
    const share = run.soldFrac[b]!;
    if (share === 0) continue;
    for (let k = 0; k < size; k++) run.soldUsd[k] = run.soldUsd[k]! + share * holdingsUsd[b * size + k]!;
  }
  for (let k = 0; k < size; k++) run.nextFrac[k] = impactPerRootUsd[k]! * Math.sqrt(run.soldUsd[k]!);
  return run.nextFrac;
}

function distance(a: Float64Array, b: Float64Array): number {
  let squares = 0;
  for (let k = 0; k < a.length; k++) squares += (a[k]! - b[k]!) * (a[k]! - b[k]!);
  return Math.sqrt(squares);
}
