import { leontiefInverse } from "../graph/look-through.js";

/**
 * Gross claims per USD of each token or place, when it and everything put in again from it count: row sums of
 * `(I-a)^-1`. `shares[K*K]`: USD of k per USD of j that j goes on as. Null where that multiplies without end.
 */
export function grossMultiples(shares: Float64Array, size: number): Float64Array | null {
  const inverse = leontiefInverse(shares, size);
  if (inverse === null) return null;
  return Float64Array.from({ length: size }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += inverse[j * size + k]!;
    return sum;
  });
}

/**
 * Collateral velocity, reuse chain: `1'(I-A)^-1 c / 1'c` with A the transpose of `shares`, c what came in from outside.
 * Of protocols this is TVL/TVR: value locked over value that is not a claim on another. 1 where nothing came in,
 * Infinity where reuse has no end.
 *
 * **Source.** MODEL 6.5a; Luo, Feng, Xu and Tasca 2025 (TVL and TVR).
 */
export function reuseVelocityX(shares: Float64Array, outsideUsd: Float64Array): number {
  const multiples = grossMultiples(shares, outsideUsd.length);
  if (multiples === null) return Infinity;
  let gross = 0;
  let outside = 0;
  for (let j = 0; j < outsideUsd.length; j++) {
    gross += outsideUsd[j]! * multiples[j]!;
    outside += outsideUsd[j]!;
  }
  return outside > 0 ? gross / outside : 1;
}

/** What a protocol holds and what it has issued, USD by token. */
export interface BalanceSheet {
  readonly assets: readonly (readonly [token: string, usd: number])[];
  readonly liabilities: readonly (readonly [token: string, usd: number])[];
}

/** Protocols as a reuse chain: `shares[P*P]`, USD issued by p and held by q per USD of p; `outsideUsd[P]`. */
export interface ReuseChain {
  readonly shares: Float64Array;
  readonly outsideUsd: Float64Array;
  readonly totalUsd: Float64Array;
}

/** Tell what protocols hold of each other's tokens, by name, from what came in from outside. */
export function reuseChainOf(sheets: readonly BalanceSheet[]): ReuseChain {
  const size = sheets.length;
  const issuer = new Map(sheets.flatMap(({ liabilities }, p) => liabilities.map(([token]) => [token, p] as const)));
  const totalUsd = Float64Array.from(sheets, ({ assets }) => totalOf(assets));
  const outsideUsd = new Float64Array(size);
  const shares = new Float64Array(size * size);
  sheets.forEach(({ assets }, q) => {
    for (const [token, usd] of assets) {
      const p = issuer.get(token);
      if (p === undefined) outsideUsd[q] = outsideUsd[q]! + usd;
      else shares[p * size + q] = shares[p * size + q]! + usd / totalUsd[p]!;
    }
  });
  return { shares, outsideUsd, totalUsd };
}

/** Sum of one side of a balance sheet, USD. */
export function totalOf(side: BalanceSheet["assets"]): number {
  let sum = 0;
  for (const [, usd] of side) sum += usd;
  return sum;
}

/** Collateral velocity, liquidations: shares of collateral per second, and of what markets can take. By scenario. */
export interface LiquidationVelocity {
  readonly perSec: Float64Array;
  /** 1 is the rate at which steady temporary impact eats the whole bonus. */
  readonly ofCapacity: Float64Array;
}

/**
 * `liquidated / horizon / collateral`, and `liquidated / horizon` over the market's capacity `b delta / tau_r`.
 *
 * **Shapes.** `liquidatedUsd[S]`, one entry a scenario. **Source.** MODEL 6.5b.
 */
export function liquidationVelocity(
  liquidatedUsd: Float64Array,
  over: { readonly horizonSec: number; readonly collateralUsd: number; readonly capacityUsdPerSec: number },
): LiquidationVelocity {
  const { horizonSec, collateralUsd, capacityUsdPerSec } = over;
  const rate = (usd: number, per: number): number => (usd === 0 ? 0 : usd / horizonSec / per);
  return {
    perSec: liquidatedUsd.map((usd) => rate(usd, collateralUsd)),
    ofCapacity: liquidatedUsd.map((usd) => rate(usd, capacityUsdPerSec)),
  };
}
