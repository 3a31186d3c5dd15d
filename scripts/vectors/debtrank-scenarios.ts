import {
  createStress,
  impactNetwork,
  spreadStress,
  summariseStress,
  type ImpactNetwork,
  type Spread,
  type StressSummary,
} from "../../keeper/src/model/clearing/debt-rank.js";
import { sparseOfEntries } from "../../keeper/src/model/clearing/sparse.js";
import type { ExposuresFile } from "./debtrank-file.js";

/** A network with what its nodes count for. */
export interface Scene {
  readonly network: ImpactNetwork;
  readonly weights: Float64Array;
}

/** How far a run goes: until a round adds less stress than this. */
export type Precision = "exact" | "loose";
/** `loose` is the peer's default, the fifth root of the float64 epsilon: its summaries were printed with it. */
const TOLERANCES: Record<Precision, number> = { exact: 1e-14, loose: 7.40095979741405e-4 };
const MAX_ROUNDS = 100_000;

export function sceneOf({ nodes, exposures_coo }: ExposuresFile): Scene {
  const { creditor: row, debtor: column, amount: value } = exposures_coo;
  const exposures = sparseOfEntries(nodes.buffer.length, { row, column, value });
  return {
    network: impactNetwork(exposures, Float64Array.from(nodes.buffer)),
    weights: Float64Array.from(nodes.weights),
  };
}

/** Initial stress of scenario number `s`: node s defaults alone, or all lose (s + 1) %. */
export function initialStress(scene: Scene, kind: "default" | "uniform", s: number): Float64Array {
  const stress = new Float64Array(scene.weights.length);
  return kind === "uniform" ? stress.fill((s + 1) / 100) : stress.fill(1, s, s + 1);
}

/** The number of a scenario that is named after its node or its shock, wherever its row stands. */
export function numberOf(scenario: string, { nodes }: ExposuresFile): number | null {
  const node = nodes.name.indexOf(scenario);
  const percent = /^(\d+) pct shock$/.exec(scenario)?.[1];
  return node >= 0 ? node : percent === undefined ? null : Number(percent) - 1;
}

/** Spread `initial`, and sum up. */
export function runScenario(
  { network, weights }: Scene,
  initial: Float64Array,
  spread: Spread,
  precision: Precision = "exact",
): { stress: Float64Array; summary: StressSummary } {
  const run = createStress(initial.length);
  spreadStress(network, initial, { spread, tolerance: TOLERANCES[precision], maxRounds: MAX_ROUNDS }, run);
  return { stress: run.stressFrac, summary: summariseStress(network, initial, weights, run) };
}
