import { slippageLt } from "../../keeper/src/model/margin/rules.js";
import { oneAccount, runSmall } from "../../test/keeper/model/run-small.js";
import { stateOf, type SmallSystem } from "../../test/keeper/model/small-system.js";
import { unpaidAfter } from "./leveraged-loop.js";

const BONUSES = [0.01, 0.05, 0.1, 0.2] as const;

/** One liquidation round: shares of debt and collateral that are left. */
function oneRound(ltv: number, lt: number, bonus: number, terms: Partial<SmallSystem> = {}) {
  const account = oneAccount({ collateral: 10_000, debt: 10_000 * ltv, lt, bonus }, terms);
  const { run } = runSmall(account, [0, 0], { maxRounds: 1 });
  return { debtLeft: run.debtLeft[0]!, collateralLeft: run.collateralLeft[0]! };
}

/** A liquidation raises the loan-to-value above 1/(1+b), and lowers it below. */
export const toxicFrontier = () =>
  BONUSES.every((bonus) =>
    [-0.01, 0.01].every((off) => {
      const ltv = 1 / (1 + bonus) + off;
      const { debtLeft, collateralLeft } = oneRound(ltv, 0.5, bonus, { closeFactor: [0.01], fullCloseHf: [0] });
      return debtLeft > collateralLeft === off > 0;
    }),
  );

/** Closed in full at a health factor of 1, an account leaves a loss if and only if LT(1+b) > 1. */
export const singleRound = () =>
  BONUSES.every((bonus) =>
    [-0.01, 0.01].every((off) => {
      const lt = 1 / (1 + bonus) + off;
      const { realised } = unpaidAfter({ collateral: 1, debt: lt * (1 + 1e-9), lt, bonus }, 0);
      return realised > 1e-6 === off > 0;
    }),
  );

/** Sold into a constant-product pool, the frontier tightens by the average price. */
export const slippageFrontier = () =>
  BONUSES.every((bonus) =>
    [1, 50, 400].every((soldUsd) => {
      const curves = [{ kind: "inf" }, { kind: "cpmm", reserveUsd: 1_000 }] as const;
      const state = stateOf(oneAccount({ collateral: 1, debt: 0, lt: 0.5, bonus }, { curves }));
      const ours = slippageLt(state, state.reserves[1]!, soldUsd, Float64Array.of(1, 1));
      return Math.abs(ours - 1_000 / (1_000 + soldUsd) / (1 + bonus)) < 1e-12;
    }),
  );

/** Half of the debt above a health factor of 0.95, all of it at or below, and of small positions. */
export const closeFactor = () => {
  const aave = { closeFactor: [0.5], fullCloseHf: [0.95], dustUsd: [2_000] };
  const left = (ltv: number, hf: number) => oneRound(ltv, hf * ltv, 0.05, aave).debtLeft;
  return left(0.5, 0.96) === 0.5 && left(0.5, 0.95) === 0 && left(0.2, 0.96) === 0;
};
