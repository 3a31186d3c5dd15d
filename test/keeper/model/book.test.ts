import { expect } from "chai";
import fc from "fast-check";
import type { Positions, SystemState } from "../../../keeper/src/graph/system-state.js";
import { openBook, updateBook } from "../../../keeper/src/model/book.js";
import { seeded } from "./seeded.js";
import { syntheticState, type SyntheticSize } from "./synthetic-book.js";

const SIZE: SyntheticSize = { accounts: 300, assets: 16, held: 3, owed: 2, seed: 31, mixed: true };

describe(openBook.name, () => {
  it("knows, by rank, who holds what cannot be sold", () => {
    const state = syntheticState(SIZE);
    const { order, hasStranded } = openBook(state);
    const { start, asset } = state.collateral;
    const expected = Array.from(order, (i) =>
      asset.subarray(start[i], start[i + 1]).some((k) => state.assets[k]!.curve.kind === "none") ? 1 : 0,
    );
    expect([...hasStranded]).to.deep.equal(expected);
    expect(expected).to.include(0).and.include(1);
  });
});

describe(updateBook.name, () => {
  const state = syntheticState(SIZE);
  const book = openBook(state);

  it("is the book opened anew, whoever repaid, borrowed, came, went or traded places in the order", () => {
    let moved = 0;
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -5, max: 5 }), fc.nat(60), (seed, added, count) => {
        const draw = seeded(seed);
        const n = SIZE.accounts + added;
        const changed = new Set(Array.from({ length: count }, () => draw.below(n)));
        for (let i = SIZE.accounts; i < n; i++) changed.add(i);
        const next = withChanges(state, n, (i) => (changed.has(i) ? [0, 0.5, 1, 1.3][draw.below(4)]! : 1));
        const fresh = openBook(next);
        expect(updateBook(book, next, Int32Array.from(changed).sort())).to.deep.equal(fresh);
        if (fresh.order.some((i, m) => book.order[m] !== i)) moved++;
      }),
      { seed: 7, numRuns: 60 },
    );
    expect(moved).to.be.greaterThan(30);
  });

  it("ties stay in the order of the accounts", () => {
    const twins = withChanges(state, SIZE.accounts, (i) => (i % 7 === 0 ? 2 : 1));
    const all = Int32Array.from({ length: SIZE.accounts }, (_, i) => i);
    const back = updateBook(updateBook(book, twins, all), state, all);
    expect(back).to.deep.equal(book);
  });

  it("error: RangeError for an account that is new and not named", () => {
    const next = withChanges(state, SIZE.accounts + 1, () => 1);
    expect(() => updateBook(book, next, new Int32Array(0))).to.throw(RangeError, `account ${SIZE.accounts} is new`);
  });
});

/** The first `n` accounts, those of before taken again for new ones, each with its debts times `factorOf`. */
function withChanges(state: SystemState, n: number, factorOf: (i: number) => number): SystemState {
  const accounts = Array.from({ length: n }, (_, i) => i % state.accountVenue.length);
  const factors = accounts.map((_, i) => factorOf(i));
  const entries = (positions: Positions) =>
    accounts.flatMap((from, i) =>
      Array.from({ length: positions.start[from + 1]! - positions.start[from]! }, (_, at) => ({
        e: positions.start[from]! + at,
        i,
      })),
    );
  const take = (positions: Positions, factor: (i: number) => number): Positions => {
    const rows = entries(positions);
    const start = new Int32Array(n + 1);
    for (const { i } of rows) start[i + 1] = start[i + 1]! + 1;
    for (let i = 0; i < n; i++) start[i + 1] = start[i + 1]! + start[i]!;
    return {
      start,
      asset: Int32Array.from(rows, ({ e }) => positions.asset[e]!),
      reserve: Int32Array.from(rows, ({ e }) => positions.reserve[e]!),
      usd: Float64Array.from(rows, ({ e, i }) => positions.usd[e]! * factor(i)),
      saleUsd: Float64Array.from(rows, ({ e, i }) => positions.saleUsd[e]! * factor(i)),
    };
  };
  return {
    ...state,
    accountVenue: Int32Array.from(accounts, (from) => state.accountVenue[from]!),
    collateral: take(state.collateral, () => 1),
    debt: take(state.debt, (i) => factors[i]!),
    collateralLt: Float64Array.from(entries(state.collateral), ({ e }) => state.collateralLt[e]!),
    collateralBonus: Float64Array.from(entries(state.collateral), ({ e }) => state.collateralBonus[e]!),
  };
}
