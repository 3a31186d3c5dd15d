import { expect } from "chai";
import fc from "fast-check";
import { badDebtOf } from "../../../keeper/src/model/attribution.js";
import { openBook } from "../../../keeper/src/model/book.js";
import { copyCascade, createCascade, resumeCascade, runCascade } from "../../../keeper/src/model/cascade.js";
import { latentBadDebtUsd, visitUncovered } from "../../../keeper/src/model/latent.js";
import { LADDER_RULES } from "../../../keeper/src/model/leverage.js";
import { expectSame } from "./expect-same.js";
import { plainCascade, plainRun } from "./plain-cascade.js";
import { anyRules, share, shocksOf } from "./random-shocks.js";
import { anyCurve, systems } from "./random-system.js";
import { stateOf, type SmallSystem } from "./small-system.js";
import { syntheticState, type SyntheticSize } from "./synthetic-book.js";

const SEED = { seed: 20260417 } as const;
const MIXED: SyntheticSize = { accounts: 1_500, assets: 24, held: 4, owed: 2, seed: 3, mixed: true };
const SIZE = MIXED.assets;
const shocks = shocksOf(SIZE);

describe("runCascade against looking at everybody", () => {
  const books = [MIXED, { ...MIXED, mixed: false, seed: 4 }].map((size) => openBook(syntheticState(size)));

  books.forEach((book, b) => {
    it(`gives the same bits, book ${b}`, () => {
      const scratch = [0, 1, 2].map((latency) => createCascade(book, latency));
      let liquidated = 0;
      let spared = 0;
      fc.assert(
        fc.property(shocks, anyRules, (shock, rules) => {
          const run = scratch[rules.latencyRounds]!;
          runCascade(book, shock, rules, run);
          const plain = plainRun(book);
          plainCascade(book, shock, rules, plain);
          expectSame(book, run, plain);
          liquidated += run.touchedCount;
          if (run.rounds > 0) spared += book.order.length - count(run.watch.admitted);
        }),
        { ...SEED, numRuns: 150 },
      );
      expect(liquidated).to.be.greaterThan(1_000);
      expect(spared).to.be.greaterThan(1_000);
    });

    it(`goes on with the same bits, book ${b}`, () => {
      const [exempt, run] = [createCascade(book, 0), createCascade(book, 0)];
      fc.assert(
        fc.property(shocks, shocks, share(0, 1), (first, second, keep) => {
          runCascade(book, first, LADDER_RULES, exempt);
          copyCascade(exempt, run, keep);
          resumeCascade(book, second, LADDER_RULES, run);
          const plain = plainRun(book);
          plainCascade(book, first, LADDER_RULES, plain);
          for (let k = 0; k < SIZE; k++) plain.temporaryUsd[k] = keep * plain.temporaryUsd[k]!;
          plainCascade(book, second, LADDER_RULES, plain);
          expectSame(book, run, plain);
        }),
        { ...SEED, numRuns: 60 },
      );
    });
  });

  it("gives the same bits on small systems of every family", () => {
    fc.assert(
      fc.property(systems(anyCurve), share(-0.5, 0.9), share(-0.5, 0.9), anyRules, (system, s1, s2, rules) => {
        const book = openBook(stateOf(system));
        const shock = { dropFrac: Float64Array.of(0, s1, s2), depthFactor: new Float64Array(3).fill(1) };
        const run = createCascade(book, rules.latencyRounds);
        runCascade(book, shock, rules, run);
        const plain = plainRun(book);
        plainCascade(book, shock, rules, plain);
        expectSame(book, run, plain);
      }),
      { ...SEED, numRuns: 300 },
    );
  });

  [700, 712, 735].forEach((depths) =>
    it(`gives the same bits where sales drive two prices to exp(-${depths}), nearly nothing, and their ratio matters`, () => {
      const system: SmallSystem = {
        prices: [1, 1, 1],
        curves: [
          { kind: "exp", deltaUsd: 100 / depths },
          { kind: "exp", deltaUsd: 100 / (depths - 1) },
          { kind: "inf" },
        ],
        collateral: [
          [100, 0, 0],
          [0, 100, 0],
          [2, 0, 0],
        ],
        debt: [
          [0, 0, 120],
          [0, 0, 120],
          [0, 1, 0],
        ],
        venue: [0, 0, 0],
        lt: [[0.8, 0.8, 0.8]],
        bonus: [[0, 0, 0]],
        closeFactor: [1],
        fullCloseHf: [0.95],
        dustUsd: [0],
      };
      const book = openBook(stateOf(system));
      const shock = { dropFrac: new Float64Array(3), depthFactor: new Float64Array(3).fill(1) };
      const rules = { ...LADDER_RULES, includeInsolvent: true };
      const run = createCascade(book, 0);
      runCascade(book, shock, rules, run);
      const plain = plainRun(book);
      plainCascade(book, shock, rules, plain);
      expectSame(book, run, plain);
      expect(run.touchedCount).to.equal(3);
    }),
  );
});

describe(visitUncovered.name, () => {
  it("misses nobody whose collateral does not cover the debt", () => {
    const book = openBook(syntheticState(MIXED));
    const run = createCascade(book, 0);
    let uncovered = 0;
    fc.assert(
      fc.property(shocks, fc.boolean(), (shock, includeInsolvent) => {
        runCascade(book, shock, { ...LADDER_RULES, includeInsolvent }, run);
        const expected = new Map<number, number>();
        for (let rank = 0; rank < book.order.length; rank++) {
          const usd = latentBadDebtUsd(book, run, rank);
          if (usd > 0) expected.set(rank, usd);
        }
        const visited = new Map<number, number>();
        visitUncovered(book, run, (rank) => {
          const usd = latentBadDebtUsd(book, run, rank);
          if (usd > 0) visited.set(rank, usd);
        });
        expect([...visited]).to.deep.equal([...expected]);
        const sum = [...expected.values(), ...run.badDebtUsd].reduce((a, x) => a + x, 0);
        const attributed = badDebtOf(book, run, 1).venue.reduce((a, x) => a + x, 0);
        expect(attributed).to.be.closeTo(sum, 1e-9 * Math.max(1, sum));
        uncovered += expected.size;
      }),
      { ...SEED, numRuns: 60 },
    );
    expect(uncovered).to.be.greaterThan(100);
  });
});

function count(set: Uint32Array): number {
  let bits = 0;
  for (const word of set) for (let left = word; left !== 0; left &= left - 1) bits++;
  return bits;
}
