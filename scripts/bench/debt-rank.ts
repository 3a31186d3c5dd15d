import { createStress, spreadStress } from "../../keeper/src/model/clearing/debt-rank.js";
import { slowStress } from "../../test/keeper/model/clearing/slow-debt-rank.js";
import { exposuresFile } from "../vectors/debtrank-file.js";
import { initialStress, sceneOf } from "../vectors/debtrank-scenarios.js";
import { relativeDifference, type BenchCase } from "./case.js";
import { vector } from "./vector.js";

/** The default of NetworkRiskMeasures, whose 0.95 s for the same are the yardstick: the fifth root of the epsilon. */
const TOLERANCE = 7.40095979741405e-4;
const SUBSET = 20;

/** The default of each of 125 banks, one after the other. */
export const debtRank: BenchCase = {
  name: "DebtRank, n=125",
  unit: "the default of each node",
  barMs: 20,
  prepare() {
    const file = exposuresFile.parse(vector("debtrank_125"));
    const scene = sceneOf(file);
    const { buffer } = file.nodes;
    const exposures = buffer.map(() => buffer.map(() => 0));
    const { creditor, debtor, amount } = file.exposures_coo;
    amount.forEach((usd, e) => (exposures[creditor[e]!]![debtor[e]!]! += usd));
    const starts = buffer.map((_, s) => initialStress(scene, "default", s));
    const run = createStress(buffer.length);
    const rules = { spread: "distress", tolerance: TOLERANCE, maxRounds: 100_000 } as const;
    const spread = () =>
      starts.map((start) => (spreadStress(scene.network, start, rules, run), run.stressFrac.slice()));
    const slow = (start: Float64Array) => slowStress({ exposures, buffers: buffer }, [...start], "distress", TOLERANCE);
    let ours: Float64Array[] = [];
    let theirs: number[][] = [];
    return {
      input: `${amount.length} exposures`,
      ours: { run: () => void (ours = spread()), parts: 1, of: 1 },
      straightforward: {
        run: () => void (theirs = starts.slice(0, SUBSET).map(slow)),
        parts: SUBSET,
        of: starts.length,
      },
      difference: () => Math.max(...theirs.map((stress, s) => relativeDifference(ours[s]!, stress))),
    };
  },
};
