import { expect } from "chai";
import fc from "fast-check";
import { decide, type Decision, type PolicyInput, type TargetView } from "../../../keeper/src/publish/policy.js";
import type { Lane } from "../../../keeper/src/report/lane.js";
import type { Level } from "../../../keeper/src/report/level-rules.js";
import { hash32 } from "../report/assessments.js";

const NOW = 1_700_000_000;
const lane = (over: Partial<Lane> = {}): Lane => ({
  leverage: 150,
  liquidationAtRisk: 1_000,
  rehypothecation: 100,
  borrowLtv: 7_000,
  advice: 0,
  ...over,
});
const limits = { deviationCx: 5, deviationBps: 100, heartbeatSec: 3_600, easeSpacingSec: 300, earlySpacingSec: 60 };
const oracle = { maxEase: 2_000, minCoverage: 9_000 };

interface Change {
  readonly before?: Lane[];
  readonly after?: Lane[];
  readonly age?: number;
  readonly coverage?: number;
  readonly flags?: number;
}

/** A state `age` seconds old in which nothing differs, but for what is given. */
function input(change: Change = {}, over: Partial<PolicyInput> = {}): PolicyInput {
  const { before = [lane()], after = [lane()], age = 120, coverage = 10_000, flags = 2 } = change;
  const published = { epoch: 9, observedAt: NOW - age, flags: 2, lanes: before };
  return { published, next: { lanes: after, flags, coverage }, targets: [], oracle, now: NOW, limits, ...over };
}

const published = (over: Partial<PolicyInput["published"]>): Pick<PolicyInput, "published"> => ({
  published: { ...input().published, ...over },
});

describe("decide", () => {
  it("holds while nothing moved", () => {
    expect(decide(input())).to.deep.equal({ kind: "hold", reason: "within limits" });
  });

  it("pushes the first epoch, and the one after a quarantine", () => {
    expect(decide(input({}, published({ epoch: 0, lanes: [] })))).to.deep.equal({
      kind: "push",
      reason: "first epoch",
    });
    expect(decide(input({}, published({ flags: 6 })))).to.deep.equal({ kind: "push", reason: "epoch quarantined" });
  });

  it("pushes at the heartbeat, in block time", () => {
    expect(decide(input({ age: 3_599 })).kind).to.equal("hold");
    expect(decide(input({ age: 3_600 }))).to.deep.equal({ kind: "push", reason: "heartbeat: 3600 s old" });
  });

  const rises: [string, Partial<Lane>, Partial<Lane>, string][] = [
    ["leverage by 0.05x", { leverage: 155 }, { leverage: 154 }, "leverage 150 -> 155"],
    [
      "liquidation at risk by 1 %",
      { liquidationAtRisk: 1_100 },
      { liquidationAtRisk: 1_099 },
      "liquidationAtRisk 1000 -> 1100",
    ],
    ["rehypothecation by 0.05x", { rehypothecation: 105 }, { rehypothecation: 104 }, "rehypothecation 100 -> 105"],
    ["opening LTV down by 1 %", { borrowLtv: 6_900 }, { borrowLtv: 6_901 }, "borrowLtv 7000 -> 6900"],
    ["advice by one level", { advice: 1 }, {}, "advice 0 -> 1"],
    ["a score that became unknown", { leverage: 0 }, {}, "unknown"],
  ];
  for (const [what, enough, tooLittle, reason] of rises) {
    it(`pushes more danger at once: ${what}, at any age`, () => {
      const push = decide(input({ after: [lane(), lane(enough)], before: [lane(), lane()], age: 0 }));
      expect(push).to.deep.equal({ kind: "push", reason: `lane 1: ${reason}` });
      expect(decide(input({ after: [lane(tooLittle)], age: 0 })).kind).to.equal("hold");
    });
  }

  it("pushes a new lane, a score known again, and an oracle gap", () => {
    expect(decide(input({ after: [lane(), lane()] })).reason).to.equal("lane 1: new");
    expect(decide(input({ before: [lane({ leverage: 0 })] })).reason).to.equal("lane 0: known again");
    expect(decide(input({ flags: 3 }))).to.deep.equal({ kind: "push", reason: "oracle gap" });
    expect(decide(input({ flags: 3 }, published({ flags: 3 }))).kind).to.equal("hold");
  });

  it("behavior: easing is counted as far as the oracle would store it", () => {
    // 20 % an hour in ticks of 256 s, of which two end in these 300 s: 2.84 % of 3.00x, however far the score fell.
    const before = [lane({ leverage: 300 })];
    const after = [lane({ leverage: 110 })];
    expect(decide(input({ before, after, age: 299 })).kind).to.equal("hold");
    expect(decide(input({ before, after, age: 300 })).reason).to.equal("lane 0: easing leverage 300 -> 292");
    expect(decide(input({ before, after, age: 300 }, { oracle: { ...oracle, maxEase: 1_000 } })).kind).to.equal("hold");
    expect(decide(input({ before, after: [lane({ leverage: 296 })], age: 1_800 })).kind).to.equal("hold");
    expect(decide(input({ before, after, age: 1_800, coverage: 8_999 })).kind).to.equal("hold");
  });

  it("behavior: lower advice waits for the spacing of easing, and falls by one", () => {
    const before = [lane({ advice: 2 })];
    expect(decide(input({ before, age: 299 })).kind).to.equal("hold");
    expect(decide(input({ before, age: 300 })).reason).to.equal("lane 0: easing advice 2 -> 1");
  });

  const rule = (enter: number) => ({
    enterLeverage: enter,
    exitLeverage: enter - 10,
    enterLiquidationAtRisk: 10_000,
    exitLiquidationAtRisk: 9_999,
  });
  const target: TargetView = {
    subject: hash32("aa"),
    lane: 0,
    level: 0,
    dwellSince: NOW - 900,
    minDwellSec: 900,
    minCoverage: 9_000,
    rules: [rule(125), rule(143), rule(160), rule(200)],
  };
  const withTarget = (change: Change, over: Partial<TargetView>): Decision =>
    decide(input(change, { targets: [{ ...target, ...over }] }));

  it("behavior: a target below the level that the scores call for gets another epoch early", () => {
    const same = { before: [lane({ leverage: 150 })], after: [lane({ leverage: 150 })] };
    const at = (level: Level, age: number, over: Partial<TargetView> = {}): string =>
      withTarget({ ...same, age }, { level, ...over }).kind;
    expect([at(0, 60), at(1, 60), at(2, 60)]).to.deep.equal(["early", "early", "hold"]);
    expect([at(0, 59), at(0, 60, { lane: undefined })]).to.deep.equal(["hold", "hold"]);
    expect(withTarget({ ...same, age: 60 }, {}).reason).to.equal("target 0xaaaaaaaa: level 0, scores call for 2");
  });

  it("behavior: a target whose scores no longer hold its level gets an epoch once it has dwelt", () => {
    const calm = { before: [lane({ leverage: 110 })], after: [lane({ leverage: 110 })] };
    expect(withTarget(calm, { level: 2 }).reason).to.equal("target 0xaaaaaaaa: scores no longer hold level 2");
    expect(withTarget(calm, { level: 2, dwellSince: NOW - 899 }).kind).to.equal("hold");
    expect(withTarget({ ...calm, coverage: 8_999 }, { level: 2 }).kind).to.equal("hold");
    expect(withTarget({ before: [lane()], after: [lane()] }, { level: 2 }).kind).to.equal("hold");
  });

  it("is a function of its input, and never throws on lanes of any shape", () => {
    const any = fc.record({
      leverage: fc.integer({ min: 0, max: 65_535 }),
      liquidationAtRisk: fc.integer({ min: 0, max: 10_000 }),
      rehypothecation: fc.integer({ min: 0, max: 65_535 }),
      borrowLtv: fc.integer({ min: 0, max: 10_000 }),
      advice: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
    });
    fc.assert(
      fc.property(
        fc.array(any, { maxLength: 5 }),
        fc.array(any, { maxLength: 5 }),
        fc.nat(10_000),
        (before, after, age) => {
          const once = decide(input({ before, after, age }));
          expect(decide(input({ before, after, age }))).to.deep.equal(once);
          const isRise = after.some((one, i) => one.advice > (before[i]?.advice ?? 3));
          if (isRise) expect(once.kind).to.equal("push");
        },
      ),
    );
  });
});
