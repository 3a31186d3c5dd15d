import type { Spread, StressSummary } from "../../keeper/src/model/clearing/debt-rank.js";
import { spectralRadius } from "../../keeper/src/model/sensitivity/spectral.js";
import { pairs, relative, worstOf } from "./compare.js";
import type { ExposuresFile, SummaryRow } from "./debtrank-file.js";
import { initialStress, numberOf, runScenario, type Scene } from "./debtrank-scenarios.js";
import type { Case } from "./format.js";

const TOLERANCE = 1e-3;

const columns = (s: StressSummary): number[] => [
  s.originalStressFrac,
  s.additionalStressFrac,
  s.originalLossUsd,
  s.additionalLossUsd,
  s.additionalDefaults,
];

const printed = (row: SummaryRow): number[] => [
  row.original_stress,
  row.additional_stress,
  row.original_losses,
  row.additional_losses,
  row.additional_defaults,
];

/** The summaries, at the precision that the peer printed them with. */
export function summaryCases(scene: Scene, file: ExposuresFile): Case[] {
  const each = (array: keyof ExposuresFile & `${string}_summary`, kind: "default" | "uniform", spread: Spread) =>
    (file[array] ?? []).map((row, r): Case => {
      const initial = initialStress(scene, kind, numberOf(row.scenario, file) ?? (file.first[array] ?? 0) + r);
      const { summary } = runScenario(scene, initial, spread, "loose");
      return worstOf(
        `summary ${row.scenario}, ${spread}`,
        TOLERANCE,
        pairs(columns(summary), printed(row)).map(relative),
      );
    });
  return [
    ...each("default_each_debtrank_summary", "default", "distress"),
    ...each("default_each_threshold_summary", "default", "threshold"),
    ...each("uniform_shock_debtrank_summary", "uniform", "distress"),
  ];
}

/** The largest eigenvalue of the impacts, where the file has it. */
export function radiusCase(
  { network: { impact } }: Scene,
  { spectral_radius_impact: expected }: ExposuresFile,
): Case[] {
  if (expected === undefined) return [];
  const { size, start, column, value } = impact;
  const dense = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    for (let e = start[j]!; e < start[j + 1]!; e++) dense[j * size + column[e]!] = value[e]!;
  }
  return [
    { name: "spectral radius", error: relative([spectralRadius(dense, size).radius, expected]), tolerance: 1e-8 },
  ];
}
