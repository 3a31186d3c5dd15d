import { intToBig } from "../units.js";
import type { StableDebt } from "./aave-accounts.js";
import { linearInterest, rayMul } from "./aave-math.js";
import type { RawReserve } from "./aave-reserves.js";
import type { AaveRules } from "./aave-rules.js";

/** What scaled amounts of a reserve are multiplied with at a time, rays. */
export interface Indices {
  readonly income: bigint;
  readonly debt: bigint;
}

/**
 * Project a reserve's indices to `timestamp`, unix seconds.
 *
 * **Source.** ReserveLogic.getNormalizedIncome and getNormalizedDebt of core-v3 1.19, the same in v2 and v3.6.
 */
export function indicesAt(reserve: RawReserve, timestamp: number, { compound }: AaveRules): Indices {
  const elapsed = intToBig(timestamp) - reserve.updatedAt;
  return {
    income: rayMul(linearInterest(reserve.liquidityRate, elapsed), reserve.liquidityIndex),
    debt: rayMul(compound(reserve.variableRate, elapsed), reserve.variableIndex),
  };
}

/** What a reserve's borrowers owe together, raw units. Source: totalSupply of the two debt tokens. */
export function totalDebt(reserve: RawReserve, debtIndex: bigint, at: { timestamp: number; rules: AaveRules }): bigint {
  const { scaledDebt, stablePrincipal, stableRate, stableUpdatedAt } = reserve;
  const stable = { principal: stablePrincipal, rate: stableRate, updatedAt: stableUpdatedAt };
  const variable = at.rules.toOwed(scaledDebt, debtIndex);
  return stablePrincipal === 0n ? variable : variable + stableDebtAt(stable, at.timestamp, at.rules);
}

/** Stable-rate debt with interest to `timestamp`, unix seconds. Source: StableDebtToken.balanceOf. */
export function stableDebtAt(debt: StableDebt, timestamp: number, { compound }: AaveRules): bigint {
  return rayMul(debt.principal, compound(debt.rate, intToBig(timestamp) - debt.updatedAt));
}
