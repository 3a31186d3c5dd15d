import { expect } from "chai";
import fc from "fast-check";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { openBook } from "../../../keeper/src/model/book.js";
import { createCascade, runCascade, type CascadeRules } from "../../../keeper/src/model/cascade.js";
import { runFullCascade } from "../../../keeper/src/model/full-cascade.js";
import { PROMPT_ORACLE } from "../../../keeper/src/model/oracle-rule.js";
import { anyCurve, smoothCurve, systems } from "./random-system.js";
import { crowd, eager, runAll, shockOf } from "./run-full.js";
import { PLAIN, total } from "./run-small.js";
import { slowFullCascade } from "./slow-full.js";
import { slowOf } from "./slow-perps.js";
import { stateOf } from "./small-system.js";

const SEED = { seed: 20260214 } as const;
const INF: DepthCurve = { kind: "inf" };
const drop = fc.double({ min: 0, max: 0.6, noNaN: true });

describe(runFullCascade.name, () => {
  const rules = fc.record({
    latencyRounds: fc.nat(2),
    keepFrac: fc.constantFrom(1, 0.8),
    permanentFrac: fc.constantFrom(0, 0.3, 1),
    buyBack: fc.boolean(),
  });

  it("without extensions it is runCascade, bit for bit", () => {
    const property = fc.property(systems(anyCurve), drop, drop, rules, (small, s1, s2, some) => {
      const state = stateOf(small);
      const all: CascadeRules = { ...PLAIN, ...some };
      const plain = createCascade(openBook(state), all.latencyRounds);
      runCascade(openBook(state), shockOf([0, s1, s2]), all, plain);
      const { run } = runAll(state, [0, s1, s2], {}, all);
      expect([...run.lending.prices.price]).to.deep.equal([...plain.prices.price]);
      expect([...run.lending.repaidUsd]).to.deep.equal([...plain.repaidUsd]);
      expect([...run.lending.badDebtUsd]).to.deep.equal([...plain.badDebtUsd]);
      expect([run.rounds, run.converged]).to.deep.equal([plain.rounds, plain.converged]);
    });
    fc.assert(property, { ...SEED, numRuns: 150 });
  });

  it("liquidators who never lose take everything, as without participation", () => {
    const flat = systems(fc.constant<DepthCurve>(INF));
    const property = fc.property(flat, drop, (drawn, s) => {
      const small = { ...drawn, bonus: drawn.bonus.map((row) => row.map((b) => b + 0.001)) };
      const plain = runAll(stateOf(small), [0, s, s], {}).run.lending;
      const { run } = runAll(stateOf(small), [0, s, s], { participation: eager });
      expect([...run.lending.repaidUsd]).to.deep.equal([...plain.repaidUsd]);
      expect([...run.lending.badDebtUsd]).to.deep.equal([...plain.badDebtUsd]);
      expect(total(run.strandedUsd)).to.equal(0);
    });
    fc.assert(property, { ...SEED, numRuns: 100 });
  });

  it("units are conserved with perps, hedges and participation in one depth", () => {
    const property = fc.property(systems(smoothCurve), drop, fc.boolean(), (small, s, choosy) => {
      const perps = crowd(small);
      const { system, run } = runAll(stateOf(small), [0, s, s], { perps, participation: choosy ? eager : null });
      const { book } = system;
      const { lending } = run;
      for (const k of [1, 2]) {
        let left = 0;
        let start = 0;
        for (let e = 0; e < book.held.asset.length; e++) if (book.held.asset[e] === k) start += book.held.usd[e]!;
        for (let m = 0; m < book.order.length; m++) {
          for (let e = book.held.start[m]!; e < book.held.start[m + 1]!; e++) {
            if (book.held.asset[e] === k) left += book.held.usd[e]! * lending.collateralLeft[m]!;
          }
        }
        const sold = lending.prices.temporaryUsd[k]! + lending.prices.permanentUsd[k]!;
        const makers = run.perps!.makers.sizeUsd[k - 1]!;
        close(left + sold, start + makers + run.besideUsd[k]!);
      }
      book.order.forEach((i, rank) => {
        if (small.debt[i]![2] !== 0) return;
        const [owed] = small.debt[i]!;
        close(lending.repaidUsd[rank]! + lending.badDebtUsd[rank]! + lending.debtLeft[rank]! * owed!, owed!);
      });
      const { price } = lending.prices;
      let worth = run.perps!.makers.cashUsd + total(run.perps!.insuranceUsd);
      [1, 2].forEach((k, c) => (worth += run.perps!.makers.sizeUsd[c]! * price[k]!));
      perps.market.forEach((c, i) => {
        worth += run.perps!.marginUsd[i]! + run.perps!.sizeUsd[i]! * (price[c + 1]! - perps.entry[i]!);
      });
      close(worth, total(perps.marginUsd) + 100);
    });
    fc.assert(property, { ...SEED, numRuns: 150 });
  });
});

describe(`${runFullCascade.name} against the slow reference`, () => {
  const curve = smoothCurve.filter(({ kind }) => kind !== "linear");
  const rules = fc.record({
    lag: fc.nat(2),
    deviation: fc.constantFrom(0, 0.02, 0.1),
    unwind: fc.constantFrom(0, 0.5, 1),
    share: fc.constantFrom(0.3, 1),
    insuranceUsd: fc.constantFrom(0, 100),
  });

  it("agrees on prices, repayments, bad debt, perps and hedges", () => {
    let hedges = 0;
    const property = fc.property(systems(curve), drop, drop, rules, (small, s1, s2, r) => {
      const perps = crowd(small, r.share, r.insuranceUsd);
      const rule = { ...PROMPT_ORACLE, lagRounds: r.lag, deviationFrac: r.deviation };
      const { system, run } = runAll(stateOf(small), [0, s1, s2], {
        perps,
        unwindFrac: r.unwind,
        oracles: { reserves: [], rules: [rule, rule, rule] },
      });
      const books = slowOf(perps);
      const slow = slowFullCascade(small, {
        shock: [0, s1, s2],
        lag: r.lag,
        deviation: r.deviation,
        perps: books,
        assetOf: [1, 2],
        ownerOf: [...perps.owner],
        unwind: r.unwind,
      });
      const { lending } = run;
      expect(run.rounds).to.equal(slow.rounds);
      small.prices.forEach((p, k) => {
        near(lending.prices.price[k]! * p, slow.price[k]!);
        near(run.besideUsd[k]!, slow.beside[k]! * p);
      });
      system.book.order.forEach((i, rank) => {
        near(lending.repaidUsd[rank]!, slow.repaid[i]!);
        near(lending.badDebtUsd[rank]!, slow.badDebt[i]!);
      });
      books.positions.forEach((p, m) => near(run.perps!.sizeUsd[m]!, p.units));
      near(run.perps!.makers.cashUsd, books.makers.cash);
      if (slow.beside.some((usd) => usd !== 0)) hedges++;
    });
    fc.assert(property, { ...SEED, numRuns: 100 });
    expect(hedges, "runs in which a hedge was lost").to.be.greaterThan(5);
  });

  function near(actual: number, expected: number): void {
    expect(actual).to.be.closeTo(expected, 1e-7 * Math.max(1, Math.abs(expected)));
  }
});

function close(actual: number, expected: number): void {
  expect(actual).to.be.closeTo(expected, 1e-9 * Math.max(1, Math.abs(expected)));
}
