import type { Valuation } from "../../../../keeper/src/model/clearing/valuation.js";

/** Banks as a matrix: `claims[i][j]` is the face of what i is owed by j. */
export interface SmallBanks {
  readonly claims: readonly (readonly number[])[];
  readonly own: readonly number[];
  readonly valuation: Valuation;
}

/** Equities, iterated until nothing changes, from claims at face. */
export function slowEquities({ claims, own, valuation }: SmallBanks): number[] {
  let equity = own.map((e, i) => e + claims[i]!.reduce((a, b) => a + b, 0));
  for (let round = 0; round < 100_000; round++) {
    const value = equity.map((e, j) => slowValue(valuation, e, j));
    const next = own.map((e, i) => e + claims[i]!.reduce((sum, face, j) => sum + face * value[j]!, 0));
    if (next.every((e, i) => Math.abs(e - equity[i]!) <= 1e-12 * Math.abs(e))) return next;
    equity = next;
  }
  return equity;
}

function slowValue(valuation: Valuation, equity: number, j: number): number {
  if (valuation.kind === "eisenbergNoe") {
    const owes = valuation.liabilitiesUsd[j]!;
    return owes > 0 ? Math.min(1, Math.max(0, (equity + owes) / owes)) : 1;
  }
  if (valuation.kind === "linearDebtRank") return Math.min(1, Math.max(0, equity / valuation.equityBeforeUsd[j]!));
  const { externalUsd, volatility, recoveryFrac } = valuation;
  if (equity <= 0) return recoveryFrac[j]!;
  if (equity >= externalUsd[j]!) return 1;
  const sigma = volatility[j]!;
  const b = Math.log(1 - equity / externalUsd[j]!);
  const odds = slowNormalCdf((b + sigma ** 2 / 2) / sigma) + Math.exp(-b) * slowNormalCdf((b - sigma ** 2 / 2) / sigma);
  return 1 + (recoveryFrac[j]! - 1) * odds;
}

/** The normal distribution by Simpson's rule on its density. */
export function slowNormalCdf(x: number, steps = 600): number {
  if (x < -12) return 0;
  if (x > 12) return 1;
  const h = (x + 12) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const z = -12 + i * h;
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp((-z * z) / 2);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}
