import { intToBig } from "../../units.js";
import { SwapReverted } from "../uniswap-v3/errors.js";

/*
 * The CurveCrypto invariant, balances brought to one value by the price scale, 18 decimals:
 * `K D^(n-1) S + P = K D^n + (D/n)^n` with sum S, product P, `K = A K0 g^2 / (g + 1 - K0)^2`, `K0 = P n^n / D^n`.
 * Newton's method in integers, rounded as the pools of two and of three tokens round. Source: CurveCrypto whitepaper
 * (Egorov 2021), and what the pools answer.
 */

const WAD = 1_000_000_000_000_000_000n;
const A_UNIT = 10_000n;
const MAX_ROUNDS = 255;
const MIN_SHARE = 10_000_000_000_000_000n;
const MAX_SHARE = 100_000_000_000_000_000_000n;
/** The smallest balance over the largest that the invariant is looked for. */
const MIN_RATIO_OF_TWO = 100_000_000_000_000n;
const MIN_RATIO_OF_THREE = 100_000_000_000n;
/** Rounds that differ by less than one part in so many agree. */
const CLOSE = 100_000_000_000_000n;

/** `amp` is `A n^n` times 10,000, `gamma` 1e18-scaled. */
export interface CryptoCurve {
  readonly amp: bigint;
  readonly gamma: bigint;
}

/**
 * The invariant D of balances.
 *
 * **Throws** `SwapReverted` where the pool's code refuses the balances, or does not converge.
 */
export function cryptoInvariant(unsorted: readonly bigint[], curve: CryptoCurve): bigint {
  const x = descending(unsorted);
  const n = intToBig(x.length);
  const [largest, smallest] = [x[0]!, x.at(-1)!];
  requireThat(
    largest >= 1_000_000_000n && largest <= 1_000_000_000_000_000_000_000_000_000_000_000n,
    "unsafe values x[0]",
    largest,
  );
  const ratio = (smallest * WAD) / largest;
  requireThat(ratio >= (x.length === 2 ? MIN_RATIO_OF_TWO : MIN_RATIO_OF_THREE), "unsafe values x[i]", smallest);
  let d = n * geometricMean(x);
  const sum = x.reduce((total, balance) => total + balance, 0n);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = d;
    const k0 = productShare(x, d);
    const g = distance(curve.gamma + WAD, k0);
    const mul1 = weighed(curve, d, g);
    const mul2 = (2n * WAD * n * k0) / g;
    const slope = sum + (sum * mul2) / WAD + (mul1 * n) / k0 - (mul2 * d) / WAD;
    const plus = (d * (slope + sum)) / slope;
    const shift = (d * (mul1 / slope)) / WAD;
    const minus = (d * d) / slope + (WAD > k0 ? (shift * (WAD - k0)) / k0 : -((shift * (k0 - WAD)) / k0));
    d = plus > minus ? plus - minus : (minus - plus) / 2n;
    if (distanceOf(d, before) * CLOSE >= larger(10_000_000_000_000_000n, d)) continue;
    for (const balance of x) requireShare((balance * WAD) / d, "unsafe values x[i]");
    return d;
  }
  throw new SwapReverted("Did not converge", `saw no invariant after ${MAX_ROUNDS} rounds, expected one`);
}

/**
 * The balance of token `j` that keeps the invariant `d`, given the others' (its own entry is not read).
 *
 * **Throws** `SwapReverted` where the pool's code refuses the balances, or does not converge.
 */
export function cryptoBalance(
  x: readonly bigint[],
  j: number,
  { d, ...curve }: CryptoCurve & { readonly d: bigint },
): bigint {
  const n = intToBig(x.length);
  requireThat(
    d >= 100_000_000_000_000_000n && d <= 1_000_000_000_000_000_000_000_000_000_000_000n,
    "unsafe values D",
    d,
  );
  const others = descending(x.filter((_, k) => k !== j));
  for (const balance of others) requireShare((balance * WAD) / d, "unsafe values x[i]");
  const limit = larger(larger(others[0]! / CLOSE, d / CLOSE), 100n);
  const { y: first, k0: k0Others, sum: sumOthers } = startOf(others, d, n);
  let y = first;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = y;
    const k0 = (k0Others * y * n) / d;
    const sum = sumOthers + y;
    const g = distance(curve.gamma + WAD, k0);
    const mul1 = weighed(curve, d, g);
    const mul2 = WAD + (2n * WAD * k0) / g;
    const slope = WAD * y + sum * mul2 + mul1 - d * mul2;
    if (slope < 0n) {
      y = before / 2n;
      continue;
    }
    const perUnit = slope / y;
    requireThat(perUnit > 0n && k0 > 0n, "division by zero", y);
    const shift = mul1 / perUnit;
    const plus = (slope + WAD * d) / perUnit + (shift * WAD) / k0;
    const minus = shift + (WAD * sum) / perUnit;
    y = plus < minus ? before / 2n : plus - minus;
    if (distanceOf(y, before) >= larger(limit, y / CLOSE)) continue;
    requireShare((y * WAD) / d, "unsafe value for y");
    return y;
  }
  throw new SwapReverted("Did not converge", `saw no balance after ${MAX_ROUNDS} rounds, expected one`);
}

/** Where Newton's method starts, and what it needs of the other balances. */
function startOf(others: readonly bigint[], d: bigint, n: bigint): { y: bigint; k0: bigint; sum: bigint } {
  const [only, ...more] = others as [bigint, ...bigint[]];
  if (more.length === 0) return { y: (d * d) / (only * n * n), k0: (WAD * n * only) / d, sum: only };
  let [y, k0, sum] = [d / n, WAD, 0n];
  for (const balance of others.toReversed()) {
    y = (y * d) / (balance * n);
    sum += balance;
  }
  for (const balance of others) k0 = (k0 * balance * n) / d;
  return { y, k0, sum };
}

/** `K0`, 1e18-scaled. */
function productShare(x: readonly bigint[], d: bigint): bigint {
  const n = intToBig(x.length);
  if (x.length === 2) return (((WAD * n * n * x[0]!) / d) * x[1]!) / d;
  let k0 = WAD;
  for (const balance of x) k0 = (k0 * balance * n) / d;
  return k0;
}

/** `D / (A n^n) (g + 1 - K0)^2 / g^2`. */
function weighed({ amp, gamma }: CryptoCurve, d: bigint, g: bigint): bigint {
  return (((((WAD * d) / gamma) * g) / gamma) * g * A_UNIT) / amp;
}

function geometricMean(x: readonly bigint[]): bigint {
  const n = intToBig(x.length);
  let d = x[0]!;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = d;
    if (x.length === 2) {
      d = (d + (x[0]! * x[1]!) / d) / n;
    } else {
      let product = WAD;
      for (const balance of x) product = (product * balance) / d;
      d = (d * ((n - 1n) * WAD + product)) / (n * WAD);
    }
    const off = distanceOf(d, before);
    if (off <= 1n || off * WAD < d) return d;
  }
  throw new SwapReverted("Did not converge", `saw no mean after ${MAX_ROUNDS} rounds, expected one`);
}

/** Share of the mid fee, 1e18-scaled: 1 at the peg. */
export function feeBalance(x: readonly bigint[], feeGamma: bigint): bigint {
  const n = intToBig(x.length);
  const sum = x.reduce((total, balance) => total + balance, 0n);
  let k = WAD;
  if (x.length === 2) k = (((WAD * n * n * x[0]!) / sum) * x[1]!) / sum;
  else for (const balance of x) k = (k * n * balance) / sum;
  return (feeGamma * WAD) / (feeGamma + WAD - k);
}

function descending(x: readonly bigint[]): bigint[] {
  return x.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0));
}

function distance(a: bigint, b: bigint): bigint {
  return distanceOf(a, b) + 1n;
}

function distanceOf(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function requireShare(share: bigint, code: string): void {
  requireThat(share >= MIN_SHARE && share <= MAX_SHARE, code, share);
}

function requireThat(holds: boolean, code: string, seen: bigint): void {
  if (!holds) throw new SwapReverted(code, `saw ${seen}; the pool reverts here, ask for less`);
}
