import { expect } from "chai";
import fc from "fast-check";
import { decide, type PolicyInput } from "../../../keeper/src/publish/policy.js";
import type { Lane } from "../../../keeper/src/report/lane.js";
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

/** A state `age` seconds old in which nothing differs, but for what is given. */
function input(over: { before?: Lane[]; after?: Lane[]; age?: number } & Partial<PolicyInput> = {}): PolicyInput {
  const { before = [lane()], after = [lane()], age = 120, ...rest } = over;
  return {
    published: { epoch: 9, observedAt: NOW - age, flags: 2, lanes: before },
    next: { lanes: after, flags: 2 },
    targets: [],
    maxEase: 2_000,
    now: NOW,
    limits,
    ...rest,
  };
}

const published = (over: Partial<PolicyInput["published"]>): Pick<PolicyInput, "published"> => ({
  published: { ...input().published, ...over },
});

describe("decide", () => {
  it("holds while nothing moved", () => {
    expect(decide(input())).to.deep.equal({ kind: "hold", reason: "within limits" });
  });

  it("pushes the first epoch, and the one after a quarantine", () => {
    expect(decide(input(published({ epoch: 0, lanes: [] })))).to.deep.equal({ kind: "push", reason: "first epoch" });
    expect(decide(input(published({ flags: 6 })))).to.deep.equal({ kind: "push", reason: "epoch quarantined" });
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
    expect(decide(input({ next: { lanes: [lane()], flags: 3 } }))).to.deep.equal({
      kind: "push",
      reason: "oracle gap",
    });
    expect(decide(input({ ...published({ flags: 3 }), next: { lanes: [lane()], flags: 3 } })).kind).to.equal("hold");
  });

  it("behavior: easing is counted as far as the oracle would store it", () => {
    // 20 % of 3.00x an hour is 0.01x a minute: 0.05x are allowed after 300 s, however far the score fell.
    const before = [lane({ leverage: 300 })];
    const after = [lane({ leverage: 110 })];
    expect(decide(input({ before, after, age: 299 })).kind).to.equal("hold");
    expect(decide(input({ before, after, age: 300 })).reason).to.equal("lane 0: easing leverage 300 -> 110");
    expect(decide(input({ before, after, age: 300, maxEase: 1_000 })).kind).to.equal("hold");
    expect(decide(input({ before, after: [lane({ leverage: 296 })], age: 1_800 })).kind).to.equal("hold");
  });

  it("behavior: lower advice waits for the spacing of easing", () => {
    const before = [lane({ advice: 2 })];
    expect(decide(input({ before, age: 299 })).kind).to.equal("hold");
    expect(decide(input({ before, age: 300 })).reason).to.equal("lane 0: advice 2 -> 0");
  });

  it("behavior: a target below the level that the scores support gets another epoch early", () => {
    const at = (level: number, age = 60, index?: number): string =>
      decide(
        input({
          before: [lane({ advice: 1 })],
          after: [lane({ advice: 1 })],
          age,
          targets: [{ subject: hash32("aa"), lane: index, level }],
        }),
      ).kind;
    expect([at(0, 60, 0), at(1, 60, 0), at(2, 60, 0), at(4, 60, 0)]).to.deep.equal(["early", "early", "hold", "hold"]);
    expect([at(0, 59, 0), at(0, 60, undefined)]).to.deep.equal(["hold", "hold"]);
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
