import { expect } from "chai";
import { readFileSync } from "node:fs";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import {
  createFullRun,
  NO_EXTENSIONS,
  openFullSystem,
  runFullCascade,
  type Extensions,
} from "../../../keeper/src/model/full-cascade.js";
import { PROMPT_ORACLE } from "../../../keeper/src/model/oracle-rule.js";
import { runTimeSteps, type Clock, type StepResult, type TimeStep } from "../../../keeper/src/model/time-steps.js";
import { FULL_RECOVERY } from "../../../keeper/src/model/clearing/clearing.js";
import { perpsOf } from "./run-full.js";
import { oneAccount, PLAIN } from "./run-small.js";
import { stateOf, type SmallSystem } from "./small-system.js";

const INF: DepthCurve = { kind: "inf" };
const CLOCK: Clock = { stepSec: 12, recoverySec: 600, roundsPerStep: 1 };

function step(drop: number, soldUsd = 0): TimeStep {
  return {
    shock: { dropFrac: Float64Array.of(0, drop), depthFactor: Float64Array.of(1, 1) },
    salesUsd: soldUsd === 0 ? null : Float64Array.of(0, soldUsd),
  };
}

function steps(count: number, of: (m: number) => TimeStep): TimeStep[] {
  return Array.from({ length: count }, (_, m) => of(m));
}

function play(
  small: SmallSystem,
  path: readonly TimeStep[],
  { clock = {}, extensions = {} }: { clock?: Partial<Clock>; extensions?: Partial<Extensions> } = {},
) {
  const system = openFullSystem(stateOf(small), { ...NO_EXTENSIONS, ...extensions });
  const run = createFullRun(system, 0);
  const series = runTimeSteps(system, path, { rules: PLAIN, clock: { ...CLOCK, ...clock } }, run);
  return { series, run, system };
}

const prices = (series: readonly StepResult[]) => series.map(({ price }) => price[1]!);
const idle = oneAccount({ collateral: 1, debt: 0, lt: 0.8, bonus: 0.05 });

describe(runTimeSteps.name, () => {
  it("T9: at the rate q* = b delta / tau_r the steady impact is the bonus", () => {
    interface T9 {
      delta_usd_per_100pct: number;
      tau_r_min: number;
      bonus: number;
      q_star_usd_per_min: number;
      steady_temp_impact: number;
    }
    const { cases } = JSON.parse(readFileSync("test/vectors/analytic_closed_forms.json", "utf8")) as {
      cases: { T9_throttle: T9 };
    };
    const t9 = cases.T9_throttle;
    const linear: DepthCurve = { kind: "linear", deltaUsd: t9.delta_usd_per_100pct };
    const recoverySec = 60 * t9.tau_r_min;
    for (const stepSec of [12, 2]) {
      const perStep = (t9.q_star_usd_per_min / 60) * stepSec;
      const count = Math.ceil((20 * recoverySec) / stepSec);
      const path = steps(count, () => step(0, perStep));
      const { series } = play({ ...idle, curves: [INF, linear] }, path, { clock: { stepSec, recoverySec } });
      const impact = 1 - prices(series).at(-1)!;
      // A geometric sum: q dt (1 + keep + keep² + …), which is q tau up to half a step.
      const x = stepSec / recoverySec;
      expect(impact).to.be.closeTo((t9.bonus * x) / (1 - Math.exp(-x)), 1e-9);
      expect(Math.abs(impact - t9.steady_temp_impact)).to.be.lessThan(0.51 * x * t9.bonus);
    }
  });

  it("impact recovers with tau_r, but for its permanent share", () => {
    const small: SmallSystem = { ...idle, curves: [INF, { kind: "linear", deltaUsd: 1_000 }] };
    const system = openFullSystem(stateOf(small), NO_EXTENSIONS);
    const run = createFullRun(system, 0);
    const rules = { ...PLAIN, permanentFrac: 0.25 };
    const path = steps(51, (m) => step(0, m === 0 ? 100 : 0));
    const series = runTimeSteps(system, path, { rules, clock: CLOCK }, run);
    series.forEach(({ price, nowSec }) => {
      expect(price[1]).to.be.closeTo(1 - 0.025 - 0.075 * Math.exp(-nowSec / 600), 1e-12);
    });
  });

  it("a block liquidates once, dt = 0 everything at once; the end is the same where nothing recovers", () => {
    const crowd: SmallSystem = {
      ...oneAccount(
        { collateral: 0, debt: 0, lt: 0.8, bonus: 0.05 },
        { curves: [INF, { kind: "exp", deltaUsd: 900 }] },
      ),
      collateral: [0, 1, 2, 3].map(() => [0, 100]),
      debt: [79, 77, 74, 70].map((usd) => [usd, 0]),
      venue: [0, 0, 0, 0],
    };
    const { series, run } = play(
      crowd,
      steps(60, () => step(0.02)),
      { clock: { recoverySec: Infinity } },
    );
    const system = openFullSystem(stateOf(crowd), NO_EXTENSIONS);
    const whole = createFullRun(system, 0);
    runFullCascade(system, step(0.02).shock, PLAIN, whole);
    expect([...run.lending.prices.price]).to.deep.equal([...whole.lending.prices.price]);
    expect([...run.lending.repaidUsd]).to.deep.equal([...whole.lending.repaidUsd]);
    expect(series.filter(({ repaidUsd }) => repaidUsd > 0).length).to.be.greaterThan(1);
    const repaid = series.reduce((sum, { repaidUsd }) => sum + repaidUsd, 0);
    expect(repaid).to.be.closeTo(
      run.lending.repaidUsd.reduce((a, b) => a + b, 0),
      1e-9,
    );
    const fast = play(
      crowd,
      steps(1, () => step(0.02)),
      { clock: { recoverySec: Infinity, roundsPerStep: 60 } },
    );
    expect([...fast.run.lending.repaidUsd]).to.deep.equal([...whole.lending.repaidUsd]);
  });

  it("liquidators throttle themselves: the price stays where the next liquidation earns nothing, 1/(1+b)", () => {
    const large = oneAccount(
      { collateral: 1e6, debt: 9e5, lt: 0.8, bonus: 0.05 },
      { curves: [INF, { kind: "linear", deltaUsd: 50_000 }] },
    );
    const participation = { gasUsd: 0, capacityUsd: Float64Array.of(Infinity), sizing: "best" as const };
    const oracles = { reserves: [], rules: [PROMPT_ORACLE, { ...PROMPT_ORACLE, deviationFrac: 0.5 }] };
    const { series } = play(
      large,
      steps(200, () => step(0)),
      { extensions: { participation, oracles } },
    );
    for (const price of prices(series)) expect(price).to.be.closeTo(1 / 1.05, 1e-6);
    // What recovers in a block is what is sold in it: delta b/(1+b) (1 - keep) of collateral.
    const sold = series.at(-1)!.repaidUsd * 1.05;
    expect(sold).to.be.closeTo(50_000 * (0.05 / 1.05) * (1 - Math.exp(-12 / 600)), 0.1);
    expect(series.at(-1)!.strandedUsd).to.be.greaterThan(1e5);
  });

  it("a capacity per block is used up, block by block", () => {
    const large = oneAccount({ collateral: 1e6, debt: 9e5, lt: 0.8, bonus: 0.05 });
    const participation = { gasUsd: 0, capacityUsd: Float64Array.of(500), sizing: "break-even" as const };
    const { series } = play(
      large,
      steps(5, () => step(0)),
      { extensions: { participation } },
    );
    expect(series.map(({ repaidUsd }) => repaidUsd)).to.deep.equal([500, 500, 500, 500, 500]);
  });

  it("oracles see time pass: a heartbeat moves what the threshold does not", () => {
    const thin = oneAccount({ collateral: 100, debt: 79.9, lt: 0.8, bonus: 0.05 });
    const rule = { ...PROMPT_ORACLE, deviationFrac: 0.05, heartbeatSec: 60 };
    const oracles = { reserves: [], rules: [PROMPT_ORACLE, rule] };
    const { series } = play(
      thin,
      steps(8, () => step(0.01)),
      { extensions: { oracles } },
    );
    expect(series.map(({ repaidUsd }) => repaidUsd > 0)).to.deep.equal(
      [0, 12, 24, 36, 48, 60, 72, 84].map((sec) => sec === 60),
    );
  });

  it("a lag is seen on the way down: the market is insolvent while the oracle still says otherwise", () => {
    const small = oneAccount({ collateral: 100, debt: 79, lt: 0.8, bonus: 0.05 });
    const rule = { ...PROMPT_ORACLE, lagRounds: 2 };
    const oracles = { reserves: [], rules: [PROMPT_ORACLE, rule] };
    const path = steps(4, (m) => step(m === 0 ? 0 : 0.5));
    const { series } = play(small, path, { extensions: { oracles } });
    expect(prices(series)).to.deep.equal([1, 0.5, 0.5, 0.5]);
    expect(series.map(({ repaidUsd, badDebtUsd }) => repaidUsd + badDebtUsd > 0)).to.deep.equal([
      false,
      false,
      false,
      true,
    ]);
    expect(series[3]!.badDebtUsd).to.be.closeTo(79 - 50 / 1.05, 1e-9);
  });

  it("a perpetual venue's own book recovers too: who would not survive at once survives a block later", () => {
    const perps = {
      ...perpsOf(
        [
          { size: 100, margin: 4 },
          { size: 100, margin: 12 },
        ],
        { insuranceUsd: 10 },
      ),
      markets: [{ venue: 0, asset: 1, curve: { kind: "linear", deltaUsd: 1_000 } as const }],
    };
    const { series, run } = play(
      idle,
      steps(3, () => step(0.04)),
      { extensions: { perps }, clock: { stepSec: 300 } },
    );
    expect(series.map(({ perpLiquidatedUsd }) => perpLiquidatedUsd > 0)).to.deep.equal([true, false, false]);
    expect(run.perps!.temporaryUsd[0]).to.be.closeTo(100 * Math.exp(-1), 1e-9);
  });

  it("claims are cleared block by block: receipts fall in the block after the loss", () => {
    const small: SmallSystem = {
      ...oneAccount({ collateral: 100, debt: 75, lt: 0.8, bonus: 0 }),
      prices: [1, 1, 1],
      curves: [INF, INF, INF],
      collateral: [[0, 100, 0]],
      debt: [[75, 0, 0]],
      lt: [[0.9, 0.8, 0.8]],
      bonus: [[0, 0, 0]],
    };
    const claims = {
      recovery: FULL_RECOVERY,
      issuers: [{ asset: 2, reserve: 0, owes: 0, faceUsd: 200, outside: [{ of: 0, usd: 200 }], claims: [] }],
    };
    const shock = { dropFrac: Float64Array.of(0, 0.6, 0), depthFactor: Float64Array.of(1, 1, 1) };
    const { series } = play(
      small,
      steps(2, () => ({ shock, salesUsd: null })),
      { extensions: { claims } },
    );
    expect(series[0]!.price[2]).to.equal(1);
    expect(series[1]!.price[2]).to.be.closeTo(1 - 35 / 200, 1e-12);
  });

  it("error: RangeError for a clock that stands still", () => {
    const at = (clock: Partial<Clock>) => () => play(idle, [step(0)], { clock });
    expect(at({ stepSec: 0 })).to.throw(RangeError, "a step takes 0 s");
    expect(at({ recoverySec: 0 })).to.throw(RangeError, "recovers in 0 s");
    expect(at({ roundsPerStep: 0 })).to.throw(RangeError, "0 rounds per step");
  });
});
