import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { shareOutAdl } from "../../../keeper/src/model/perps/adl.js";
import {
  createPerps,
  equityUsd,
  resetPerps,
  worthUsd,
  type PerpBook,
  type PerpRun,
  type PerpVenue,
} from "../../../keeper/src/model/perps/perp-book.js";
import { perpRound, type PerpPrices } from "../../../keeper/src/model/perps/waterfall.js";
import { slowOf, slowPerpRound } from "./slow-perps.js";

const SEED = { seed: 20260214 } as const;
const VENUE: PerpVenue = {
  insuranceUsd: 0,
  backstopUsd: 0,
  backstopShareFrac: 0,
  backstopLeverage: 10,
  liquidationFeeFrac: 0,
  adl: "pro-rata",
};

interface Row {
  readonly size: number;
  readonly entry?: number;
  readonly margin: number;
  readonly funding?: number;
  readonly maintenance?: number;
  readonly market?: number;
}

function bookOf(rows: readonly Row[], venue: Partial<PerpVenue> = {}, markets = 1): PerpBook {
  return {
    venues: [{ ...VENUE, ...venue }],
    markets: Array.from({ length: markets }, (_, asset) => ({ venue: 0, asset, curve: null })),
    market: Int32Array.from(rows, (r) => r.market ?? 0),
    owner: Int32Array.from(rows, () => -1),
    sizeUsd: Float64Array.from(rows, (r) => r.size),
    entry: Float64Array.from(rows, (r) => r.entry ?? 1),
    marginUsd: Float64Array.from(rows, (r) => r.margin),
    fundingUsd: Float64Array.from(rows, (r) => r.funding ?? 0),
    maintenanceFrac: Float64Array.from(rows, (r) => r.maintenance ?? 0.05),
  };
}

/** An order book of linear depth; Infinity does not move. */
function pricesAt(mark: readonly number[], depth: readonly number[]): PerpPrices {
  return { mark: Float64Array.from(mark), execute: (c, flow) => mark[c]! * (1 - flow / (2 * depth[c]!)) };
}

function round(rows: readonly Row[], mark: number, venue: Partial<PerpVenue> = {}, depth = Infinity) {
  const book = bookOf(rows, venue);
  const run = createPerps(book);
  const liquidated = perpRound(book, run, pricesAt([mark], [depth]));
  return { book, run, liquidated, equity: rows.map((_, i) => equityUsd(book, run, i, mark)) };
}

function wealth(book: PerpBook, run: PerpRun, mark: Float64Array): number {
  let usd = worthUsd(run.makers, mark);
  run.vaults.forEach((vault) => (usd += worthUsd(vault, mark)));
  run.insuranceUsd.forEach((fund) => (usd += fund));
  book.market.forEach((c, i) => (usd += equityUsd(book, run, i, mark[c]!)));
  return usd;
}

describe(shareOutAdl.name, () => {
  const vectors: unknown = JSON.parse(readFileSync("test/vectors/analytic_closed_forms.json", "utf8"));
  const { T12_adl_prorata: t12 } = (
    vectors as { cases: { T12_adl_prorata: { pnl: number[]; deficit: number; haircut: number[] } } }
  ).cases;

  it("T12: a deficit is shared by positive profit", () => {
    const pnl = t12.pnl.filter((usd) => usd > 0);
    const ample = Float64Array.from(pnl, () => 1e9);
    const winners = { pnlUsd: Float64Array.from(pnl), capUsd: ample, rank: new Float64Array(pnl.length) };
    expect([...shareOutAdl("pro-rata", t12.deficit, winners)]).to.deep.equal(t12.haircut.filter((usd) => usd > 0));
  });

  it("behavior: a size that is exhausted leaves more to the others, in proportion", () => {
    const winners = {
      pnlUsd: Float64Array.of(50, 30, 20),
      capUsd: Float64Array.of(10, 100, 100),
      rank: new Float64Array(3),
    };
    expect([...shareOutAdl("pro-rata", 60, winners)]).to.deep.equal([10, 30, 20]);
    expect([...shareOutAdl("pro-rata", 500, winners)]).to.deep.equal([10, 100, 100]);
  });

  it("behavior: the queue takes its head whole, ties in order", () => {
    const winners = {
      pnlUsd: Float64Array.of(1, 1, 1),
      capUsd: Float64Array.of(5, 5, 5),
      rank: Float64Array.of(1, 2, 1),
    };
    expect([...shareOutAdl("queue", 7, winners)]).to.deep.equal([2, 5, 0]);
  });
});

describe(perpRound.name, () => {
  it("T12 through the whole waterfall: winners pay 12.5, 7.5 and 5 of a deficit of 25", () => {
    // The long owes 25 at 0.5: 100 bought at 1 with a margin of 25. The shorts made 50, 30 and 20 USD.
    const rows = [
      { size: 100, margin: 25 },
      { size: -100, margin: 100 },
      { size: -60, margin: 100 },
      { size: -40, margin: 100 },
      { size: 100, margin: 1_000, entry: 0.5 },
    ];
    const { run, equity } = round(rows, 0.5);
    expect([...run.adlHaircutUsd]).to.deep.equal([0, ...[12.5, 7.5, 5], 0]);
    expect(equity).to.deep.equal([0, 137.5, 122.5, 115, 1_000]);
    expect(run.unpaidUsd[0]).to.equal(0);
  });

  it("exactly at maintenance is safe, one step below is not", () => {
    expect(round([{ size: 64, margin: 34, maintenance: 0.0625 }], 0.5).liquidated).to.equal(0);
    expect(round([{ size: 64, margin: 33.999, maintenance: 0.0625 }], 0.5).liquidated).to.equal(1);
  });

  it("the margin bears a loss first: what the book leaves is the owner's, less the fee", () => {
    const { run, equity } = round([{ size: 100, margin: 12 }], 0.9, { liquidationFeeFrac: 0.01 }, 9_000);
    // Sold at 0.9 (1 - 100/18000) = 0.895: 12 - 10.5 = 1.5 left, the fee is 0.9.
    expect(equity[0]).to.be.closeTo(0.6, 1e-12);
    expect(run.insuranceUsd[0]).to.be.closeTo(0.9, 1e-12);
    expect([run.flowUsd[0], run.makers.sizeUsd[0]]).to.deep.equal([100, 100]);
  });

  it("then the insurance fund pays, and nobody is deleveraged", () => {
    const { run, equity } = round(
      [
        { size: 100, margin: 10 },
        { size: -100, margin: 50 },
      ],
      0.8,
      { insuranceUsd: 15 },
    );
    expect([run.insuranceUsd[0], run.insurancePaidUsd[0], run.adlUsd[1]]).to.deep.equal([5, 10, 0]);
    expect(equity[0]).to.be.closeTo(0, 1e-12);
  });

  it("then the vault takes its share at the bankruptcy price, and winners the rest", () => {
    const rows = [
      { size: 100, margin: 10 },
      { size: -100, margin: 50 },
    ];
    const { run } = round(rows, 0.8, { backstopUsd: 100, backstopShareFrac: 0.63 });
    expect(run.vaults[0]!.sizeUsd[0]).to.be.closeTo(63, 1e-12);
    expect(worthUsd(run.vaults[0]!, Float64Array.of(0.8))).to.be.closeTo(100 - 6.3, 1e-12);
    expect(run.adlUsd[1]).to.be.closeTo(-37, 1e-12);
    expect(run.adlHaircutUsd[1]).to.be.closeTo(3.7, 1e-12);
    expect(run.flowUsd[0]).to.be.closeTo(0, 1e-12);
  });

  it("a vault takes solvent positions at mark, off the book, as far as its equity carries them", () => {
    const venue = { backstopUsd: 4, backstopShareFrac: 0.63, backstopLeverage: 5 };
    const { run, equity } = round([{ size: 100, margin: 14 }], 0.9, venue, 9_000);
    // 20 USD of notional at most: 2/9 of 90.
    expect(run.vaults[0]!.sizeUsd[0]).to.be.closeTo(200 / 9, 1e-12);
    expect(worthUsd(run.vaults[0]!, Float64Array.of(0.9))).to.be.closeTo(4, 1e-12);
    expect(run.flowUsd[0]).to.be.closeTo(700 / 9, 1e-12);
    expect(equity[0]).to.be.closeTo(4 - (700 / 9) * 0.9 * (700 / 9 / 18_000), 1e-12);
  });

  it("shorts are the mirror image: they are squeezed, and longs pay", () => {
    const { run, equity } = round(
      [
        { size: -100, margin: 10 },
        { size: 100, margin: 50 },
      ],
      1.2,
    );
    expect(run.adlUsd[1]).to.be.closeTo(100, 1e-9);
    expect(run.adlHaircutUsd[1]).to.be.closeTo(10, 1e-9);
    expect(equity[0]).to.be.closeTo(0, 1e-12);
  });

  it("edge: zero margin is liquidated at once and leaves no NaN", () => {
    const { run, liquidated, equity } = round(
      [
        { size: 100, margin: 0 },
        { size: -100, margin: 50 },
      ],
      1,
    );
    expect(liquidated).to.equal(1);
    expect(equity).to.deep.equal([0, 50]);
    expect([...run.marginUsd, ...run.adlUsd, ...run.flowUsd].some(Number.isNaN)).to.equal(false);
    expect(
      round(
        [
          { size: 100, margin: 0 },
          { size: -100, margin: 50 },
        ],
        0.9,
      ).equity,
    ).to.deep.equal([0, 50]);
  });

  it("edge: no size is no position", () => {
    expect(
      round(
        [
          { size: 0, margin: 0 },
          { size: 0, margin: 5 },
        ],
        0.1,
      ).liquidated,
    ).to.equal(0);
  });

  it("edge: without counterparties the loss is socialised over equity, and a hole is named", () => {
    const rows = [
      { size: 100, margin: 10 },
      { size: 10, margin: 30 },
      { size: 0, margin: 14 },
    ];
    const { run, equity } = round(rows, 0.8);
    // 28 + 14 of equity against a loss of 10.
    expect(equity[0]).to.be.closeTo(0, 1e-12);
    expect(equity[1]).to.be.closeTo(28 - 10 * (28 / 42), 1e-12);
    expect(equity[2]).to.be.closeTo(14 - 10 * (14 / 42), 1e-12);
    expect([run.socialisedUsd[0], run.unpaidUsd[0]]).to.deep.equal([run.socialisedUsd[0], 0]);
    expect(run.socialisedUsd[0]).to.be.closeTo(10, 1e-12);
    expect(run.flowUsd[0]).to.equal(100);
    const alone = round([{ size: 100, margin: 10 }], 0.8);
    expect(alone.run.unpaidUsd[0]).to.be.closeTo(10, 1e-12);
    expect(alone.equity[0]).to.be.closeTo(-10, 1e-12);
  });

  it("edge: nobody loses more than the profit by being deleveraged; the rest is socialised", () => {
    const rows = [
      { size: 100, margin: 10 },
      { size: -100, margin: 50, entry: 0.84 },
    ];
    const { run, equity } = round(rows, 0.8);
    // 4 of profit against 10 of deficit: 40 of the size is closed by it, 60 goes to the book and loses 6.
    expect(run.adlHaircutUsd[1]).to.be.closeTo(4, 1e-9);
    expect(run.flowUsd[0]).to.be.closeTo(60, 1e-9);
    expect(equity[1]).to.be.closeTo(50 - 6, 1e-9);
  });

  it("funding that is owed counts against the margin", () => {
    expect(round([{ size: 100, margin: 12, funding: 3 }], 0.95).liquidated).to.equal(1);
    expect(round([{ size: 100, margin: 12, funding: 0 }], 0.95).liquidated).to.equal(0);
  });

  it("the queue takes whole positions from its head; by profit everybody pays a little", () => {
    const rows = [
      { size: 100, margin: 10 },
      { size: -100, margin: 10 },
      { size: -100, margin: 1_000 },
    ];
    const queue = round(rows, 0.8, { adl: "queue" }).run.adlHaircutUsd;
    const rata = round(rows, 0.8).run.adlHaircutUsd;
    expect(queue[1]).to.be.closeTo(10, 1e-9);
    expect(queue[2]).to.equal(0);
    expect(rata[1]).to.be.closeTo(5, 1e-9);
    expect(rata[2]).to.be.closeTo(5, 1e-9);
  });

  it("error: RangeError for a column of another length, or a number that is none", () => {
    const book = bookOf([{ size: 1, margin: 1 }]);
    expect(() => createPerps({ ...book, entry: new Float64Array(2) })).to.throw(
      RangeError,
      "entry has 2 entries, expected 1",
    );
    expect(() => createPerps({ ...book, marginUsd: Float64Array.of(NaN) })).to.throw(RangeError, "marginUsd[0] is NaN");
  });
});

const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const row = fc.record({
  market: fc.nat(2),
  size: fc.tuple(fc.constantFrom(1, -1), share(1, 1_000)).map(([side, usd]) => side * usd),
  entry: share(0.7, 1.3),
  marginFrac: share(0, 0.4),
  funding: share(-1, 1),
  maintenance: share(0.005, 0.05),
});
const systems = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 16 }),
  funds: fc.tuple(fc.constantFrom(0, 10, 500), fc.constantFrom(0, 100)),
  vault: fc.tuple(fc.constantFrom(0, 50, 5_000), fc.constantFrom(0, 0.63, 1)),
  fee: fc.constantFrom(0, 0.01),
  rule: fc.constantFrom("queue" as const, "pro-rata" as const),
  depth: fc.tuple(share(5_000, 1e6), share(5_000, 1e6), share(5_000, 1e6)),
  marks: fc.array(fc.tuple(share(0.6, 1.5), share(0.6, 1.5), share(0.6, 1.5)), { minLength: 1, maxLength: 4 }),
});
type Drawn = typeof systems extends fc.Arbitrary<infer T> ? T : never;

/** Markets 0 and 1 belong to venue 0, market 2 to venue 1; one position per market makes its sizes add up to zero. */
function drawn({ rows, funds, vault, fee, rule }: Drawn): PerpBook {
  const all = [0, 1, 2].flatMap((market) => {
    const own = rows.filter((r) => r.market === market).map((r) => ({ ...r, margin: Math.abs(r.size) * r.marginFrac }));
    const net = own.reduce((sum, r) => sum + r.size, 0);
    return [...own, { market, size: -net, entry: 1, margin: Math.abs(net) * 0.2, funding: 0, maintenance: 0.01 }];
  });
  const venue = (insuranceUsd: number): PerpVenue => ({
    insuranceUsd,
    backstopUsd: vault[0],
    backstopShareFrac: vault[1],
    backstopLeverage: 3,
    liquidationFeeFrac: fee,
    adl: rule,
  });
  return {
    ...bookOf(all, {}, 3),
    venues: funds.map(venue),
    markets: [0, 0, 1].map((v, asset) => ({ venue: v, asset, curve: null })),
  };
}

describe(`${perpRound.name}: what must hold`, () => {
  it("agrees with double-entry book-keeping on random systems", () => {
    let adl = 0;
    let socialised = 0;
    const property = fc.property(systems, (system) => {
      const book = drawn(system);
      const run = createPerps(book);
      const slow = slowOf(book);
      for (const mark of system.marks) {
        expect(perpRound(book, run, pricesAt(mark, system.depth))).to.equal(
          slowPerpRound(slow, mark, pricesAt(mark, system.depth).execute),
        );
        slow.positions.forEach((p, i) => {
          close(run.sizeUsd[i]!, p.units);
          close(equityUsd(book, run, i, mark[p.market]!), p.cash + p.units * mark[p.market]!);
        });
        slow.venues.forEach((v, at) => {
          close(run.insuranceUsd[at]!, v.fund);
          close(run.vaults[at]!.cashUsd, v.vault.cash);
        });
        close(run.makers.cashUsd, slow.makers.cash);
      }
      if (run.adlUsd.some((usd) => usd !== 0)) adl++;
      if (run.socialisedUsd.some((usd) => usd > 0)) socialised++;
    });
    fc.assert(property, { ...SEED, numRuns: 150 });
    expect(adl, "runs with deleveraging").to.be.greaterThan(20);
    expect(socialised, "runs with a socialised loss").to.be.greaterThan(10);
  });

  it("profits, fees, fund, vaults and makers add up: money is neither made nor lost", () => {
    const property = fc.property(systems, (system) => {
      const book = drawn(system);
      const run = createPerps(book);
      const start = wealth(book, run, Float64Array.of(1, 1, 1));
      for (const mark of system.marks) {
        perpRound(book, run, pricesAt(mark, system.depth));
        const gross = book.sizeUsd.reduce((sum, q) => sum + Math.abs(q), 0);
        expect(Math.abs(wealth(book, run, Float64Array.from(mark)) - start)).to.be.at.most(1e-9 * Math.max(1, gross));
        expect(Math.min(...run.insuranceUsd)).to.be.at.least(0);
      }
      for (const c of [0, 1, 2]) {
        let units = run.makers.sizeUsd[c]!;
        run.vaults.forEach((vault) => (units += vault.sizeUsd[c]!));
        run.sizeUsd.forEach((q, i) => (units += book.market[i] === c ? q : 0));
        expect(Math.abs(units)).to.be.at.most(1e-9 * book.sizeUsd.reduce((sum, q) => sum + Math.abs(q), 1));
      }
    });
    fc.assert(property, { ...SEED, numRuns: 400 });
  });

  it("a deficit that winners can pay costs them the same by either rule, and each at most the profit", () => {
    const property = fc.property(systems, (system) => {
      const [first] = system.marks;
      const [queue, rata] = (["queue", "pro-rata"] as const).map((rule) => {
        const book = drawn({ ...system, rule });
        const run = createPerps(book);
        perpRound(book, run, pricesAt(first!, system.depth));
        book.market.forEach((c, i) => {
          const profit = Math.max(0, book.sizeUsd[i]! * (first![c]! - book.entry[i]!));
          expect(run.adlHaircutUsd[i]).to.be.at.most(profit * (1 + 1e-9) + 1e-9);
        });
        return run.adlHaircutUsd.reduce((sum, usd) => sum + usd, 0);
      });
      expect(Math.abs(queue! - rata!)).to.be.at.most(1e-6 * Math.max(1, Math.abs(rata!)));
    });
    fc.assert(property, { ...SEED, numRuns: 200 });
  });
});

describe(resetPerps.name, () => {
  it("starts the same run again", () => {
    const book = bookOf(
      [
        { size: 100, margin: 10 },
        { size: -100, margin: 50 },
      ],
      { insuranceUsd: 3, backstopUsd: 7 },
    );
    const run = createPerps(book);
    const fresh = JSON.stringify(createPerps(book));
    perpRound(book, run, pricesAt([0.8], [1e4]));
    expect(JSON.stringify(run)).to.not.equal(fresh);
    resetPerps(book, run);
    expect(JSON.stringify(run)).to.equal(fresh);
  });
});

function close(actual: number, expected: number): void {
  expect(actual).to.be.closeTo(expected, 1e-8 * Math.max(1, Math.abs(expected)));
}
