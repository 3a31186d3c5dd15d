import type { CurveCryptoPool } from "../../snapshot/pool-state.js";
import { fromUnits } from "../../units.js";
import type { PairCurve } from "../pair-curve.js";
import { solvedCurve } from "../solved-curve.js";
import type { Traded } from "../solved-curve.js";
import { SwapReverted } from "../uniswap-v3/errors.js";
import { cryptoBalance, feeBalance } from "./crypto-math.js";

const WAD = 1_000_000_000_000_000_000n;
const FEE_UNIT = 10_000_000_000n;
const FEE_DECIMALS = 10;
const A_UNIT = 10_000;

/**
 * What the pool's `get_dy(i, j, dx)` answers, raw units.
 *
 * **Throws** `SwapReverted` where the pool reverts. **Source.** CurveCrypto whitepaper.
 */
export function cryptoQuote(pool: CurveCryptoPool, i: number, j: number, dx: bigint): bigint {
  return givenOf(pool, j, afterSale(pool, i, j, dx));
}

function givenOf(pool: CurveCryptoPool, j: number, { before, after }: ReturnType<typeof afterSale>): bigint {
  const given = before[j]! - after[j]! - 1n;
  if (given < 0n) throw new SwapReverted("xp[j] - y - 1", `saw too little in for anything out, expected more`);
  const dy = (given * WAD) / pool.priceScale[j]! / pool.precisions[j]!;
  return dy - (feeAt(pool, after) * dy) / FEE_UNIT;
}

/** The pool as a market of token `i` in token `j`; its fee is the present one. Undefined where it is empty. */
export function curveCryptoCurve(pool: CurveCryptoPool, i: number, j: number): PairCurve | undefined {
  if (pool.balances.some((balance) => balance === 0n)) return undefined;
  const value = (k: number) => fromUnits(pool.priceScale[k]!, 0) * fromUnits(pool.precisions[k]!, 0);
  const perRaw = value(i) / value(j);
  const traded = (from: number, to: number, units: bigint): Traded | undefined => {
    try {
      const sale = afterSale(pool, from, to, units);
      const price = cryptoPrice(pool, sale.after, i, j) * perRaw;
      return { price, out: fromUnits(givenOf(pool, to, sale), 0) };
    } catch (cause) {
      if (cause instanceof SwapReverted) return undefined;
      throw cause;
    }
  };
  const scaled = scaledBalances(pool, pool.balances);
  return solvedCurve({
    price: cryptoPrice(pool, scaled, i, j) * perRaw,
    feeFrac: fromUnits(feeAt(pool, scaled), FEE_DECIMALS),
    baseUnits: fromUnits(pool.balances[i]!, 0),
    quoteUnits: fromUnits(pool.balances[j]!, 0),
    sell: (units) => traded(i, j, units),
    buy: (units) => traded(j, i, units),
  });
}

/** Balances of one value with `dx` of token `i` added: before and after token `j` went out. */
function afterSale(pool: CurveCryptoPool, i: number, j: number, dx: bigint) {
  const before = scaledBalances(
    pool,
    pool.balances.map((balance, k) => (k === i ? balance + dx : balance)),
  );
  const y = cryptoBalance(before, j, { amp: pool.amp, gamma: pool.gamma, d: pool.invariant });
  return { before, after: before.map((balance, k) => (k === j ? y : balance)) };
}

/** Balances brought to one value, 18 decimals. */
export function scaledBalances(
  pool: Pick<CurveCryptoPool, "precisions" | "priceScale">,
  balances: readonly bigint[],
): bigint[] {
  return balances.map((balance, k) => (balance * pool.precisions[k]! * pool.priceScale[k]!) / WAD);
}

function feeAt(pool: CurveCryptoPool, scaled: readonly bigint[]): bigint {
  const f = feeBalance(scaled, pool.feeGamma);
  return (pool.midFee * f + pool.outFee * (WAD - f)) / WAD;
}

/** What one unit of value of token `i` is worth in token `j` at the margin: the ratio of the invariant's derivatives. */
function cryptoPrice(pool: CurveCryptoPool, balances: readonly bigint[], i: number, j: number): number {
  const d = fromUnits(pool.invariant, 0);
  const x = balances.map((balance) => fromUnits(balance, 0) / d);
  const n = x.length;
  const gamma = fromUnits(pool.gamma, 18);
  let [sum, k0, scale] = [0, 1, 1];
  for (const share of x) {
    sum += share;
    k0 *= share * n;
    scale *= n;
  }
  const a = fromUnits(pool.amp, 0) / (A_UNIT * scale);
  const g = gamma + 1 - k0;
  const k = (a * k0 * gamma * gamma) / (g * g);
  // In units of D: F = K (S - 1) + P - n^-n, and x dK/dx = K (g + 2 K0) / g, x dP/dx = P = K0 n^-n.
  const common = (k * (g + 2 * k0) * (sum - 1)) / g + k0 / scale;
  return (k + common / x[i]!) / (k + common / x[j]!);
}
