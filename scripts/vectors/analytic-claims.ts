import { z } from "zod";
import { leontiefInverse, lookThrough } from "../../keeper/src/graph/look-through.js";
import { spectralRadius } from "../../keeper/src/model/sensitivity/spectral.js";
import { EXACT, statement, type Statement } from "./analytic-statement.js";
import { absolute, pairs, relative, worstOf } from "./compare.js";

export const vector = z.array(z.number());
export const matrix = z.array(vector);

export const flat = (rows: readonly (readonly number[])[]) => Float64Array.from(rows.flat());

/** Row sum of the Leontief inverse of a chain in which each layer is `rates[m]` of the one before. */
function chain(rates: readonly number[]): number {
  const size = rates.length + 1;
  const claims = new Float64Array(size * size);
  rates.forEach((rate, m) => (claims[m * size + m + 1] = rate));
  return leontiefInverse(claims, size)!
    .subarray(0, size)
    .reduce((sum, units) => sum + units, 0);
}

const loop = z.object({ LTV: z.number(), leverage: z.number(), finite_n10: z.number(), debt: z.number() });
const loopLeverage = statement(loop, ({ LTV, leverage, finite_n10, debt }, name) => {
  const ours = leontiefInverse(Float64Array.of(LTV), 1)![0]!;
  const hops = chain(Array.from({ length: 10 }, () => LTV));
  const errors = [relative([ours, leverage]), relative([ours - 1, debt]), relative([hops, finite_n10])];
  return [worstOf(name, EXACT, errors)];
});

/** `lookthrough`, or `lookthrough_to_ETH` or another: base units behind one unit of each token. */
const wrappers = z.looseObject({ A: matrix, rho_A: z.number().optional(), closed: z.number().optional() });
const leontief = statement(wrappers, ({ A, rho_A, closed, ...expected }, name) => {
  const size = A.length;
  const { units } = lookThrough(flat(A), size);
  const toFirst = A.map((_, j) => units[j * size]!);
  const given = Object.entries(expected).find(([key]) => key.startsWith("lookthrough"))?.[1];
  const errors = pairs(toFirst, vector.parse(given)).map(relative);
  if (rho_A !== undefined) errors.push(absolute([spectralRadius(flat(A), size).radius, rho_A]));
  if (closed !== undefined) errors.push(relative([toFirst.at(-1)!, closed]));
  return [worstOf(name, EXACT, errors)];
});

const layers = z.object({ holdings: vector.min(1), TVL: z.number(), TVR: z.number(), multiplier: z.number() });
const multiplier = statement(layers, ({ holdings, TVL, TVR, multiplier: expected }, name) => {
  const ours = chain(holdings.slice(1).map((usd, m) => usd / holdings[m]!));
  const base = holdings[0]!;
  return [worstOf(name, EXACT, [relative([ours, expected]), relative([ours * base, TVL]), relative([base, TVR])])];
});

export const claimStatements: readonly Statement[] = [loopLeverage, leontief, multiplier];
