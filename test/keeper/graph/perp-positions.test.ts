import { expect } from "chai";
import fc from "fast-check";
import { perpPositions } from "../../../keeper/src/graph/perp-positions.js";
import { type PerpBook, createPerps, equityUsd } from "../../../keeper/src/model/perps/perp-book.js";
import { perpRound } from "../../../keeper/src/model/perps/waterfall.js";
import type {
  PerpAccountState,
  PerpMarketState,
  PerpPosition,
  PerpVenueState,
} from "../../../keeper/src/snapshot/perps.js";
import { addressOf } from "../snapshot/sample.js";

const [ETH, BTC, OWNER] = [addressOf(1), addressOf(2), addressOf(30)];
const CONTEXT = { assets: [{ address: ETH }, { address: BTC }], owners: [OWNER] };

function marketOf(n: number, price: number, changes: Partial<PerpMarketState> = {}): PerpMarketState {
  return {
    market: addressOf(10 + n),
    symbol: `M${n}`,
    asset: [ETH, BTC][n]!,
    open: true,
    indexPriceWad: wad(price),
    markPriceWad: wad(price),
    initialMarginWad: wad(0.1),
    maintenanceMarginWad: wad(0.0625),
    liquidationPenaltyWad: wad(0.025),
    fundingRateWad: 0n,
    longWad: wad(3),
    shortWad: wad(2),
    ...changes,
  };
}

function venueOf(accounts: readonly PerpAccountState[], changes: Partial<PerpVenueState> = {}): PerpVenueState {
  return {
    venue: addressOf(9),
    kind: "perpetual-v2",
    collateralAsset: addressOf(8),
    quoteUsdE8: 10n ** 8n,
    insuranceFundWad: wad(500),
    markets: [marketOf(0, 2_000), marketOf(1, 40_000)],
    accounts,
    ...changes,
  };
}

/** An account that requires what Perpetual v2 does. */
function accountOf(collateral: number, positions: readonly PerpPosition[], account = OWNER): PerpAccountState {
  const prices = [2_000, 40_000];
  const value = positions.reduce((sum, [m, size]) => sum + Math.abs(Number(size) / 1e18) * prices[m]!, 0);
  return { account, collateralWad: wad(collateral), requirementWad: wad(0.0625 * value), positions };
}

function wad(amount: number): bigint {
  return BigInt(Math.round(amount * 1e6)) * 10n ** 12n;
}

/** Value of an account by the snapshot's own rule, with every market's price a multiple of its mark. */
function valueAt({ markets }: PerpVenueState, account: PerpAccountState, multiples: readonly number[]): number {
  return account.positions.reduce(
    (sum, [m, size, openNotional, funding]) => {
      const price = (Number(markets[m]!.markPriceWad) / 1e18) * multiples[m]!;
      return sum + (Number(size) * price + Number(openNotional - funding)) / 1e18;
    },
    Number(account.collateralWad) / 1e18,
  );
}

const amounts = fc.integer({ min: -5_000_000, max: 5_000_000 }).map((millionths) => wad(millionths / 1e6));
const position = (m: number) =>
  fc
    .record({ size: amounts.filter((size) => size !== 0n), entry: fc.integer({ min: 80, max: 125 }), funding: amounts })
    .map(({ size, entry, funding }): PerpPosition => [
      m,
      size,
      (-size * (m === 0 ? 2_000n : 40_000n) * BigInt(entry)) / 100n,
      funding,
    ]);
const accounts = fc.record({
  collateral: fc.integer({ min: -20_000, max: 60_000 }),
  positions: fc.oneof(fc.tuple(position(0)), fc.tuple(position(1)), fc.tuple(position(0), position(1))),
});

describe(perpPositions.name, () => {
  it("default: one position keeps its margin, entry and funding, in USD and as multiples of the mark", () => {
    const account = accountOf(1_000, [[0, wad(-2), wad(4_400), wad(7)]]);
    const book = perpPositions([venueOf([account], { quoteUsdE8: 97_000_000n })], CONTEXT);
    expect([...book.sizeUsd]).to.deep.equal([-4_000 * 0.97]);
    // Sold at 2 200 each, where the mark is 2 000.
    expect(book.entry[0]).to.be.closeTo(1.1, 1e-12);
    expect(book.marginUsd[0]).to.be.closeTo(970, 1e-9);
    expect(book.fundingUsd[0]).to.be.closeTo(7 * 0.97, 1e-12);
    expect(book.maintenanceFrac[0]).to.be.closeTo(0.0625, 1e-12);
    expect([[...book.market], [...book.owner]]).to.deep.equal([[0], [0]]);
    expect(book.unplaced).to.deep.equal([]);
  });

  it("behavior: parts of an account are worth what it is, at whatever prices its markets have", () => {
    fc.assert(
      fc.property(
        accounts,
        fc.tuple(fc.integer({ min: 50, max: 150 }), fc.integer({ min: 50, max: 150 })),
        ({ collateral, positions }, percent) => {
          const account = accountOf(collateral, positions);
          const venue = venueOf([account]);
          const book: PerpBook = perpPositions([venue], CONTEXT);
          const run = createPerps(book);
          const multiples = percent.map((p) => p / 100);
          const worth = [...book.market].reduce((sum, c, i) => sum + equityUsd(book, run, i, multiples[c]!), 0);
          expect(worth).to.be.closeTo(valueAt(venue, account, multiples), 1e-6);
          expect(book.market.length).to.equal(positions.length);
        },
      ),
      { seed: 20260214 },
    );
  });

  it("behavior: at t0 the waterfall liquidates whom the venue would, with all positions, and nobody else", () => {
    const kinds = new Set<boolean>();
    fc.assert(
      fc.property(accounts, ({ collateral, positions }) => {
        const account = accountOf(collateral, positions);
        const venue = venueOf([account]);
        const margin = valueAt(venue, account, [1, 1]) - Number(account.requirementWad) / 1e18;
        fc.pre(Math.abs(margin) > 1e-3);
        const book: PerpBook = perpPositions([venue], CONTEXT);
        const run = createPerps(book);
        const closed = perpRound(book, run, { mark: Float64Array.of(1, 1), execute: () => 1 });
        kinds.add(margin < 0);
        expect(closed).to.equal(margin < 0 ? positions.length : 0);
      }),
      { seed: 20260214 },
    );
    expect(kinds.size).to.equal(2);
  });

  it("behavior: positions in markets without an asset of the system are left out and named, and keep their part of the margin", () => {
    const { asset: known, ...unnamed } = marketOf(1, 40_000);
    expect(known).to.equal(BTC);
    const strange = { ...unnamed, market: addressOf(12), asset: addressOf(99) };
    const account = accountOf(10_000, [
      [0, wad(20), wad(-40_000), 0n],
      [1, wad(1), wad(-40_000), 0n],
    ]);
    const book = perpPositions([venueOf([account], { markets: [marketOf(0, 2_000), unnamed, strange] })], CONTEXT);
    expect(book.unplaced).to.deep.equal([`${addressOf(9)}/${addressOf(11)}`, `${addressOf(9)}/${addressOf(12)}`]);
    expect(book.markets).to.deep.equal([{ venue: 0, asset: 0, curve: null }]);
    expect([...book.marginUsd]).to.deep.equal([5_000]);
  });

  it("behavior: an owner with nothing else is -1, a position of no size is none", () => {
    const stranger = accountOf(10, [[0, wad(1), wad(-2_000), 0n]], addressOf(31));
    const empty = accountOf(10, [[1, 0n, wad(3), 0n]], addressOf(32));
    const book = perpPositions([venueOf([stranger, empty])], CONTEXT);
    expect([...book.owner]).to.deep.equal([-1]);
    expect([...book.sizeUsd]).to.deep.equal([2_000]);
  });

  it("default: the fund is what can be paid: none where it owes, all open value where others bear the losses", () => {
    const { insuranceFundWad: fund, ...backed } = venueOf([], { kind: "synthetix-perps-v2" });
    const venues = [venueOf([]), venueOf([], { insuranceFundWad: wad(-3) }), backed];
    expect(fund).to.equal(wad(500));
    const { venues: terms } = perpPositions(venues, CONTEXT);
    expect(terms.map(({ insuranceUsd }) => insuranceUsd)).to.deep.equal([500, 0, 5 * 42_000]);
    expect(terms.map(({ liquidationFeeFrac }) => liquidationFeeFrac)).to.deep.equal([0.0125, 0.0125, 0]);
  });
});
