import { z } from "zod";
import { depthUsdAt } from "../../keeper/src/model/impact.js";
import { EXACT, formsOf, statement, type Statement } from "./analytic-statement.js";
import { absolute, nearest, relative, worstOf } from "./compare.js";
import type { Case } from "./format.js";
import { expectedUnpaid } from "./waiting-position.js";

const row = z.tuple([z.number(), z.number(), z.number()]).rest(z.number());
const put = z.object({ C: z.number(), D: z.number(), bonus: z.number(), p_fund: z.number() }).extend({
  temp_impact0: z.number(),
  tau_r_min: z.number(),
  sigma_per_sqrt_min: z.number(),
  rows_T_F_BDclosed_BDmc: z.array(row),
  T_opt: z.number(),
});
const noRecovery = z.object({ BD_by_T: z.array(z.number()) });
const throttle = z.object({ delta_usd_per_100pct: z.number(), tau_r_min: z.number(), bonus: z.number() }).extend({
  q_star_usd_per_min: z.number(),
  steady_temp_impact: z.number(),
});

/** What the quadrature over prices may be off by, as a share of the debt. */
const QUADRATURE = 1e-8;
/** What the file's own steps of time leave short of the steady state. */
const STEADY = 1e-6;

const pausePut = statement(put, ({ rows_T_F_BDclosed_BDmc: rows, T_opt, ...position }, name) => {
  const waits = rows.map(([minutes, forward, closed]): Case => {
    const ours = expectedUnpaid(position, minutes);
    const errors = [relative([ours.forward, forward]), absolute([ours.unpaid, closed]) / position.D];
    return worstOf(`${name}: ${minutes} min`, QUADRATURE, errors);
  });
  const least = rows.reduce((best, one) => (one[2] < best[2] ? one : best));
  const ours = rows.reduce((best, one) =>
    expectedUnpaid(position, one[0]).unpaid < expectedUnpaid(position, best[0]).unpaid ? one : best,
  );
  return [...waits, worstOf(`${name}: best`, EXACT, [relative([least[0], T_opt]), relative([ours[0], T_opt])])];
});

/** A position of the same file, at the same waits, whose price does not come back. */
const neverPause = statement(noRecovery, ({ BD_by_T }, name, all) => {
  const ofPositions = formsOf(put, all).map(({ rows_T_F_BDclosed_BDmc: rows, ...position }) => {
    const ours = rows.map(([minutes]) => expectedUnpaid({ ...position, tau_r_min: Infinity }, minutes).unpaid);
    const errors = BD_by_T.map((expected, t) => absolute([ours[t] ?? NaN, expected]) / position.D);
    const falls = ours.some((unpaid, t) => t > 0 && unpaid < ours[t - 1]! - QUADRATURE * position.D);
    return worstOf(name, QUADRATURE, [...errors, falls ? 1 : 0]);
  });
  return [nearest(ofPositions)];
});

const throttleRate = statement(throttle, ({ delta_usd_per_100pct: deltaUsd, tau_r_min, bonus, ...expected }, name) => {
  const rate = depthUsdAt({ kind: "linear", deltaUsd }, bonus) / tau_r_min;
  const steady = { name: `${name}: impact`, error: absolute([bonus, expected.steady_temp_impact]), tolerance: STEADY };
  return [worstOf(name, EXACT, [relative([rate, expected.q_star_usd_per_min])]), steady];
});

export const pauseStatements: readonly Statement[] = [pausePut, neverPause, throttleRate];
