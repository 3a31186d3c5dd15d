import type { BalancerWeightedPool } from "../../snapshot/pool-state.js";
import { fromUnits, toUnitsDown } from "../../units.js";
import type { PairCurve } from "../pair-curve.js";
import { SwapReverted } from "../uniswap-v3/errors.js";
import { ONE, divDown, divUp, mulDown, mulUp } from "./fixed-point.js";
import { complement, power, powerUp } from "./power.js";

const DECIMALS = 18;
/** The most that may go in at once: this part of the balance. */
const MAX_IN_RATIO = (3n * ONE) / 10n;
/** Of that, what a curve goes to: float64 must not take it beyond. */
const NEARLY = 1 - 1e-12;

/**
 * What the vault's query answers for `amountIn` raw units of token `i`: raw units of token `j`.
 *
 * **Throws** `SwapReverted` where the pool reverts. **Source.** Balancer v2 `WeightedMath._calcOutGivenIn`, `BasePool`.
 */
export function weightedQuote(pool: BalancerWeightedPool, i: number, j: number, amountIn: bigint): bigint {
  const [balanceIn, balanceOut] = [i, j].map((k) => mulDown(pool.balances[k]!, pool.scaling[k]!)) as [bigint, bigint];
  const paid = mulDown(amountIn - mulUp(amountIn, pool.fee), pool.scaling[i]!);
  const most = mulDown(balanceIn, MAX_IN_RATIO);
  if (paid > most) throw new SwapReverted("BAL#304", `saw ${paid} in, expected at most ${most}`);
  if (balanceIn + paid === 0n) throw new SwapReverted("BAL#004", "saw an empty pool, expected balances above 0");
  const base = divUp(balanceIn, balanceIn + paid);
  const left = powerUp(base, divDown(pool.weights[i]!, pool.weights[j]!), pool.shortPowers);
  return divDown(mulDown(balanceOut, complement(left)), pool.scaling[j]!);
}

/**
 * The pool as a market of token `i` in token `j`: `prod B^w` is kept, so that the price goes with
 * `(B / B')^(1 + w / w')` of the base. Undefined where it is empty.
 */
export function weightedCurve(pool: BalancerWeightedPool, i: number, j: number): PairCurve | undefined {
  if (pool.balances[i] === 0n || pool.balances[j] === 0n) return undefined;
  const units = (k: number) => fromUnits(pool.balances[k]!, 0);
  const weight = (k: number) => fromUnits(pool.weights[k]!, DECIMALS);
  const feeFrac = fromUnits(pool.fee, DECIMALS);
  const furthest = 1 + fromUnits(MAX_IN_RATIO, DECIMALS) * NEARLY;
  const share = (k: number) => divDown(pool.weights[k]!, pool.weights[i]! + pool.weights[j]!);
  return {
    price: units(j) / weight(j) / (units(i) / weight(i)),
    feeFrac,
    soldTo(ratio) {
      if (ratio === 1) return 0;
      if (ratio < 1) {
        const grown = Math.min(furthest, raised(1 / ratio, share(j)));
        return (units(i) * (grown - 1)) / (1 - feeFrac);
      }
      // What the quote's balance grows by, and what is left of the base's by the invariant.
      const grown = Math.min(furthest, raised(ratio, share(i)));
      const left = 1 / raised(grown, divDown(pool.weights[j]!, pool.weights[i]!));
      return -units(i) * (1 - left);
    },
  };
}

/** `x^y` for x of at least 1, in float64, by the pools' own powers: the same bits on every machine. */
function raised(x: number, y: bigint): number {
  return fromUnits(power(toUnitsDown(x, DECIMALS), y), DECIMALS);
}
