import { z } from "zod";
import { EXACT, statement, type Statement } from "./analytic-statement.js";
import { absolute, relative, worstOf } from "./compare.js";
import { finalDrop, gridError, type Crowd } from "./crowd.js";
import type { Case } from "./format.js";

const uniform = z.object({ lam: z.number(), g_units_per_unit_drop: z.number(), d0: z.number() }).extend({
  rho: z.number(),
  d_closed: z.number(),
  multiplier: z.number(),
});
const supercritical = z.object({ rho: z.number().gt(1), d_sim: z.number() });
const rising = z.object({ lam: z.number(), g0: z.number(), g1: z.number(), d0: z.number() }).extend({
  d0_star: z.number(),
  d_closed: z.number(),
  delta_closed: z.number(),
  gamma_closed: z.number(),
  local_rho: z.number(),
});

/** The engine with finitely many accounts against the crowd's drop. */
function engineCase(name: string, crowd: Crowd, d0: number, expected: { drop: number; multiplier: number }): Case {
  const tolerance = 1e-3 * expected.drop + gridError(crowd, expected.multiplier);
  return { name: `${name}: engine`, error: absolute([finalDrop(crowd, d0), expected.drop]), tolerance };
}

const t1 = statement(uniform, ({ lam: lambda, g_units_per_unit_drop: g, d0, rho, d_closed, multiplier }, name) => {
  const crowd = { sold: (x: number) => g * x, lambda, range: Math.min(1, 1.2 * d_closed) };
  const forms = [
    relative([lambda * g, rho]),
    relative([d0 / (1 - rho), d_closed]),
    relative([d_closed / d0, multiplier]),
  ];
  const drop = Math.min(1, d_closed);
  return [worstOf(`${name}: closed form`, EXACT, forms), engineCase(name, crowd, d0, { drop, multiplier })];
});

const t2 = statement(supercritical, ({ rho, d_sim }, name) => {
  const lambda = 0.02;
  const crowd = { sold: (x: number) => (rho / lambda) * x, lambda, range: 1 };
  return [{ name: `${name}: engine`, error: absolute([finalDrop(crowd, 0.005), d_sim]), tolerance: EXACT }];
});

const t3 = statement(rising, ({ lam: lambda, g0, g1, d0, d_closed: drop, ...rest }, name) => {
  const [a, b] = [lambda * g1, 1 - lambda * g0];
  const root = Math.sqrt(b * b - 2 * a * d0);
  const forms = [
    relative([(b * b) / (2 * a), rest.d0_star]),
    relative([(b - root) / a, drop]),
    relative([1 / root, rest.delta_closed]),
    relative([a / (root * root * root), rest.gamma_closed]),
    relative([1 - root, rest.local_rho]),
  ];
  const crowd = { sold: (x: number) => g0 * x + (g1 * x * x) / 2, lambda, range: 1.5 * drop };
  const engine = engineCase(name, crowd, d0, { drop, multiplier: rest.delta_closed });
  // At the fold the root is the difference of nearly equal numbers, and its third power three times as far off.
  return [worstOf(`${name}: closed form`, EXACT / Math.min(1, root), forms), engine];
});

export const crowdStatements: readonly Statement[] = [t1, t3, t2];
