import { z } from "zod";
import { averageFactor, depthUsdAt } from "../../keeper/src/model/impact.js";
import { oneAccount, runSmall } from "../../test/keeper/model/run-small.js";
import { EXACT, formsOf, statement, type Statement } from "./analytic-statement.js";
import { absolute, differs, nearest, relative, worstOf } from "./compare.js";

const cap = z.object({ reserve: z.number(), bonus: z.number(), x_max: z.number() }).extend({
  profit_at_cap: z.number(),
  profit_at_half: z.number(),
});
const best = z.object({ x_star: z.number(), x_star_closed: z.number() });
const toxic = z.object({ LTV0: z.number(), frontier: z.number(), LTV1: z.number(), worse: z.boolean() });

const profitCap = statement(cap, ({ reserve: reserveUsd, bonus, x_max, ...profit }, name) => {
  const profitOf = (repaid: number) => {
    const seized = repaid * (1 + bonus);
    return seized * averageFactor({ kind: "cpmm", reserveUsd }, seized) - repaid;
  };
  const errors = [
    relative([(bonus * reserveUsd) / (1 + bonus), x_max]),
    absolute([profitOf(x_max), profit.profit_at_cap]) / reserveUsd,
    relative([profitOf(x_max / 2), profit.profit_at_half]),
  ];
  return [worstOf(name, EXACT, errors)];
});

/** Of a pool in the same file. Best where the last unit sold brings in what it cost: at the price 1/(1+b). */
const profitBest = statement(best, ({ x_star, x_star_closed }, name, all) => {
  const ofPools = formsOf(cap, all).map(({ reserve: reserveUsd, bonus }) => {
    const ours = depthUsdAt({ kind: "cpmm", reserveUsd }, 1 - 1 / (1 + bonus)) / (1 + bonus);
    return worstOf(name, EXACT, [relative([ours, x_star_closed]), relative([ours, x_star])]);
  });
  return [nearest(ofPools)];
});

/** What each step of the file's own simulation repays, as a share of the collateral. */
const STEP = 0.01;

const toxicFrontier = statement(toxic, ({ LTV0: ltv, frontier, LTV1, worse }, name) => {
  const bonus = 1 / frontier - 1;
  const account = { collateral: 1, debt: ltv, lt: 0.5, bonus };
  const terms = { closeFactor: [STEP / ltv], fullCloseHf: [0] };
  const { run } = runSmall(oneAccount(account, terms), [0, 0], { maxRounds: 1 });
  const after = (ltv * run.debtLeft[0]!) / run.collateralLeft[0]!;
  return [worstOf(name, EXACT, [relative([after, LTV1]), differs(after > ltv, worse), differs(ltv > frontier, worse)])];
});

export const liquidatorStatements: readonly Statement[] = [profitCap, profitBest, toxicFrontier];
