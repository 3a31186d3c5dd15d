import { createEquilibrium, findEquilibrium } from "../../keeper/src/model/clearing/square-root-sales.js";
import { slowEquilibrium } from "../../test/keeper/model/clearing/slow-square-root.js";
import { sqrtFile } from "../vectors/firesale-sqrt-file.js";
import { marketOf } from "../vectors/firesale-sqrt-markets.js";
import { relativeDifference, repeated, type BenchCase } from "./case.js";
import { vector } from "./vector.js";

/** The least equilibrium of the first recorded market. */
export const squareRoot: BenchCase = {
  name: "square-root fixed point",
  unit: "one fixed point",
  barMs: 1,
  prepare() {
    const { inputs, cases } = sqrtFile.parse(vector("firesale_sqrtlaw"));
    const { name, kappa, lambda_bar: maxLeverage } = cases[0]!;
    const { e_1: equity, L_1_total: loans, S_1: holdings } = inputs[name]!;
    const market = marketOf(inputs[name]!, kappa, maxLeverage);
    const run = createEquilibrium(market);
    const slow = { equity, loans, holdings, impact: [...market.impactPerRootUsd], maxLeverage };
    return {
      input: `${name}: ${equity.length} banks x ${slow.impact.length} securities`,
      ours: repeated(() => findEquilibrium(market, "least", run)),
      straightforward: repeated(() => slowEquilibrium(slow, "least")),
      difference: () => relativeDifference(run.dropFrac, slowEquilibrium(slow, "least").drops),
    };
  },
};
