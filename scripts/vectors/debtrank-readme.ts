import { absolute } from "./compare.js";
import type { ExposuresFile } from "./debtrank-file.js";
import { initialStress, runScenario, type Scene } from "./debtrank-scenarios.js";
import type { Case } from "./format.js";

/** Half a unit in the last place printed. */
const NINE_DECIMALS = 5e-10;
const ROUNDED = {
  original_stress: 5.1e-5,
  additional_stress: 5.1e-3,
  original_losses: 5.1e-3,
  additional_losses: 0.51,
  additional_defaults: 0,
};

/** The peer's tables for people, at the rounding that they were printed with. */
export function readmeCases(scene: Scene, file: ExposuresFile): Case[] {
  const additional = (spread: "distress" | "threshold", rows: readonly number[] = []) =>
    rows.map((expected, i): Case => {
      const { summary } = runScenario(scene, initialStress(scene, "default", i), spread, "loose");
      const error = absolute([summary.additionalStressFrac, expected]);
      return { name: `table of ${spread}, node ${i}`, error, tolerance: NINE_DECIMALS };
    });
  return [
    ...additional("distress", file.readme_DebtRank_b1_to_b6),
    ...additional("threshold", file.readme_cascade_b1_to_b6),
    ...worstNodeCases(scene, file),
  ];
}

function worstNodeCases(scene: Scene, { nodes, readme_debtrank_top10: table }: ExposuresFile): Case[] {
  return (table?.["scenario"] ?? []).flatMap((node, row) => {
    const initial = initialStress(scene, "default", nodes.name.indexOf(String(node)));
    const { summary } = runScenario(scene, initial, "distress", "loose");
    const ours = {
      original_stress: summary.originalStressFrac,
      additional_stress: summary.additionalStressFrac,
      original_losses: summary.originalLossUsd,
      additional_losses: summary.additionalLossUsd,
      additional_defaults: summary.additionalDefaults,
    };
    return (Object.keys(ROUNDED) as (keyof typeof ROUNDED)[]).map((column): Case => {
      const error = absolute([ours[column], Number(table?.[column]?.[row])]);
      return { name: `table of the worst, ${node}: ${column}`, error, tolerance: ROUNDED[column] };
    });
  });
}
