import type { BalancerStablePool } from "../../snapshot/pool-state.js";
import { fromUnits, intToBig } from "../../units.js";
import { near, stableInvariant, stablePrice } from "../curve/stable-math.js";
import type { PairCurve } from "../pair-curve.js";
import { solvedCurve } from "../solved-curve.js";
import type { Traded } from "../solved-curve.js";
import { SwapReverted } from "../uniswap-v3/errors.js";
import { ceilDiv, divDown, mulDown, mulUp } from "./fixed-point.js";

const DECIMALS = 18;
const MAX_ROUNDS = 255;

/**
 * What the vault's query answers for `amountIn` raw units of token `i`: raw units of token `j`.
 *
 * **Throws** `SwapReverted` where the pool reverts. **Source.** Balancer v2 `StableMath._calcOutGivenIn`, `BasePool`.
 */
export function balancerStableQuote(pool: BalancerStablePool, i: number, j: number, amountIn: bigint): bigint {
  return givenOf(pool, j, afterSale(pool, i, j, amountIn));
}

function givenOf(pool: BalancerStablePool, j: number, { balances, y }: ReturnType<typeof afterSale>): bigint {
  const given = balances[j]! - y - 1n;
  if (given < 0n) throw new SwapReverted("BAL#001", `saw too little in for anything out, expected more`);
  return divDown(given, pool.scaling[j]!);
}

/** The pool as a market of token `i` in token `j`. Undefined where it is empty. */
export function balancerStableCurve(pool: BalancerStablePool, i: number, j: number): PairCurve | undefined {
  if (pool.balances.some((balance) => balance === 0n)) return undefined;
  const ann = (fromUnits(pool.amp, 0) * pool.tokens.length) / fromUnits(pool.ampUnit, 0);
  const perRaw = fromUnits(pool.scaling[i]!, 0) / fromUnits(pool.scaling[j]!, 0);
  const priceAt = (balances: readonly bigint[], invariant: bigint): number => {
    const amounts = balances.map((balance) => fromUnits(balance, 0));
    return stablePrice(amounts, { ann, invariant: fromUnits(invariant, 0), i, j }) * perRaw;
  };
  const traded = (from: number, to: number, units: bigint): Traded | undefined => {
    try {
      const sale = afterSale(pool, from, to, units);
      const { balances, y, invariant } = sale;
      const after = balances.map((balance, k) => (k === to ? y : balance));
      return { price: priceAt(after, invariant), out: fromUnits(givenOf(pool, to, sale), 0) };
    } catch (cause) {
      if (cause instanceof SwapReverted) return undefined;
      throw cause;
    }
  };
  const scaled = scaledBalances(pool);
  return solvedCurve({
    price: priceAt(scaled, invariantOf(pool, scaled)),
    feeFrac: fromUnits(pool.fee, DECIMALS),
    baseUnits: fromUnits(pool.balances[i]!, 0),
    quoteUnits: fromUnits(pool.balances[j]!, 0),
    sell: (units) => traded(i, j, units),
    buy: (units) => traded(j, i, units),
  });
}

/** Scaled balances with `amountIn` of token `i` in, fee off, and the balance `y` of token `j` that keeps the invariant. */
function afterSale(pool: BalancerStablePool, i: number, j: number, amountIn: bigint) {
  const scaled = scaledBalances(pool);
  const invariant = invariantOf(pool, scaled);
  const paid = mulDown(amountIn - mulUp(amountIn, pool.fee), pool.scaling[i]!);
  const balances = scaled.map((balance, k) => (k === i ? balance + paid : balance));
  return { balances, invariant, y: balanceOf(pool, balances, j, invariant) };
}

function scaledBalances(pool: BalancerStablePool): bigint[] {
  return pool.balances.map((balance, k) => mulDown(balance, pool.scaling[k]!));
}

function invariantOf(pool: BalancerStablePool, balances: readonly bigint[]): bigint {
  if (pool.invariantRounding === "up") return invariantUp(pool, balances);
  return stableInvariant(balances, { amp: pool.amp, unit: pool.ampUnit }, "each");
}

/** The invariant as the first pools compute it, everything rounded up. Source: `StableMath._calculateInvariant` of 2021. */
function invariantUp({ amp, ampUnit }: BalancerStablePool, balances: readonly bigint[]): bigint {
  const n = intToBig(balances.length);
  const sum = balances.reduce((total, balance) => total + balance, 0n);
  if (balances.some((balance) => balance <= 0n)) {
    throw new SwapReverted("BAL#004", `saw ${balances.join(", ")}, expected all above 0`);
  }
  const ann = amp * n;
  let invariant = sum;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let product = balances[0]! * n;
    for (const balance of balances.slice(1)) product = ceilDiv(product * balance * n, invariant);
    const before = invariant;
    invariant = ceilDiv(
      n * invariant * invariant + ceilDiv(ann * sum * product, ampUnit),
      (n + 1n) * invariant + ((ann - ampUnit) * product) / ampUnit,
    );
    if (near(invariant, before)) return invariant;
  }
  throw new SwapReverted("BAL#321", `saw no invariant after ${MAX_ROUNDS} rounds, expected one`);
}

/** The balance of token `j` for an invariant, rounded up. Source: `_getTokenBalanceGivenInvariantAndAllOtherBalances`. */
function balanceOf(
  { amp, ampUnit }: BalancerStablePool,
  balances: readonly bigint[],
  j: number,
  invariant: bigint,
): bigint {
  const n = intToBig(balances.length);
  const ann = amp * n;
  let [product, sum] = [balances[0]! * n, balances[0]!];
  for (const balance of balances.slice(1)) {
    product = (product * balance * n) / invariant;
    sum += balance;
  }
  const squared = invariant * invariant;
  const c = ceilDiv(squared, ann * product) * ampUnit * balances[j]!;
  const b = sum - balances[j]! + (invariant / ann) * ampUnit;
  let y = ceilDiv(squared + c, invariant + b);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = y;
    y = ceilDiv(y * y + c, 2n * y + b - invariant);
    if (near(y, before)) return y;
  }
  throw new SwapReverted("BAL#322", `saw no balance after ${MAX_ROUNDS} rounds, expected one`);
}
