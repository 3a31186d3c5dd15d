import { rowSums, sparseOfRows } from "../../keeper/src/model/clearing/sparse.js";
import {
  createEquities,
  TO_ROUNDING,
  valueEquities,
  type Valuation,
} from "../../keeper/src/model/clearing/valuation.js";
import { pairs, relativeTo, worstOf } from "./compare.js";
import type { Case, VectorFormat } from "./format.js";
import { nevaFile, type Shocked } from "./neva-file.js";
import { casesHave } from "./shape.js";

const TOLERANCE = 1e-10;

function valuationOf({ method, banks, ...one }: Shocked, equity0: Float64Array): Valuation {
  const array = (of: (b: (typeof banks)[number], i: number) => number) => Float64Array.from(banks, of);
  switch (method) {
    case "eisenberg_noe":
      return { kind: "eisenbergNoe", liabilitiesUsd: array((b) => b.ibliabtot + b.extliab) };
    case "exante_en_blackcox_gbm":
      return {
        kind: "blackCox",
        externalUsd: array((b, i) => b.extasset - one.equity_shock[i]!),
        volatility: array((b, i) => (equity0[i]! / b.extasset) * (one.sigma_equity?.[i] ?? NaN)),
        recoveryFrac: array((_, i) => one.recovery_rate?.[i] ?? 0),
      };
    default:
      return { kind: "linearDebtRank", equityBeforeUsd: equity0 };
  }
}

function caseOf(one: Shocked): Case {
  const names = one.banks.map(({ name }) => name);
  const claims = sparseOfRows(one.banks.map(({ ibasset }) => names.map((name) => ibasset[name] ?? 0)));
  const own = Float64Array.from(one.banks, (b) => b.extasset - b.extliab - b.ibliabtot);
  const equity0 = rowSums(claims).map((face, i) => face + own[i]!);
  const shock = (usd: number, i: number) => usd - one.equity_shock[i]!;
  const banks = { claims, ownUsd: own.map(shock), valuation: valuationOf(one, equity0) };
  const equitiesAfter = (maxRounds: number) => {
    const run = createEquities(names.length);
    valueEquities(banks, equity0.map(shock), { ...TO_ROUNDING, maxRounds }, run);
    return run.equityUsd;
  };
  const all = [
    ...pairs(equity0, one.E0),
    ...(one.E_round1 === undefined ? [] : pairs(equitiesAfter(1), one.E_round1)),
    ...pairs(equitiesAfter(TO_ROUNDING.maxRounds), one.E_final),
  ];
  const errors = all.map(relativeTo(1e-3 * Math.max(...equity0)));
  return worstOf(`${one.name}, ${one.method}, shock ${one.equity_shock.join(" ")}`.slice(0, 80), TOLERANCE, errors);
}

export const neva: VectorFormat = {
  name: "neva",
  tolerance: "1e-10 relative",
  matches: (data) => casesHave(data, "banks", "E_final"),
  check: (data) => nevaFile.parse(data).cases.map(caseOf),
};
