import { intToBig } from "../../units.js";
import { SwapReverted } from "../uniswap-v3/errors.js";

/*
 * The StableSwap invariant, balances brought to one unit: `Ann S + D = Ann D + D^(n+1) / (n^n prod x)`, `Ann = A n^n`.
 * Integers are divided as the pools do, down. Source: StableSwap paper (Egorov 2019), and what the pools answer.
 */

const MAX_ROUNDS = 255;

/** How an invariant's `D^(n+1) / (n^n prod x)` is divided. */
export type ProductRounding = "each" | "each-plus-one" | "once";

/** `amp` is `A n^(n-1)` times `unit`. */
export interface Amplification {
  readonly amp: bigint;
  readonly unit: bigint;
}

/**
 * The invariant D of balances in one unit, by Newton's method.
 *
 * **Throws** `SwapReverted` where a balance is 0 or it does not converge.
 */
export function stableInvariant(
  balances: readonly bigint[],
  { amp, unit }: Amplification,
  rounding: ProductRounding,
): bigint {
  const n = intToBig(balances.length);
  const sum = balances.reduce((total, balance) => total + balance, 0n);
  if (balances.some((balance) => balance <= 0n)) {
    throw new SwapReverted("balances", `saw ${balances.join(", ")}, expected all above 0`);
  }
  const ann = amp * n;
  let invariant = sum;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const product = productOf(balances, invariant, rounding);
    const before = invariant;
    invariant =
      (((ann * sum) / unit + product * n) * invariant) / (((ann - unit) * invariant) / unit + (n + 1n) * product);
    if (near(invariant, before)) return invariant;
  }
  throw new SwapReverted("convergence", `saw no invariant after ${MAX_ROUNDS} rounds, expected one`);
}

function productOf(balances: readonly bigint[], invariant: bigint, rounding: ProductRounding): bigint {
  const n = intToBig(balances.length);
  let product = invariant;
  for (const balance of balances) {
    const divisor = rounding === "once" ? balance : rounding === "each" ? balance * n : balance * n + 1n;
    product = (product * invariant) / divisor;
  }
  return rounding === "once" ? product / balances.reduce((scale) => scale * n, 1n) : product;
}

/**
 * The balance of token `j` that keeps the invariant, given the others' (its own entry is not read).
 *
 * **Throws** `SwapReverted` where it does not converge.
 */
export function stableBalance(
  balances: readonly bigint[],
  j: number,
  { amp, unit, invariant }: Amplification & { readonly invariant: bigint },
): bigint {
  const n = intToBig(balances.length);
  const ann = amp * n;
  let [c, sum] = [invariant, 0n];
  balances.forEach((balance, k) => {
    if (k === j) return;
    sum += balance;
    c = (c * invariant) / (balance * n);
  });
  c = (c * invariant * unit) / (ann * n);
  const b = sum + (invariant * unit) / ann;
  let y = invariant;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = y;
    y = (y * y + c) / (2n * y + b - invariant);
    if (near(y, before)) return y;
  }
  throw new SwapReverted("convergence", `saw no balance after ${MAX_ROUNDS} rounds, expected one`);
}

/** Whether two rounds of Newton's method agree. */
export function near(a: bigint, b: bigint): boolean {
  return a > b ? a - b <= 1n : b - a <= 1n;
}

/**
 * What one unit of token `i` is worth in token `j` at the margin: the ratio of the invariant's partial derivatives.
 *
 * **Units.** `balances` and `invariant` in one unit, float64; `ann = A n^n`.
 */
export function stablePrice(
  balances: readonly number[],
  {
    ann,
    invariant,
    i,
    j,
  }: { readonly ann: number; readonly invariant: number; readonly i: number; readonly j: number },
): number {
  let product = invariant;
  for (const balance of balances) product *= invariant / (balance * balances.length);
  return (ann + product / balances[i]!) / (ann + product / balances[j]!);
}
