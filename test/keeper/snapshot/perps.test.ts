import { expect } from "chai";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import { type PerpPart, composeSnapshot } from "../../../keeper/src/snapshot/compose.js";
import { SnapshotMalformed, parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import type { PerpAccountState, PerpMarketState, PerpVenueState } from "../../../keeper/src/snapshot/perps.js";
import type { FeedState, Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { addressOf, sampleSnapshot } from "./sample.js";

const [feed, venue, token] = [addressOf(9), addressOf(40), addressOf(2)];
const FEED: FeedState = { feed, description: "USDC / USD", decimals: 8, answer: 97_000_000n, updatedAt: 1_583_999_999 };

const market = (n: number): PerpMarketState => ({
  market: addressOf(n),
  symbol: "vETH",
  asset: addressOf(1),
  open: true,
  indexPriceWad: 2_000n,
  markPriceWad: 2_001n,
  initialMarginWad: 10n,
  maintenanceMarginWad: 6n,
  liquidationPenaltyWad: 2n,
  fundingRateWad: -1n,
  longWad: 5n,
  shortWad: 5n,
});

const account = (n: number, positions: PerpAccountState["positions"]): PerpAccountState => ({
  account: addressOf(n),
  collateralWad: -7n,
  requirementWad: 0n,
  positions,
});

const sample: PerpVenueState = {
  venue,
  kind: "perpetual-v2",
  collateralAsset: token,
  quoteUsdE8: 97_000_000n,
  insuranceFundWad: -1n,
  markets: [market(50), market(51)],
  accounts: [
    account(60, [
      [0, -5n, 9n, 0n],
      [1, 5n, -9n, 1n],
    ]),
    { ...account(3, [[1, 1n, -1n, -1n]]), market: addressOf(51) },
  ],
};

function withPerps(perps: readonly PerpVenueState[]): Snapshot {
  return { ...sampleSnapshot(), perps };
}

function compose(parts: readonly PerpPart[], feeds: readonly FeedState[] = [FEED]): Snapshot {
  const of = { venues: [], pools: [], perps: parts, feeds, exclusions: [], lookThrough: [] };
  const tokens = [addressOf(1), token].map((address) => ({ token: address, symbol: "T", decimals: 6 }));
  const snapshot = composeSnapshot(1, sampleSnapshot().block, { ...of, tokens });
  expect(parseSnapshot(canonicalJson(snapshot))).to.deep.equal(snapshot);
  return snapshot;
}

function part(n: number, quoteUsdFeed?: typeof feed): PerpPart {
  const { quoteUsdE8, ...state } = { ...sample, venue: addressOf(n) };
  expect(quoteUsdE8).to.equal(97_000_000n);
  return { venue: addressOf(n), kind: "read", view: { state, quoteUsdFeed, exclusions: [] } };
}

describe("perpetual venues of a snapshot", () => {
  it("default: read back as they were", () => {
    const snapshot = withPerps([sample]);
    expect(parseSnapshot(canonicalJson(snapshot))).to.deep.equal(snapshot);
  });

  const [first, second] = sample.accounts as [PerpAccountState, PerpAccountState];
  const wrong: readonly (readonly [what: string, perps: readonly PerpVenueState[]])[] = [
    ["an empty list", []],
    ["venues twice", [sample, sample]],
    ["markets out of order", [{ ...sample, markets: [market(51), market(50)] }]],
    ["accounts out of order", [{ ...sample, accounts: [second, first] }]],
    ["positions out of order", [{ ...sample, accounts: [account(60, [...first.positions].reverse())] }]],
    ["an account without positions", [{ ...sample, accounts: [account(60, [])] }]],
    ["a position in no market", [{ ...sample, accounts: [account(60, [[2, 1n, 1n, 0n]])] }]],
    ["a market without a price", [{ ...sample, markets: [market(50), { ...market(51), markPriceWad: 0n }] }]],
    ["open interest below 0", [{ ...sample, markets: [market(50), { ...market(51), shortWad: -1n }] }]],
    ["a requirement below 0", [{ ...sample, accounts: [{ ...first, requirementWad: -1n }] }]],
  ];
  for (const [what, perps] of wrong) {
    it(`error: SnapshotMalformed for ${what}`, () => {
      expect(() => parseSnapshot(canonicalJson(withPerps(perps)))).to.throw(SnapshotMalformed);
    });
  }
});

describe("composeSnapshot of perpetual venues", () => {
  it("default: in order of address, in USD by their feed, at par without one", () => {
    const { perps } = compose([part(42), part(41, feed)]);
    expect(perps!.map((state) => [state.venue, state.quoteUsdE8])).to.deep.equal([
      [addressOf(41), 97_000_000n],
      [addressOf(42), 100_000_000n],
    ]);
  });

  it("behavior: without any, the snapshot has no such part, and the bytes it had before", () => {
    const snapshot = compose([]);
    expect("perps" in snapshot).to.equal(false);
    expect(canonicalJson(snapshot)).to.not.contain("perps");
  });

  it("behavior: what cannot be read, or has no value in USD, is excluded with the reason", () => {
    const snapshot = compose([{ venue, kind: "unreadable", reason: "no venue" }, part(41, feed)], []);
    expect(snapshot.perps).to.equal(undefined);
    expect(snapshot.exclusions).to.deep.equal([
      { scope: "perp-venue", id: venue, reason: "no venue" },
      { scope: "perp-venue", id: addressOf(41), reason: `the feed ${feed} of its base currency is excluded` },
    ]);
  });
});
