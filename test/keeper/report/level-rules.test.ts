import { expect } from "chai";
import type { Advice } from "../../../keeper/src/model/assessment.js";
import {
  entersLevel,
  holdsLevel,
  levelInForce,
  type Level,
  type LevelRules,
} from "../../../keeper/src/report/level-rules.js";

const rule = (enter: number, atRisk: number) => ({
  enterLeverage: enter,
  exitLeverage: enter - 10,
  enterLiquidationAtRisk: atRisk,
  exitLiquidationAtRisk: atRisk - 100,
});
const rules: LevelRules = [rule(125, 1_000), rule(143, 2_000), rule(160, 3_000), rule(200, 5_000)];

/** Levels entered on this evidence, of 1 to 4. Expected values: the comment on `LevelRules._supports`, read as a table. */
const entered = (leverage: number, liquidationAtRisk: number, advice: Advice, oracleGap = false): number[] =>
  ([1, 2, 3, 4] as const).filter((level) =>
    entersLevel(rules, level, {
      lane: { leverage, liquidationAtRisk, rehypothecation: 100, borrowLtv: 0, advice },
      oracleGap,
    }),
  );

describe("entersLevel", () => {
  it("Watch on a threshold alone", () => {
    expect([entered(124, 999, 0), entered(125, 0, 0), entered(100, 1_000, 0)]).to.deep.equal([[], [1], [1]]);
  });

  it("NoNewLeverage on a threshold or on advice", () => {
    expect([entered(143, 0, 0), entered(100, 2_000, 0), entered(100, 0, 1)]).to.deep.equal([[1, 2], [1, 2], [2]]);
  });

  it("Throttle and Halt only on advice and a threshold", () => {
    expect(entered(500, 9_000, 0)).to.deep.equal([1, 2]);
    expect(entered(160, 0, 2)).to.deep.equal([1, 2, 3]);
    expect(entered(159, 0, 2)).to.deep.equal([1, 2]);
    expect(entered(200, 0, 3)).to.deep.equal([1, 2, 3, 4]);
    expect(entered(200, 0, 2)).to.deep.equal([1, 2, 3]);
  });

  it("Throttle and Halt on advice alone where the oracle and the market disagree", () => {
    expect(entered(100, 0, 3, true)).to.deep.equal([2, 3, 4]);
    expect(entered(100, 0, 0, true)).to.deep.equal([]);
  });
});

describe("holdsLevel", () => {
  it("stays down to the exit threshold, which is below the enter one", () => {
    const holds = (leverage: number): boolean =>
      holdsLevel(rules, 2, {
        lane: { leverage, liquidationAtRisk: 0, rehypothecation: 100, borrowLtv: 0, advice: 0 },
        oracleGap: false,
      });
    expect([holds(143), holds(133), holds(132)]).to.deep.equal([true, true, false]);
  });
});

describe("levelInForce", () => {
  const times = { until: 1_000, noNewLeverageUntil: 2_000, dwellSince: 500 };

  it("ends a pause in NoNewLeverage while that runs, then in Watch", () => {
    for (const level of [3, 4] as const) {
      expect(levelInForce({ level, ...times }, 999)).to.deep.equal({ level, dwellSince: 500 });
      expect(levelInForce({ level, ...times }, 1_000)).to.deep.equal({ level: 2, dwellSince: 1_000 });
      expect(levelInForce({ level, ...times }, 1_999)).to.deep.equal({ level: 2, dwellSince: 1_000 });
      expect(levelInForce({ level, ...times }, 2_000)).to.deep.equal({ level: 1, dwellSince: 2_000 });
    }
  });

  it("ends NoNewLeverage in Watch, which has no end, nor has Normal", () => {
    const over = { until: 1_000, noNewLeverageUntil: 1_000, dwellSince: 500 };
    expect(levelInForce({ level: 2, ...over }, 999).level).to.equal(2);
    expect(levelInForce({ level: 2, ...over }, 1_000)).to.deep.equal({ level: 1, dwellSince: 1_000 });
    const none = { until: 0, noNewLeverageUntil: 0, dwellSince: 500 };
    for (const level of [0, 1] as Level[]) {
      expect(levelInForce({ level, ...none }, 9_999)).to.deep.equal({ level, dwellSince: 500 });
    }
  });
});
