import { z } from "zod";
import { excessAssetsUsd } from "../../keeper/src/model/clearing/fire-sale.js";
import { marginalFactor } from "../../keeper/src/model/impact.js";
import { shareOutAdl } from "../../keeper/src/model/perps/adl.js";
import { matrix, vector } from "./analytic-claims.js";
import { EXACT, statement, type Statement } from "./analytic-statement.js";
import { absolute, pairs, relative, worstOf } from "./compare.js";

const adl = z.object({ pnl: vector, deficit: z.number(), haircut: vector });
/** Nobody gives up more than the profit. */
const adlProRata = statement(adl, ({ pnl, deficit, haircut }, name) => {
  const winners = pnl.flatMap((usd, i) => (usd > 0 ? [i] : []));
  const pnlUsd = Float64Array.from(winners, (i) => pnl[i]!);
  const shared = shareOutAdl("pro-rata", deficit, { pnlUsd, capUsd: pnlUsd, rank: new Float64Array(winners.length) });
  const ours = pnl.map((_, i) => shared[winners.indexOf(i)] ?? 0);
  return [worstOf(name, EXACT, pairs(ours, haircut).map(relative))];
});

const impact = z.object({ S: z.number(), B: z.number(), ADV: z.number(), sigma: z.number(), c: z.number() }).extend({
  tau: z.number(),
  depth_D: z.number(),
  delta: z.number(),
  psi: z.array(z.tuple([z.number(), z.number()])),
  slope0: z.number(),
});
const contSchaanning = statement(impact, ({ S, B, ADV, sigma, c, tau, depth_D: depthUsd, psi, ...expected }, name) => {
  const curve = { kind: "cs", floorFrac: B / S, depthUsd } as const;
  const drop = (usd: number) => 1 - marginalFactor(curve, usd);
  // Central difference over a millionth of the depth: the odd terms cancel, and float64 keeps nine digits.
  const near = 1e-6 * depthUsd;
  const slope = (drop(near) - drop(-near)) / (2 * near);
  const errors = [
    relative([((c * ADV) / sigma) * Math.sqrt(tau), depthUsd]),
    relative([(1 - B / S) * depthUsd, expected.delta]),
    ...psi.map(([usd, fall]) => absolute([drop(usd), fall])),
  ];
  const atZero = { name: `${name}: slope`, error: relative([slope, expected.slope0]), tolerance: 1e-8 };
  return [worstOf(name, EXACT, errors), atZero];
});

const leverage = z.object({ Pi: matrix, Theta: matrix, C: vector, eps: vector, lambda_max: z.number() }).extend({
  lambda_target: z.number(),
  expected: vector,
});
const deleveraging = statement(leverage, ({ Pi, Theta, C, eps, lambda_max, lambda_target, expected }, name) => {
  const ours = C.map((capital, n) => {
    const lost = Theta[n]!.reduce((usd, held, k) => usd + held * eps[k]!, 0);
    const equity = capital - lost;
    const liquid = Pi[n]!.reduce((usd, held) => usd + held, 0);
    const assets = liquid + Theta[n]!.reduce((usd, held) => usd + held, 0) - lost;
    if (assets <= lambda_max * equity) return 0;
    return Math.min(1, excessAssetsUsd(assets, equity, 1 / lambda_target) / liquid);
  });
  return [worstOf(name, EXACT, pairs(ours, expected).map(relative))];
});

export const marketStatements: readonly Statement[] = [adlProRata, contSchaanning, deleveraging];
