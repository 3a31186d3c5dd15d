import type { SystemState } from "../../graph/system-state.js";
import type { ScenarioSet } from "../scenarios/scenario-set.js";
import type { SweepOutcome } from "../sweep.js";
import { columnSums, knownOutcomes, quantile } from "../tail-risk.js";
import type { MarginEvidence } from "./opening-ltv.js";

/** MODEL 7.1: q = 99 %. */
const LEVEL = 0.99;

/**
 * What the recommendations need of the published scenarios: each market's 99 % volume, collateral seized for the debt
 * that was repaid, and each asset's depth as its own worst hundredth leaves it. A market whose volume no scenario can
 * tell, because one of them did not end, is unknown.
 *
 * **Source.** MODEL 7.1: x is the market's liquidated volume at the 99 % scenario.
 */
export function marginEvidence(
  { assets, reserves }: SystemState,
  { depthFactor }: Pick<ScenarioSet, "depthFactor">,
  { repaidByReserve, converged }: Pick<SweepOutcome, "repaidByReserve" | "converged">,
): Omit<MarginEvidence, "within"> {
  const repaid = (r: number) => knownOutcomes(columnSums(repaidByReserve, reserves.length, [r]), converged);
  const thinned = (k: number) => columnSums(depthFactor, assets.length, [k]).map((depth) => -depth);
  return {
    tailSoldUsd: Float64Array.from(reserves, ({ bonusFrac }, r) => (1 + bonusFrac) * quantile(repaid(r), LEVEL)),
    depthFactor: Float64Array.from(assets, (_, k) => -quantile(thinned(k), LEVEL)),
  };
}
