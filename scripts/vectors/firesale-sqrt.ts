import {
  createEquilibrium,
  findEquilibrium,
  markToMarketLossUsd,
  maxDropFrac,
  type SquareRootMarket,
} from "../../keeper/src/model/clearing/square-root-sales.js";
import { differs, pairs, relativeTo, worstOf } from "./compare.js";
import { sqrtFile, type Equilibria } from "./firesale-sqrt-file.js";
import { inputNamed, marketOf, toyEquilibria, toyMarket } from "./firesale-sqrt-markets.js";
import type { Case, VectorFormat } from "./format.js";
import { hasKeys } from "./shape.js";

const TOLERANCE = 1e-12;
/** Mean distance, relative where drops are larger than this, up to which the file calls two equilibria one. */
const SAME = 0.01;

const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;

/** Both equilibria of a market against what the file has of them. */
function casesOf(name: string, market: SquareRootMarket, expected: Equilibria): Case[] {
  const [low, high] = [createEquilibrium(market), createEquilibrium(market)];
  findEquilibrium(market, "least", low);
  findEquilibrium(market, "greatest", high);
  const vector = (what: string, actual: Float64Array, wanted: readonly number[] | undefined, tolerance = TOLERANCE) =>
    wanted === undefined ? [] : [worstOf(`${name}: ${what}`, tolerance, pairs(actual, wanted).map(relativeTo(1e-6)))];
  // A share sold is what is left of amounts as many times larger as leverage may be.
  const forShares = TOLERANCE * market.maxLeverage;
  const same = (what: string, actual: unknown, wanted: unknown) =>
    wanted === undefined ? [] : [{ name: `${name}: ${what}`, error: differs(actual, wanted), tolerance: 0 }];
  const gap = mean(high.dropFrac) - mean(low.dropFrac);
  const distance = mean(low.dropFrac) > SAME ? gap / mean(low.dropFrac) : gap;
  const loss = expected.mtm_loss_lower;
  return [
    ...vector("least drops", low.dropFrac, expected.delta_lower),
    ...vector("greatest drops", high.dropFrac, expected.delta_upper),
    ...vector("drops of a sale of everything", maxDropFrac(market), expected.delta_max),
    ...vector("shares sold, least", low.soldFrac, expected.theta_lower, forShares),
    ...vector("shares sold, greatest", high.soldFrac, expected.theta_upper, forShares),
    ...vector("loss", Float64Array.of(markToMarketLossUsd(market, low)), loss === undefined ? loss : [loss]),
    ...same("rounds to the least", low.rounds, expected.iter_lower),
    ...same("rounds to the greatest", high.rounds, expected.iter_upper),
    ...same("unique", distance <= SAME, expected.unique),
  ];
}

export const fireSaleSqrt: VectorFormat = {
  name: "firesale_sqrtlaw",
  tolerance: "1e-12 relative, shares sold 1e-12 times the leverage limit; rounds and uniqueness exact",
  matches: (data) => hasKeys(data, "inputs", "cases"),
  check(data) {
    const { inputs, cases, toy_two_equilibria: toy } = sqrtFile.parse(data);
    const markets = cases.flatMap((one) => {
      const market = marketOf(inputNamed(inputs, one.name), one.kappa, one.lambda_bar);
      return casesOf(`${one.name}, kappa ${one.kappa}, limit ${one.lambda_bar}`, market, one);
    });
    return toy === undefined ? markets : [...markets, ...casesOf("toy", toyMarket(toy), toyEquilibria(toy))];
  },
};
