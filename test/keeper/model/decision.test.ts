import { expect } from "chai";
import { readFileSync } from "node:fs";
import { buildSystem } from "../../../keeper/src/graph/build-system.js";
import { assess, explain } from "../../../keeper/src/model/assess.js";
import type { SubjectScore } from "../../../keeper/src/model/assessment.js";
import type { Attribution } from "../../../keeper/src/model/attribution.js";
import { openBook } from "../../../keeper/src/model/book.js";
import { marketRules, type Calibration } from "../../../keeper/src/model/calibration.js";
import { createCascade } from "../../../keeper/src/model/cascade.js";
import { decide } from "../../../keeper/src/model/decision.js";
import { MAX_PAUSE_SEC, pauseOutcomes, type PauseOutcome } from "../../../keeper/src/model/pause.js";
import { scopesOf } from "../../../keeper/src/model/scope.js";
import { throttleUsdPerHour } from "../../../keeper/src/model/throttle.js";
import type { Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { shippedCalibration } from "./calibration-file.js";
import { oneAccount, runSmall, total } from "./run-small.js";
import { stateOf } from "./small-system.js";
import { marketSnapshot, sale, VENUE, WETH, type Holding, type MarketSpec } from "./snapshot-fixture.js";

const CALIBRATION = shippedCalibration("lab-1");
const PRICES = { WETH: 2_000, stETH: 2_000, USDC: 1, GEM: 10 };
const DEPTH = { WETH: 20_000, stETH: 20_000 };

/** `units` WETH with a debt of `ltv` of its value. */
const weth = (units: number, ltv: number): Holding => ({
  collateral: { WETH: units },
  debt: { USDC: units * PRICES.WETH * ltv },
});
const calm: Holding[] = [weth(1_000, 0.3), weth(800, 0.4)];
/** LTV 0.97 is past the toxic frontier 1 / 1.05, and at a threshold of 0.93 above the halt's floor. */
const drowning = { accounts: [weth(300, 0.97), weth(400, 0.92), weth(4_000, 0.85)], lt: 0.93 };

describe("decide: every advice can be reached", () => {
  it("0: a book far from its limits", () => {
    const { advice, haltSec, leverageX } = system({ accounts: calm });
    expect([advice, haltSec, leverageX]).to.deep.equal([0, 0, 1]);
  });

  it("1: high leverage, nothing due", () => {
    const { advice, leverageX } = system({ accounts: [weth(3_000, 0.7), weth(3_000, 0.72)] });
    expect(leverageX).to.be.greaterThan(1 / (1 - 0.3));
    expect(advice).to.equal(1);
  });

  it("2: more is due than the pools absorb within the bonus", () => {
    const { advice, throttleUsdPerHour } = system({ accounts: [...calm, weth(2_000, 0.85)] });
    expect(advice).to.equal(2);
    // x y = k: R (1/sqrt(1 - b) - 1) per tau_r, b net of costs; both per hour.
    const inside = DEPTH.WETH * PRICES.WETH * (1 / Math.sqrt(1 - 0.048) - 1);
    const hourly = (inside / CALIBRATION.recoverySec.value) * 3_600;
    expect(throttleUsdPerHour).to.be.closeTo(hourly, 2e-3 * hourly);
  });

  it("3: under temporary impact, accounts past the toxic frontier are better left until it recovers", () => {
    const { advice, haltSec, leverageX } = system({ ...drowning, forcedSales: [sale("WETH", 800, 30)] });
    expect(leverageX).to.be.greaterThan(2);
    expect(advice).to.equal(3);
    expect(haltSec).to.be.within(75, 1_800);
  });

  it("no 3 where the accounts in question are below the floor, which a halt does not stop", () => {
    const spec = { ...drowning, lt: 0.8, forcedSales: [sale("WETH", 800, 30)] };
    expect(system(spec)).to.include({ advice: 2, haltSec: 0 });
  });

  it("3: the oracle prices collateral below its market: liquidations would be wrong", () => {
    const snapshot = build({ accounts: calm, wethPoolUsd: 2_120 });
    const result = assess(snapshot, CALIBRATION);
    expect(result.oracleGap).to.equal(true);
    expect(find(result.subjects, "system").advice).to.equal(3);
    expect(find(result.subjects, "system").haltSec).to.equal(1_800);
  });

  it("1: the oracle prices collateral above its market: no new loans, and no pause", () => {
    const result = assess(build({ accounts: calm, wethPoolUsd: 1_880 }), CALIBRATION);
    expect(result.oracleGap).to.equal(true);
    expect(find(result.subjects, "system")).to.include({ advice: 1, haltSec: 0 });
  });

  it("a pool pushed down by liquidations is no oracle fault", () => {
    const spec = { accounts: calm, wethPoolUsd: 1_880 };
    const result = assess(build({ ...spec, forcedSales: [sale("WETH", 600, 0)] }), CALIBRATION);
    expect(result.oracleGap).to.equal(false);
  });
});

describe("decide: when a pause cannot help", () => {
  it("nothing recovers: never, whatever the book", () => {
    const endless: Calibration = { ...CALIBRATION, recoverySec: { ...CALIBRATION.recoverySec, value: Infinity } };
    for (const units of [100, 800, 3_000]) {
      const snapshot = build({ ...drowning, forcedSales: [sale("WETH", units, 30)] });
      for (const score of assess(snapshot, endless).subjects) {
        expect(score.haltSec).to.equal(0);
        expect(score.advice).to.be.at.most(2);
      }
    }
  });

  it("no forced sales, so no temporary impact: never", () => {
    for (const score of assess(build(drowning), CALIBRATION).subjects) {
      expect(score.haltSec).to.equal(0);
      expect(score.advice).to.be.at.most(2);
    }
  });

  it("sales long ago have recovered", () => {
    expect(system({ ...drowning, forcedSales: [sale("WETH", 800, 100_000)] }).haltSec).to.equal(0);
  });

  it("no bad debt to save: no pause is even run", () => {
    const { evidence } = explain(build({ accounts: calm, forcedSales: [sale("WETH", 800, 0)] }), CALIBRATION);
    expect(evidence.pauses).to.deep.equal([]);
  });
});

describe("pauseOutcomes against T9, the value of waiting", () => {
  const vectors = (
    JSON.parse(readFileSync("test/vectors/analytic_closed_forms.json", "utf8")) as {
      cases: {
        T9_pause_put: {
          C: number;
          D: number;
          bonus: number;
          p_fund: number;
          temp_impact0: number;
          tau_r_min: number;
          sigma_per_sqrt_min: number;
          rows_T_F_BDclosed_BDmc: [number, number, number, number][];
          T_opt: number;
        };
        T9_no_recovery_pause_never_helps: { BD_by_T: number[] };
        T9_throttle: { delta_usd_per_100pct: number; tau_r_min: number; bonus: number; q_star_usd_per_min: number };
      };
    }
  ).cases;
  const t9 = vectors.T9_pause_put;
  const t9NoRecovery = vectors.T9_no_recovery_pause_never_helps;

  const now = t9.p_fund * (1 - t9.temp_impact0);
  const rise = Float64Array.of(0, 1 / (1 - t9.temp_impact0) - 1);
  const position = oneAccount(
    { collateral: t9.C * now, debt: t9.D, lt: 0.5, bonus: t9.bonus },
    { closeFactor: [1], fullCloseHf: [1] },
  );
  const state = stateOf(position);
  const book = openBook({ ...state, assets: state.assets.map((asset, k) => ({ ...asset, stable: k === 0 })) });
  const outcomes = (recoverySec: number) => pauseOutcomes(book, rise, normal(recoverySec), createCascade(book, 0));

  /** The closed form's world: normal moves without jumps, no floor, no thinning to speak of. */
  function normal(recoverySec: number): Calibration {
    const { recoverySec: any, scenarios } = CALIBRATION;
    const still = { ...scenarios.jumps.own, perDay: { ...any, value: 0 } };
    return {
      ...CALIBRATION,
      recoverySec: { ...any, value: recoverySec },
      maxPauseSec: { ...any, value: 86_400 },
      haltFloorHf: { ...any, value: 0 },
      sigmaDaily: { default: { ...any, value: t9.sigma_per_sqrt_min * Math.sqrt(1_440) } },
      scenarios: { ...scenarios, nu: { ...any, value: 100 }, jumps: { market: still, own: still } },
    };
  }

  it("the expected bad debt has its least where the put has it", () => {
    const at = new Map(outcomes(t9.tau_r_min * 60).map(({ sec, badDebt }) => [sec / 60, badDebt.venue[0]!]));
    const compared = t9.rows_T_F_BDclosed_BDmc.filter(([minutes]) => at.has(minutes));
    expect(compared.map(([minutes]) => minutes)).to.deep.equal([5, 10, 20, 30, 60, 120]);
    // Two hundred paths: within 0.1 % of the debt of the closed form.
    for (const [minutes, , closed] of compared) expect(at.get(minutes)).to.be.closeTo(closed, 0.001 * t9.D);
    const best = [...at].reduce((a, b) => (b[1] < a[1] ? b : a));
    expect(best[0]).to.be.closeTo(t9.T_opt, 20);
  });

  it("at once it loses (D - C p_f (1-e0)/(1+b))+", () => {
    const { run } = runSmall(position, [0, 0]);
    expect(total(run.badDebtUsd)).to.be.closeTo(t9.rows_T_F_BDclosed_BDmc[0]![2], 1e-9);
  });

  it("the paths of a length average to its bad debt, and every length has its own on the same draws", () => {
    const [short, long] = outcomes(t9.tau_r_min * 60);
    for (const { paths, badDebt } of [short!, long!]) {
      const mean = paths.reduce((sum, path) => sum + path.venue[0]!, 0) / paths.length;
      expect(badDebt.venue[0]).to.be.closeTo(mean, 1e-12);
    }
    const order = ({ paths }: PauseOutcome) =>
      paths.map((path, m) => [path.venue[0]!, m] as const).sort(([a], [b]) => a - b);
    // Among paths that still lose, the worst of one length is the worst of the other.
    expect(order(short!).at(-1)![1]).to.equal(order(long!).at(-1)![1]);
  });

  it("without recovery the put only gains: the longest pause loses more than none", () => {
    const [only, ...rest] = outcomes(1e12);
    expect([only!.sec, rest]).to.deep.equal([MAX_PAUSE_SEC, []]);
    // The vector's T = 240 min.
    const afterFourHours = t9NoRecovery.BD_by_T[7]!;
    expect(only!.badDebt.venue[0]).to.be.closeTo(afterFourHours, 0.05).and.be.greaterThan(t9NoRecovery.BD_by_T[0]!);
    expect(outcomes(Infinity)).to.deep.equal([]);
  });

  it("throttle: q* = b delta / tau_r", () => {
    const { delta_usd_per_100pct: deltaUsd, tau_r_min, bonus, q_star_usd_per_min: expected } = vectors.T9_throttle;
    const throttled = stateOf(
      oneAccount(
        { collateral: 100, debt: 0, lt: 0.8, bonus },
        { curves: [{ kind: "inf" }, { kind: "linear", deltaUsd }] },
      ),
    );
    const calibration: Calibration = {
      ...CALIBRATION,
      recoverySec: { ...CALIBRATION.recoverySec, value: tau_r_min * 60 },
      liquidatorCost: { ...CALIBRATION.liquidatorCost, value: 0 },
    };
    const none = { soldUsd: new Float64Array(2), onAssetUsd: new Float64Array(2) };
    const mix = { pressure: none, heldUsd: Float64Array.of(0, 100), calibration };
    expect(throttleUsdPerHour(throttled, scopesOf(throttled)[0]!, mix) / 60).to.be.closeTo(expected, 1e-6);
  });
});

function build(spec: Partial<MarketSpec>): Snapshot {
  return marketSnapshot({ prices: PRICES, depth: DEPTH, accounts: calm, ...spec });
}

function system(spec: Partial<MarketSpec>): SubjectScore {
  return find(assess(build(spec), CALIBRATION).subjects, "system");
}

function find(subjects: readonly SubjectScore[], kind: string): SubjectScore {
  return subjects.find((s) => s.subject.kind === kind)!;
}

describe("decide: rows by numbers that others measure", () => {
  const snapshot = build({ accounts: calm });
  const { state } = buildSystem(snapshot, marketRules(CALIBRATION));
  const { evidence } = explain(snapshot, CALIBRATION);
  const scope = scopesOf(state)[0]!;
  const decided = (cliffSigmas: number | undefined, leverageX = 1) =>
    decide(state, scope, evidence, {
      leverageX,
      atRiskFrac: 0,
      calibration: CALIBRATION,
      ...(cliffSigmas === undefined ? {} : { cliffSigmas }),
    });

  it("a cliff within 3 sigma is Watch, within 2 NoNewLeverage", () => {
    expect(decided(3.01)).to.include({ advice: 0, watch: false });
    expect(decided(3)).to.include({ advice: 0, watch: true });
    expect(decided(2)).to.include({ advice: 1, watch: true });
    expect(decided(Infinity)).to.include({ advice: 0, watch: false });
  });

  it("a cliff that nobody looked for decides nothing", () => {
    expect(decided(undefined)).to.deep.equal(decided(NaN)).and.include({ advice: 0, watch: false });
  });

  it("rho_eff of 0.2 is Watch: a leverage above 1.25", () => {
    expect(decided(Infinity, 1.24)).to.include({ advice: 0, watch: false });
    expect(decided(Infinity, 1.26)).to.include({ advice: 0, watch: true });
  });

  /** Bad debt now 100 and a pause of 600 s that leaves `paths`, on a book that is halted for everything else. */
  const paused = (paths: readonly number[]) => {
    const all = (usd: number): Attribution => ({ reserve: new Float64Array(4), venue: Float64Array.of(usd) });
    const mean = paths.reduce((sum, usd) => sum + usd, 0) / paths.length;
    const debt = { liquidatableDebt: all(100), toxicDebt: all(30), badDebtNow: all(100) };
    const pauses = [{ sec: 600, badDebt: all(mean), paths: paths.map(all) }];
    const measured = { leverageX: 2, atRiskFrac: 0, calibration: CALIBRATION };
    return decide(state, scope, { ...evidence, ...debt, pauses }, measured);
  };

  it("a pause that helps on nearly every path is a Halt; four times its length is the cool-down", () => {
    expect(paused(repeat([60, 70, 80, 90], 50))).to.include({ advice: 3, haltSec: 600, cooldownSec: 2_400 });
  });

  it("one that helps on average, by luck of a few paths, is none", () => {
    // Ten pairs at 164 and ten at 16: their mean of 90 is below 100 by 0.6 of its own error.
    const lucky = [...repeat([160, 168], 10), ...repeat([16, 16], 10)];
    expect(paused(lucky)).to.include({ advice: 1, haltSec: 0, cooldownSec: 0 });
  });

  it("no pause is longer than the hard cap, whatever the calibration says", () => {
    const gap = { ...evidence, gapFrac: evidence.gapFrac.map(() => 1) };
    const calibration = { ...CALIBRATION, maxPauseSec: { ...CALIBRATION.maxPauseSec, value: 1e6 } };
    const { advice, haltSec } = decide(state, scope, gap, { leverageX: 1, atRiskFrac: 0, calibration });
    expect([advice, haltSec]).to.deep.equal([3, MAX_PAUSE_SEC]);
  });
});

function repeat(values: readonly number[], times: number): number[] {
  return Array.from({ length: times }, () => values).flat();
}

describe("decide: subjects", () => {
  it("the market that is due is throttled, the one that is not stays", () => {
    const snapshot = build({ accounts: [weth(2_000, 0.85), { collateral: { stETH: 100 }, debt: { USDC: 10_000 } }] });
    const { subjects } = assess(snapshot, CALIBRATION);
    const market = (asset: string) =>
      subjects.find((s) => s.subject.kind === "market" && s.subject.venue === VENUE && s.subject.asset === asset)!;
    expect(market(WETH).advice).to.equal(2);
    expect(subjects.filter((s) => s.subject.kind === "market").map((s) => s.advice)).to.include(0);
  });
});
