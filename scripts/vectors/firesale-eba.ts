import { createFireSale, runFireSale, systemicEventFrac } from "../../keeper/src/model/clearing/fire-sale.js";
import { differs, pairs, relativeTo, worstOf } from "./compare.js";
import { ebaFile, type EbaBank, type EbaCase } from "./firesale-eba-file.js";
import { institutionsOf } from "./firesale-eba-banks.js";
import type { Case, VectorFormat } from "./format.js";
import { casesHave, hasKeys } from "./shape.js";

const TOLERANCE = 1e-9;
/** Below this share of defaults the file counts none. */
const SYSTEMIC_FRAC = 0.05;

function casesOf(banks: readonly EbaBank[], one: EbaCase, c: number): Case[] {
  const { params, equity_final, alive, defaults_per_step } = one;
  const system = institutionsOf(banks, params.price_impact_5pct);
  const run = createFireSale(system, params.timesteps);
  const rules = {
    minLeverage: params.leverage_min,
    bufferLeverage: params.leverage_buffer,
    targetLeverage: params.leverage_target,
  };
  runFireSale(system, Float64Array.of(params.initial_shock_gov, 0), rules, run);
  const name = `run ${c}, shock ${params.initial_shock_gov}, impact ${params.price_impact_5pct}`;
  const numbers = [
    ...pairs(run.soldFrac, one.cum_fraction_sold_per_step),
    ...pairs([...run.price, ...run.soldUnits], [one.price_gov, one.price_corp, one.sold_gov, one.sold_corp]),
    ...pairs([systemicEventFrac(run, SYSTEMIC_FRAC)], [one.systemic_event]),
  ];
  // What is left of an equity is compared with what the bank holds: it is the difference of two such amounts.
  const equities = banks.map((bank, i) =>
    relativeTo(1e-3 * (bank.loan + bank.other_liab))([run.equityUsd[i]!, equity_final[bank.name] ?? NaN]),
  );
  const survivors = banks.map((bank, i) => differs(run.alive[i] === 1, alive[bank.name]));
  return [
    worstOf(`${name}: prices and sales`, TOLERANCE, numbers.map(relativeTo(1e-3))),
    worstOf(`${name}: equity`, TOLERANCE, equities),
    worstOf(`${name}: who is alive`, 0, survivors),
    { name: `${name}: defaults`, error: differs([0, ...run.defaults].join(), defaults_per_step.join()), tolerance: 0 },
  ];
}

export const fireSaleEba: VectorFormat = {
  name: "firesale_eba2018",
  tolerance: "1e-9 relative; defaults exact",
  matches: (data) => hasKeys(data, "banks") && casesHave(data, "params", "cum_fraction_sold_per_step"),
  check(data) {
    const { banks, cases } = ebaFile.parse(data);
    return cases.flatMap((one, c) => casesOf(banks, one, c));
  },
};
