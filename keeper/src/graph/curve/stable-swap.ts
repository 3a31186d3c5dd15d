import type { CurveStablePool } from "../../snapshot/pool-state.js";
import { fromUnits } from "../../units.js";
import type { PairCurve } from "../pair-curve.js";
import { solvedCurve } from "../solved-curve.js";
import type { Traded } from "../solved-curve.js";
import { SwapReverted } from "../uniswap-v3/errors.js";
import { stableBalance, stableInvariant, stablePrice } from "./stable-math.js";

const WAD = 1_000_000_000_000_000_000n;
const FEE_UNIT = 10_000_000_000n;
const FEE_DECIMALS = 10;

/**
 * What the pool's `get_dy(i, j, dx)` answers, raw units.
 *
 * **Throws** `SwapReverted` where the pool reverts. **Source.** StableSwap paper; rounding as `pool.rounding` says.
 */
export function stableQuote(pool: CurveStablePool, i: number, j: number, dx: bigint): bigint {
  return givenOf(pool, j, afterSale(pool, i, j, dx));
}

function givenOf(pool: CurveStablePool, j: number, { balances, y }: ReturnType<typeof afterSale>): bigint {
  const given = balances[j]! - y - (pool.rounding.keepsUnit ? 1n : 0n);
  if (given < 0n) throw new SwapReverted("xp[j] - y - 1", `saw too little in for anything out, expected more`);
  const rate = pool.rates[j]!;
  if (pool.rounding.fee === "before-rate") return ((given - (pool.fee * given) / FEE_UNIT) * WAD) / rate;
  const dy = (given * WAD) / rate;
  return dy - (pool.fee * dy) / FEE_UNIT;
}

/** The pool as a market of token `i` in token `j`. Undefined where it is empty. */
export function curveStableCurve(pool: CurveStablePool, i: number, j: number): PairCurve | undefined {
  if (pool.balances.some((balance) => balance === 0n)) return undefined;
  const ann = (fromUnits(pool.amp, 0) * pool.tokens.length) / fromUnits(pool.ampUnit, 0);
  const perRaw = fromUnits(pool.rates[i]!, 0) / fromUnits(pool.rates[j]!, 0);
  const traded = (from: number, to: number, dx: bigint): Traded | undefined => {
    try {
      const sale = afterSale(pool, from, to, dx);
      const { balances, y, invariant } = sale;
      const after = balances.map((balance, k) => fromUnits(k === to ? y : balance, 0));
      const price = stablePrice(after, { ann, invariant: fromUnits(invariant, 0), i, j }) * perRaw;
      return { price, out: fromUnits(givenOf(pool, to, sale), 0) };
    } catch (cause) {
      if (cause instanceof SwapReverted) return undefined;
      throw cause;
    }
  };
  const scaled = scaledBalances(pool);
  const invariant = stableInvariant(scaled, amplificationOf(pool), pool.rounding.invariant);
  const now = scaled.map((balance) => fromUnits(balance, 0));
  return solvedCurve({
    price: stablePrice(now, { ann, invariant: fromUnits(invariant, 0), i, j }) * perRaw,
    feeFrac: fromUnits(pool.fee, FEE_DECIMALS),
    baseUnits: fromUnits(pool.balances[i]!, 0),
    quoteUnits: fromUnits(pool.balances[j]!, 0),
    sell: (units) => traded(i, j, units),
    buy: (units) => traded(j, i, units),
  });
}

/** Balances in one unit with `dx` of token `i` added, and the balance `y` of token `j` that keeps the invariant. */
function afterSale(pool: CurveStablePool, i: number, j: number, dx: bigint) {
  const scaled = scaledBalances(pool);
  const amplification = amplificationOf(pool);
  const invariant = stableInvariant(scaled, amplification, pool.rounding.invariant);
  const balances = scaled.map((balance, k) => (k === i ? balance + (dx * pool.rates[i]!) / WAD : balance));
  return { balances, invariant, y: stableBalance(balances, j, { ...amplification, invariant }) };
}

function scaledBalances(pool: CurveStablePool): bigint[] {
  return pool.balances.map((balance, k) => (balance * pool.rates[k]!) / WAD);
}

function amplificationOf({ amp, ampUnit }: CurveStablePool) {
  return { amp, unit: ampUnit };
}
