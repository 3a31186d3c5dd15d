import { expect } from "chai";
import fc from "fast-check";
import { badDebtOf } from "../../../keeper/src/model/attribution.js";
import { byAccount, openBook, type Book } from "../../../keeper/src/model/book.js";
import {
  copyCascade,
  createCascade,
  resumeCascade,
  runCascade,
  type Cascade,
  type CascadeRules,
} from "../../../keeper/src/model/cascade.js";
import { latentBadDebtUsd, visitUncovered } from "../../../keeper/src/model/latent.js";
import { LADDER_RULES } from "../../../keeper/src/model/leverage.js";
import type { Shock } from "../../../keeper/src/model/price-state.js";
import { plainCascade, plainRun, type PlainRun } from "./plain-cascade.js";
import { anyCurve, systems } from "./random-system.js";
import { seeded } from "./seeded.js";
import { stateOf } from "./small-system.js";
import { syntheticState, type SyntheticSize } from "./synthetic-book.js";

const SEED = { seed: 20260417 } as const;
const MIXED: SyntheticSize = { accounts: 1_500, assets: 24, held: 4, owed: 2, seed: 3, mixed: true };
const SIZE = MIXED.assets;

/** Evenly spread: doubles of fast-check are mostly tiny. */
const share = (min: number, max: number) =>
  fc.integer({ min: 0, max: 1_000 }).map((step) => min + (max - min) * (step / 1_000));
const rulesOf: fc.Arbitrary<CascadeRules> = fc.record({
  maxRounds: fc.constantFrom(0, 1, 3, 5_000),
  latencyRounds: fc.nat(2),
  keepFrac: fc.constantFrom(1, 0.7),
  permanentFrac: fc.constantFrom(0, 0.4),
  buyBack: fc.boolean(),
  belowHf: fc.constantFrom(1, 0.97, 1.02),
  includeInsolvent: fc.boolean(),
});
/** Falls and rises of every asset by its own draw, some not at all; thin markets. */
const shockOf: fc.Arbitrary<Shock> = fc
  .record({ seed: fc.nat(), scale: share(0, 0.5), rises: fc.boolean(), moved: share(0, 1), depth: share(0.2, 1) })
  .map(({ seed, scale, rises, moved, depth }) => {
    const draw = seeded(seed);
    const move = () => (draw.uniform() > moved ? 0 : scale * (rises ? draw.normal() : Math.abs(draw.normal())));
    return {
      dropFrac: Float64Array.from({ length: SIZE }, () => Math.min(1, move())),
      depthFactor: new Float64Array(SIZE).fill(depth),
    };
  });

describe("runCascade against looking at everybody", () => {
  const books = [MIXED, { ...MIXED, mixed: false, seed: 4 }].map((size) => openBook(syntheticState(size)));

  books.forEach((book, b) => {
    it(`gives the same bits, book ${b}`, () => {
      const scratch = [0, 1, 2].map((latency) => createCascade(book, latency));
      let liquidated = 0;
      let spared = 0;
      fc.assert(
        fc.property(shockOf, rulesOf, (shock, rules) => {
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
        fc.property(shockOf, shockOf, share(0, 1), (first, second, keep) => {
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
      fc.property(systems(anyCurve), share(-0.5, 0.9), share(-0.5, 0.9), rulesOf, (system, s1, s2, rules) => {
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
});

describe(visitUncovered.name, () => {
  it("misses nobody whose collateral does not cover the debt", () => {
    const book = openBook(syntheticState(MIXED));
    const run = createCascade(book, 0);
    let uncovered = 0;
    fc.assert(
      fc.property(shockOf, fc.boolean(), (shock, includeInsolvent) => {
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

function expectSame(book: Book, run: Cascade, plain: PlainRun): void {
  const same = (actual: Float64Array | Int32Array, expected: Float64Array | Int32Array, what: string) => {
    const at = actual.findIndex((x, e) => !Object.is(x, expected[e]));
    expect(at, `${what}: ${actual[at]} for ${expected[at]}`).to.equal(-1);
  };
  same(run.prices.price, plain.price, "price");
  same(run.prices.temporaryUsd, plain.temporaryUsd, "temporary sales");
  same(run.prices.permanentUsd, plain.permanentUsd, "permanent sales");
  same(byAccount(book, run.collateralLeft, 1), plain.collateralLeft, "collateral left");
  same(byAccount(book, run.debtLeft, 1), plain.debtLeft, "debt left");
  same(byAccount(book, run.repaidUsd, 0), plain.repaidUsd, "repaid");
  same(byAccount(book, run.badDebtUsd, 0), plain.badDebtUsd, "bad debt");
  same(
    run.triggerRound,
    Int32Array.from(book.order, (i) => plain.triggerRound[i]!),
    "trigger round",
  );
  expect(run.bonusUsd).to.equal(plain.bonusUsd);
  expect(run.rounds).to.equal(plain.rounds);
  expect(run.converged).to.equal(plain.converged);
  const changed = plain.triggerRound.filter((round) => round > 0);
  expect(run.touchedCount).to.equal(changed.length);
}

function count(set: Uint32Array): number {
  let bits = 0;
  for (const word of set) for (let left = word; left !== 0; left &= left - 1) bits++;
  return bits;
}
