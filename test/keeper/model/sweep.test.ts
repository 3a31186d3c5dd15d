import { expect } from "chai";
import { openBook } from "../../../keeper/src/model/book.js";
import { LADDER_RULES } from "../../../keeper/src/model/leverage.js";
import { createLockstep } from "../../../keeper/src/model/lanes/lockstep.js";
import { addCounts, createCounts, createOutcome, shockOf, sweep, sweepInto } from "../../../keeper/src/model/sweep.js";
import { plainCascade, plainRun } from "./plain-cascade.js";
import { halfNormalSet, syntheticState, type SyntheticSize } from "./synthetic-book.js";

const SIZE: SyntheticSize = { accounts: 600, assets: 24, held: 4, owed: 2, seed: 12, mixed: true };

describe(sweep.name, () => {
  const book = openBook(syntheticState(SIZE));
  const { state } = book;
  const set = halfNormalSet(SIZE, 25);
  const outcome = sweep(book, set, LADDER_RULES);

  it("each row is what one plain cascade does, summed account by account", () => {
    const hits = new Uint32Array(SIZE.accounts);
    const triggerRounds = new Uint32Array(SIZE.accounts);
    for (let s = 0; s < set.count; s++) {
      const run = plainRun(book);
      plainCascade(book, shockOf(set, s), LADDER_RULES, run);
      const repaidByReserve = new Float64Array(state.reserves.length);
      const badDebt = new Float64Array(state.venues.length);
      let first = 0;
      let full = 0;
      for (let i = 0; i < SIZE.accounts; i++) {
        const venue = state.accountVenue[i]!;
        const { held, sellable, stranded, limit, owed } = finalValues(i, run);
        badDebt[venue]! += run.badDebtUsd[i]! + Math.max(0, owed - sellable - (limit < owed ? 0 : stranded));
        for (const { reserve, asset, usd } of held) {
          repaidByReserve[reserve]! += (run.repaidUsd[i]! * usd) / book.collateralUsd[i]!;
          if (book.collateralUsd[i]! < book.debtUsd[i]!) continue;
          first += usd * (1 - exogenous(asset, s));
          full += usd * (1 - run.price[asset]!);
        }
        if (run.triggerRound[i]! > 0) hits[i]!++;
        triggerRounds[i]! += run.triggerRound[i]!;
      }
      close([outcome.repaidUsd[s]!], [sum(run.repaidUsd)]);
      close([outcome.badDebtUsd[s]!], [sum(badDebt)]);
      close([outcome.firstLossUsd[s]!, outcome.fullLossUsd[s]!], [first, full]);
      close(
        [...outcome.repaidByReserve.subarray(s * state.reserves.length, (s + 1) * state.reserves.length)],
        [...repaidByReserve],
      );
      close([...outcome.badDebtByVenue.subarray(s * state.venues.length, (s + 1) * state.venues.length)], [...badDebt]);
      expect([outcome.rounds[s], outcome.converged[s] === 1]).to.deep.equal([run.rounds, run.converged]);
    }
    expect(outcome.hits).to.deep.equal(hits);
    expect(outcome.triggerRounds).to.deep.equal(triggerRounds);
    expect(sum(outcome.badDebtUsd)).to.be.greaterThan(0);
  });

  it("ranges in any order fill the same rows", () => {
    const parts = createOutcome(book, set.count);
    const counts = createCounts(book);
    const task = { set, rules: LADDER_RULES, step: createLockstep(book, 0), counts };
    sweepInto(parts, task, { from: 9, to: 25 });
    sweepInto(parts, task, { from: 0, to: 4 });
    sweepInto(parts, task, { from: 4, to: 9 });
    addCounts(parts, book, counts);
    expect(parts).to.deep.equal(outcome);
  });

  it("error: RangeError for scratch of another book, or another latency", () => {
    const other = createLockstep(openBook(state), 0);
    expect(() => sweep(book, set, LADDER_RULES, other)).to.throw(RangeError, "another book");
    const late = createLockstep(book, 1);
    expect(() => sweep(book, set, LADDER_RULES, late)).to.throw(RangeError, "2 oracle rounds, expected 1");
  });

  /** A derived asset of the made-up system is its backing's price times its own. */
  function exogenous(k: number, s: number): number {
    const own = 1 - set.dropFrac[s * SIZE.assets + k]!;
    return k % 16 === 11 ? own * (1 - set.dropFrac[s * SIZE.assets + k - 1]!) : own;
  }

  function finalValues(i: number, run: ReturnType<typeof plainRun>) {
    const rows = ({ start, asset, reserve, usd }: typeof state.debt) =>
      Array.from({ length: start[i + 1]! - start[i]! }, (_, at) => {
        const e = start[i]! + at;
        return { e, asset: asset[e]!, reserve: reserve[e]!, usd: usd[e]! };
      });
    const held = rows(state.collateral);
    let [sellable, stranded, limit] = [0, 0, 0];
    for (const { e, asset, usd } of held) {
      const market = state.assets[asset]!.curve.kind !== "none";
      const value = usd * run.price[asset]! * (market ? run.collateralLeft[i]! : 1);
      if (market) sellable += value;
      else stranded += value;
      limit += value * state.collateralLt[e]!;
    }
    const owed =
      run.debtLeft[i]! * rows(state.debt).reduce((total, { asset, usd }) => total + usd * run.price[asset]!, 0);
    return { held, sellable, stranded, limit, owed };
  }
});

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).to.equal(expected.length);
  expected.forEach((value, at) => expect(actual[at]!).to.be.closeTo(value, 1e-9 * Math.max(1, Math.abs(value))));
}
