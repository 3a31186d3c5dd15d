import { expect } from "chai";
import fc from "fast-check";
import { openBook, type Book } from "../../../../keeper/src/model/book.js";
import { createCascade, runCascade, type CascadeRules } from "../../../../keeper/src/model/cascade.js";
import { LANES } from "../../../../keeper/src/model/lanes/lane-memory.js";
import { latentBadDebtUsd } from "../../../../keeper/src/model/latent.js";
import { LADDER_RULES } from "../../../../keeper/src/model/leverage.js";
import { createLockstep, runInStep, type Lane, type Lockstep } from "../../../../keeper/src/model/lanes/lockstep.js";
import type { Shock } from "../../../../keeper/src/model/price-state.js";
import { expectSame, type Ended } from "../expect-same.js";
import { plainCascade, plainRun } from "../plain-cascade.js";
import { anyRules, share, shocksOf } from "../random-shocks.js";
import { anyCurve, systems } from "../random-system.js";
import { stateOf, type SmallSystem } from "../small-system.js";
import { syntheticState, type SyntheticSize } from "../synthetic-book.js";

const SEED = { seed: 20260417 } as const;
const MIXED: SyntheticSize = { accounts: 1_500, assets: 24, held: 4, owed: 2, seed: 3, mixed: true };
const together = fc.array(shocksOf(MIXED.assets), { minLength: 1, maxLength: LANES });

describe("runInStep against looking at everybody", () => {
  const books = [MIXED, { ...MIXED, mixed: false, seed: 4 }].map((size) => openBook(syntheticState(size)));

  books.forEach((book, b) => {
    it(`gives every cascade the same bits, book ${b}`, () => {
      const scratch = [0, 1, 2].map((latency) => createLockstep(book, latency));
      let [liquidated, latent] = [0, 0];
      fc.assert(
        fc.property(together, anyRules, (shocks, rules) => {
          const step = scratch[rules.latencyRounds]!;
          expectPlain(book, shocks, rules, step);
          for (const lane of step.lanes.slice(0, shocks.length)) {
            liquidated += lane.run.touchedCount;
            latent += lane.latent.length;
          }
        }),
        { ...SEED, numRuns: 60 },
      );
      expect(liquidated).to.be.greaterThan(1_000);
      expect(latent).to.be.greaterThan(100);
    });
  });

  it("gives the same bits on small systems of every family", () => {
    const drops = fc.array(fc.tuple(share(-0.5, 0.9), share(-0.5, 0.9)), { minLength: 1, maxLength: LANES });
    fc.assert(
      fc.property(systems(anyCurve), drops, anyRules, (system, drawn, rules) => {
        const book = openBook(stateOf(system));
        const shocks = drawn.map(([s1, s2]) => shockBy([0, s1, s2]));
        expectPlain(book, shocks, rules, createLockstep(book, rules.latencyRounds));
      }),
      { ...SEED, numRuns: 200 },
    );
  });

  it("gives the same bits where prices are beyond float32, far from each other, or nothing", () => {
    const book = books[1]!;
    const step = createLockstep(book, 0);
    const extreme = fc.constantFrom(-1e45, -1e31, -1e24, -1e11, 1 - 1e-11, 1 - 2 ** -52, 1 - 2 ** -53, 1, 0.3, 0);
    const shock = fc.array(extreme, { minLength: MIXED.assets, maxLength: MIXED.assets }).map(shockBy);
    fc.assert(
      fc.property(fc.array(shock, { minLength: 1, maxLength: LANES }), (shocks) =>
        expectPlain(book, shocks, LADDER_RULES, step),
      ),
      { ...SEED, numRuns: 40 },
    );
    expect(step.alone).to.not.equal(null);
  });

  [
    { most: -1e24, least: [1 - 2 ** -53, 1 - 2 ** -52], why: "left to a cascade alone" },
    { most: -0.9e12, least: [1 - 2e-12, 1 - 4e-12], why: "within what bounds can bear" },
  ].forEach(({ most, least, why }) =>
    it(`gives the same bits where one debt rises by ${-most} and all else falls to nearly nothing: ${why}`, () => {
      const book = books[1]!;
      const step = createLockstep(book, 0);
      for (let dear = 0; dear < MIXED.assets; dear++) {
        const dropFrac = Array.from({ length: MIXED.assets }, (_, k) => (k === dear ? most : least[k % 2]!));
        expectPlain(book, [shockBy(dropFrac)], LADDER_RULES, step);
      }
    }),
  );

  it("gives the same bits where what is left of a debt is below float32, the rest worth nothing", () => {
    const dust: SmallSystem = {
      prices: [1, 1, 1],
      curves: [{ kind: "inf" }, { kind: "exp", deltaUsd: 1_000 }, { kind: "exp", deltaUsd: 1_000 }],
      collateral: [[0, 4, 1.1e-40]],
      debt: [[0, 1, 1e-40]],
      venue: [0],
      lt: [[0.8, 0.8, 0.8]],
      bonus: [[0, 0, 0]],
      closeFactor: [1],
      fullCloseHf: [0.95],
      dustUsd: [0],
    };
    const book = openBook(stateOf(dust));
    const step = createLockstep(book, 0);
    expectPlain(book, [shockBy([0, 1, 0])], LADDER_RULES, step);
    expect([step.lanes[0]!.run.touchedCount, step.alone]).to.deep.equal([1, null]);
  });

  it("starts over alone where liquidations go further than its candidates reach", () => {
    const book = books[1]!;
    const step = createLockstep(book, 0);
    const thin = (depth: number): Shock => ({
      dropFrac: Float64Array.from(book.state.assets, ({ stable }) => (stable ? 0 : 0.05)),
      depthFactor: new Float64Array(MIXED.assets).fill(depth),
    });
    expectPlain(book, [thin(1_000)], LADDER_RULES, step);
    expect(step.alone).to.equal(null);
    expectPlain(book, [thin(1_000), thin(0.001), thin(100)], LADDER_RULES, step);
    expect(step.alone?.touchedCount).to.equal(step.lanes[1]!.run.touchedCount);
  });
});

describe(runInStep.name, () => {
  const book = openBook(syntheticState({ ...MIXED, accounts: 200 }));
  const shocks = [0.1, 0.2, 0.3].map((drop) => shockBy(new Array<number>(MIXED.assets).fill(drop)));

  it("asks a gate in the same order as one cascade after the other", () => {
    const asked: number[] = [];
    const rules = { ...LADDER_RULES, gate: (rank: number, usd: number) => (asked.push(rank), usd / 2) };
    const run = createCascade(book, 0);
    for (const shock of shocks) runCascade(book, shock, rules, run);
    const inTurn = asked.splice(0);
    runInStep(createLockstep(book, 0), shocks, rules);
    expect(asked).to.deep.equal(inTurn);
    expect(asked.length).to.be.greaterThan(10);
  });

  it("refuses scratch of another latency, and more shocks than lanes", () => {
    expect(() => runInStep(createLockstep(book, 1), shocks, LADDER_RULES)).to.throw(RangeError, "2 oracle rounds");
    const many = new Array<Shock>(LANES + 1).fill(shocks[0]!);
    expect(() => runInStep(createLockstep(book, 0), many, LADDER_RULES)).to.throw(RangeError, `up to ${LANES}`);
  });
});

function shockBy(dropFrac: readonly number[]): Shock {
  return { dropFrac: Float64Array.from(dropFrac), depthFactor: new Float64Array(dropFrac.length).fill(1) };
}

/** Run `shocks` in step, and each in a plain cascade; latent bad debt is that of everybody after each alone. */
function expectPlain(book: Book, shocks: readonly Shock[], rules: CascadeRules, step: Lockstep): void {
  runInStep(step, shocks, rules);
  const alone = createCascade(book, rules.latencyRounds);
  shocks.forEach((shock, l) => {
    const plain = plainRun(book);
    plainCascade(book, shock, rules, plain);
    expectSame(book, byRank(book, step.lanes[l]!), plain);
    runCascade(book, shock, rules, alone);
    expect(byRank(book, step.lanes[l]!).writtenOffFrac).to.deep.equal(alone.writtenOffFrac);
    const latent = Array.from(book.order, (_, rank) => ({ rank, usd: latentBadDebtUsd(book, alone, rank) }));
    expect(step.lanes[l]!.latent).to.deep.equal(latent.filter(({ usd }) => usd > 0));
  });
}

/** A lane's results, where {@link runCascade} has them. */
function byRank({ order }: Book, { run }: Lane): Ended & Pick<Lane["run"], "writtenOffFrac"> {
  const { touched, touchedCount } = run;
  const scatter = <T extends Float64Array | Int32Array>(values: T, into: T): T => {
    for (let t = 0; t < touchedCount; t++) into[touched[t]!] = values[t]!;
    return into;
  };
  const at0 = (usd: number) => new Float64Array(order.length).fill(usd);
  return {
    ...run,
    collateralLeft: scatter(run.collateralLeft, at0(1)),
    debtLeft: scatter(run.debtLeft, at0(1)),
    repaidUsd: scatter(run.repaidUsd, at0(0)),
    badDebtUsd: scatter(run.badDebtUsd, at0(0)),
    writtenOffFrac: scatter(run.writtenOffFrac, at0(0)),
    triggerRound: scatter(run.triggerRound, new Int32Array(order.length)),
  };
}
