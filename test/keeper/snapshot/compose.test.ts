import { expect } from "chai";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import { type SnapshotParts, composeSnapshot } from "../../../keeper/src/snapshot/compose.js";
import { parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import type { Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { addressOf, samplePool, sampleSnapshot } from "./sample.js";

const sample = sampleSnapshot();
const [venue] = sample.venues;
const pool = samplePool;
const [weth, usdc, feed] = [addressOf(1), addressOf(2), addressOf(9)];

function parts(changes: Partial<SnapshotParts> = {}, baseUnit = 10n ** 8n, baseUsdFeed?: typeof feed): SnapshotParts {
  const state = { ...venue!, baseUsdE8: undefined };
  const view = { state: { ...state, baseUnit }, baseUsdFeed, forcedSales: sample.forcedSales, exclusions: [] };
  return {
    venues: [{ venue: venue!.venue, kind: "read", view }],
    pools: [{ pool: pool.pool, kind: "read", view: pool }],
    feeds: sample.feeds,
    exclusions: sample.exclusions,
    tokens: [
      { token: usdc, symbol: sample.assets[1]!.symbol, decimals: 6 },
      { token: weth, symbol: "WETH", decimals: 18 },
    ],
    lookThrough: [{ asset: usdc, of: weth, unitsWad: 10n ** 18n }],
    ...changes,
  };
}

function compose(of: SnapshotParts): Snapshot {
  const snapshot = composeSnapshot(sample.chainId, sample.block, of);
  // Whatever is composed is canonical: it survives its own parser.
  expect(parseSnapshot(canonicalJson(snapshot))).to.deep.equal(snapshot);
  return snapshot;
}

describe("composeSnapshot", () => {
  it("default: everything in canonical order, whatever the order of the parts", () => {
    expect(compose(parts())).to.deep.equal(sample);
  });

  it("behavior: a base currency that is not USD takes its value from its feed, scaled to 8 decimals", () => {
    const rates = [
      [8, 250_012_345_678n, 250_012_345_678n],
      [18, 2_500_123_456_789_999_999_999n, 250_012_345_678n],
      [2, 250_012n, 250_012_000_000n],
    ] as const;
    for (const [decimals, answer, baseUsdE8] of rates) {
      const feeds = [{ ...sample.feeds[0]!, decimals, answer }];
      expect(compose(parts({ feeds }, 10n ** 18n, feed)).venues[0]!.baseUsdE8).to.equal(baseUsdE8);
    }
  });

  it("behavior: a venue whose base currency has no known value is excluded with the reason", () => {
    const noFeed = compose(parts({}, 10n ** 18n));
    expect(noFeed.venues).to.deep.equal([]);
    expect(noFeed.exclusions.at(-1)).to.deep.include({ scope: "venue", id: venue!.venue });
    expect(noFeed.exclusions.at(-1)!.reason).to.contain("no feed for it is configured");
    const excluded = compose(parts({ feeds: [] }, 10n ** 18n, feed));
    expect(excluded.exclusions.at(-1)!.reason).to.contain(`the feed ${feed}`);
  });

  it("behavior: an asset without decimals is excluded; its reserves have no price, its pools are left out", () => {
    const tokens = [
      { token: usdc, symbol: "", decimals: undefined },
      { token: weth, symbol: "WETH", decimals: 18 },
    ];
    const snapshot = compose(parts({ tokens }));
    expect(snapshot.exclusions.map(({ scope }) => scope)).to.deep.equal(["asset", "feed", "pool"]);
    expect(snapshot.venues[0]!.reserves.map(({ priceBase }) => priceBase)).to.deep.equal([2_000n * 10n ** 8n, 0n]);
    expect(snapshot.pools).to.deep.equal([]);
  });

  it("behavior: what cannot be read, and a pool without a price, are excluded with the reason", () => {
    const snapshot = compose(
      parts({
        venues: [{ venue: venue!.venue, kind: "unreadable", reason: "not a pool" }],
        pools: [{ pool: pool.pool, kind: "read", view: { ...pool, sqrtPriceX96: 0n } }],
      }),
    );
    const reasons = snapshot.exclusions.map(({ scope, reason }) => [scope, reason]);
    expect(reasons).to.deep.include(["venue", "not a pool"]).and.deep.include(["pool", "the pool has no price yet"]);
  });

  it("behavior: two reasons for one thing become one exclusion", () => {
    const exclusions = ["a", "b"].map((reason) => ({ scope: "reserve" as const, id: "x", reason }));
    expect(compose(parts({ exclusions })).exclusions).to.deep.equal([{ scope: "reserve", id: "x", reason: "a; b" }]);
  });
});
