import { z } from "zod";
import { leontiefInverse } from "../../keeper/src/graph/look-through.js";
import { adjoint } from "../../keeper/src/model/sensitivity/amplification.js";
import { spectralRadius } from "../../keeper/src/model/sensitivity/spectral.js";
import { flat, matrix, vector } from "./analytic-claims.js";
import { EXACT, statement, type Statement } from "./analytic-statement.js";
import { pairs, relative, worstOf } from "./compare.js";

const distress = z.object({ Lambda: matrix, h1: vector, h_closed: vector, rho: z.number() });
const debtRank = statement(distress, ({ Lambda, h1, h_closed, rho }, name) => {
  const errors = pairs(amplified(Lambda, h1), h_closed).map(relative);
  return [worstOf(name, EXACT, [...errors, relative([radius(Lambda), rho])])];
});

const assets = z
  .object({ lam: vector, G: matrix, J: matrix, rho: z.number(), shock: vector, drop_closed: vector })
  .extend({
    N: vector,
    L1: z.number(),
    Linf: z.number(),
    M: z.number(),
    rho_eff: z.number(),
    adjoint_w: vector,
    delta_by_asset: vector.optional(),
  });
const multiAsset = statement(assets, ({ lam, G, J, shock, N, ...expected }, name) => {
  const drops = amplified(J, shock);
  const worth = (falls: ArrayLike<number>) => N.reduce((usd, n, k) => usd + n * falls[k]!, 0);
  const [L1, Linf] = [worth(shock), worth(drops)];
  const delta = adjoint(leontiefInverse(flat(J), J.length)!, Float64Array.from(N));
  const errors = [
    ...pairs(flat(J), flat(G.map((row, k) => row.map((g) => lam[k]! * g)))).map(relative),
    ...pairs(drops, expected.drop_closed).map(relative),
    ...pairs(delta, expected.adjoint_w).map(relative),
    ...pairs(delta, expected.delta_by_asset ?? expected.adjoint_w).map(relative),
    relative([radius(J), expected.rho]),
    ...[relative([L1, expected.L1]), relative([Linf, expected.Linf])],
    ...[relative([Linf / L1, expected.M]), relative([1 - L1 / Linf, expected.rho_eff])],
  ];
  return [worstOf(name, EXACT, errors)];
});

/** `(I-A)^-1 v`. */
function amplified(rows: readonly (readonly number[])[], values: readonly number[]): number[] {
  const inverse = leontiefInverse(flat(rows), rows.length)!;
  return rows.map((_, i) => values.reduce((sum, v, k) => sum + inverse[i * rows.length + k]! * v, 0));
}

function radius(rows: readonly (readonly number[])[]): number {
  return spectralRadius(flat(rows), rows.length).radius;
}

export const linearStatements: readonly Statement[] = [debtRank, multiAsset];
