import { expect } from "chai";
import { readFileSync } from "node:fs";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { latentBadDebtUsd } from "../../../keeper/src/model/latent.js";
import { oneAccount, runSmall, total } from "./run-small.js";
import type { SmallSystem } from "./small-system.js";

interface Tables {
  table6_breakpoints: { LT: number; bonus: number; leverage: number; D_analytic_pct_published: number }[];
  table9: {
    gap_emode: { gap: number; bad_debt_usd_m: number }[];
    gap_reserve_LT081_b006: { debt_usd_m: number; rows: { gap: number; bad_debt_usd_m: number }[] };
    loop: { collateral_usd_m: number; debt_usd_m: number; LT: number; bonus: number };
  };
}

/** Gatto 2026, "Liquidation Without Loss": printed to a hundredth of a million. */
const tables = JSON.parse(readFileSync("test/vectors/aave_liquidation_tables.json", "utf8")) as Tables;
const PRINTED = 0.005 + 1e-9;

describe("bad debt of one leveraged position against published tables", () => {
  const { loop, gap_emode, gap_reserve_LT081_b006: reserve } = tables.table9;
  for (const { gap, bad_debt_usd_m } of gap_emode) {
    it(`e-mode loop, gap ${gap}: ${bad_debt_usd_m}`, () => {
      const bad = badDebt({ debt: loop.debt_usd_m, lt: loop.LT, bonus: loop.bonus }, gap);
      expect(bad).to.be.closeTo(bad_debt_usd_m, PRINTED);
    });
  }
  for (const { gap, bad_debt_usd_m } of reserve.rows) {
    it(`plain reserve, gap ${gap}: ${bad_debt_usd_m}`, () => {
      const bad = badDebt({ debt: reserve.debt_usd_m, lt: 0.81, bonus: 0.06 }, gap);
      expect(bad).to.be.closeTo(bad_debt_usd_m, PRINTED);
    });
  }

  // MODEL 10, G6 and G9: the rows that the file of this checkout does not hold.
  for (const [lag, expected] of [
    [0, 0.58],
    [0.0031, 0.86],
    [0.0159, 2.03],
    [0.05, 5.13],
  ] as const) {
    it(`oracle lag ${lag} on top of a gap of 8 %: ${expected}`, () => {
      const bad = badDebt({ debt: loop.debt_usd_m, lt: loop.LT, bonus: loop.bonus }, 1 - 0.92 * (1 - lag));
      expect(bad).to.be.closeTo(expected, PRINTED);
    });
  }
  for (const [gap, expected, liquidations] of [
    [0.05, 3.01, 5],
    [0.08, 5.51, 5],
    [0.12, 8.87, 4],
    [0.2, 15.7, 3],
  ] as const) {
    it(`close factor 0.5 into a pool of 1B a side, gap ${gap}: ${expected} in ${liquidations} rounds`, () => {
      const curve: DepthCurve = { kind: "cpmm", reserveUsd: 1_000 };
      const spec = { debt: loop.debt_usd_m, lt: loop.LT, bonus: loop.bonus };
      const { bad, rounds } = outcome(spec, gap, { curves: [{ kind: "inf" }, curve], fullCloseHf: [0] });
      expect(bad).to.be.closeTo(expected, PRINTED);
      expect(rounds - 1).to.equal(liquidations);
    });
  }
});

describe("continuous path: the largest drop before bad debt", () => {
  for (const { LT, bonus, leverage, D_analytic_pct_published: published } of tables.table6_breakpoints) {
    it(`LT ${LT}, bonus ${bonus}, ${leverage}x: ${published} %`, () => {
      const spec = { debt: 100 * (1 - 1 / leverage), lt: LT, bonus };
      // A jump is worse than a path: it reaches bad debt at the second branch of the closed form, D - C(1-g)/(1+b) = 0.
      const jump = 1 - (spec.debt * (1 + bonus)) / 100;
      expect(badDebt(spec, jump - 1e-4)).to.be.closeTo(0, 1e-9);
      expect(badDebt(spec, jump + 1e-3)).to.be.greaterThan(0);
      expect(published / 100).to.be.at.least(jump - 5e-5);
    });
  }
});

interface PositionSpec {
  readonly debt: number;
  readonly lt: number;
  readonly bonus: number;
}

function badDebt(spec: PositionSpec, gap: number): number {
  return outcome(spec, gap, {}).bad;
}

function outcome(spec: PositionSpec, gap: number, rest: Partial<SmallSystem>): { bad: number; rounds: number } {
  const { book, run } = runSmall(oneAccount({ collateral: 100, ...spec }, rest), [0, gap]);
  return { bad: total(run.badDebtUsd) + latentBadDebtUsd(book, run, 0), rounds: run.rounds };
}
