import { createFireSale, runFireSale } from "../../keeper/src/model/clearing/fire-sale.js";
import { slowFireSale, type SlowBank } from "../../test/keeper/model/clearing/slow-fire-sale.js";
import { institutionsOf } from "../vectors/firesale-eba-banks.js";
import { ebaFile, type EbaBank } from "../vectors/firesale-eba-file.js";
import { relativeDifference, repeated, type BenchCase } from "./case.js";
import { vector } from "./vector.js";

/** 48 banks and two securities: the first recorded run. */
export const fireSale: BenchCase = {
  name: "EBA-2018 fire sale",
  unit: "one run",
  barMs: 0.1,
  prepare() {
    const { banks, cases } = ebaFile.parse(vector("firesale_eba2018"));
    const { params } = cases[0]!;
    const drop = [params.initial_shock_gov, 0];
    const system = institutionsOf(banks, params.price_impact_5pct);
    const run = createFireSale(system, params.timesteps);
    const [min, buffer, target] = [params.leverage_min, params.leverage_buffer, params.leverage_target];
    const rules = { minLeverage: min, bufferLeverage: buffer, targetLeverage: target };
    const slowRules = { drop, impact: params.price_impact_5pct, min, buffer, target, steps: params.timesteps };
    const slow = () => slowFireSale(banks.map(slowBank), slowRules).equity;
    return {
      input: `${banks.length} banks x 2 securities, ${params.timesteps} steps`,
      ours: repeated(() => runFireSale(system, Float64Array.from(drop), rules, run)),
      straightforward: repeated(slow),
      difference: () => relativeDifference(run.equityUsd, slow()),
    };
  },
};

function slowBank({ cash, gov, corp, other, loan, other_liab: otherDebt }: EbaBank): SlowBank {
  return { cash, units: [gov, corp], other, loan, otherDebt, alive: true, orders: [0, 0] };
}
