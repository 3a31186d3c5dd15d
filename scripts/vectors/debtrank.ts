import { impactNetwork, type Spread } from "../../keeper/src/model/clearing/debt-rank.js";
import { sparseOfRows } from "../../keeper/src/model/clearing/sparse.js";
import { pairs, relativeTo, worstOf } from "./compare.js";
import { exposuresFile, type ExposuresFile } from "./debtrank-file.js";
import { initialStress, runScenario, sceneOf, type Scene } from "./debtrank-scenarios.js";
import { readmeCases } from "./debtrank-readme.js";
import { radiusCase, summaryCases } from "./debtrank-summaries.js";
import type { Case, VectorFormat } from "./format.js";
import { hasKeys } from "./shape.js";

const TOLERANCE = 1e-8;
const SINGLE_HIT = 1e-12;

/** Rows of stress against ours; stress far below 1 is compared with 1 %. */
function stressCases(scene: Scene, rows: readonly number[][] | undefined, of: (r: number) => [Float64Array, Spread]) {
  return (rows ?? []).map((expected, r): Case => {
    const [initial, spread] = of(r);
    const { stress } = runScenario(scene, initial, spread);
    const tolerance = spread === "singleHit" ? SINGLE_HIT : TOLERANCE;
    return worstOf(`stress of scenario ${r}, ${spread}`, tolerance, pairs(stress, expected).map(relativeTo(0.01)));
  });
}

function arrayCases(scene: Scene, file: ExposuresFile): Case[] {
  const first = (array: string) => file.first[array] ?? 0;
  const each = (array: keyof ExposuresFile & `st_${string}`, kind: "default" | "uniform", spread: Spread) =>
    stressCases(scene, file[array], (r) => [initialStress(scene, kind, first(array) + r), spread]);
  return [
    ...each("st_exact_default_each_debtrank", "default", "distress"),
    ...each("st_exact_default_each_singlehit", "default", "singleHit"),
    ...each("st_exact_uniform_1_to_25pct", "uniform", "distress"),
  ];
}

/** Three nodes of the peer's own tests. */
function smallCases({ small }: ExposuresFile): Case[] {
  if (small === undefined) return [];
  const network = impactNetwork(sparseOfRows(small.assets), Float64Array.from(small.buffer));
  const scene = { network, weights: Float64Array.from(small.buffer) };
  return [
    ...stressCases(scene, small.st_default_each, (r) => [initialStress(scene, "default", r), "distress"]),
    ...stressCases(scene, small.st_shocks, (r) => [Float64Array.from(small.shocks?.[r] ?? []), "distress"]),
  ];
}

export const debtRank: VectorFormat = {
  name: "debtrank",
  tolerance: "1e-8 relative, single hit 1e-12, summaries 1e-3, tables as printed",
  matches: (data) => hasKeys(data, "nodes", "exposures_coo"),
  check(data) {
    const file = exposuresFile.parse(data);
    const scene = sceneOf(file);
    return [arrayCases, summaryCases, readmeCases, radiusCase]
      .flatMap((cases) => cases(scene, file))
      .concat(smallCases(file));
  },
};
