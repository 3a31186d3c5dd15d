import { expect } from "chai";
import type { Result } from "ethers";
import { type RpcPool, createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { perpPositions } from "../../../../keeper/src/graph/perp-positions.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type PerpBook, createPerps } from "../../../../keeper/src/model/perps/perp-book.js";
import { perpRound } from "../../../../keeper/src/model/perps/waterfall.js";
import { type PerpSource, openPerps } from "../../../../keeper/src/perps/perp-kinds.js";
import { type SnapshotReader, createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../../keeper/src/snapshot/parse.js";
import type { PerpAccountState, PerpMarketState, PerpVenueState } from "../../../../keeper/src/snapshot/perps.js";
import type { Snapshot } from "../../../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../../../keeper/src/units.js";
import { type Synthetix, type SynthetixMarket, deploySynthetix } from "./deployment.js";
import { type History, TRADERS, openTraders, randomHistory } from "./history.js";

const GENESIS = 1_583_971_200;
const STEPS = 30;
const WAD = 10n ** 18n;

/** What a snapshot says of an account, and nothing else, in the words of PerpsV2MarketData. */
function told({ markPriceWad }: PerpMarketState, { collateralWad, requirementWad, positions }: PerpAccountState) {
  const [[, size, openNotional, funding]] = positions as [PerpAccountState["positions"][0]];
  const notionalValue = (size * markPriceWad) / WAD;
  const profitLoss = notionalValue + openNotional;
  const value = collateralWad + profitLoss - funding;
  return {
    size,
    margin: collateralWad,
    notionalValue,
    profitLoss,
    accruedFunding: -funding,
    remainingMargin: value > 0n ? value : 0n,
    canLiquidatePosition: value < requirementWad,
  };
}

describe("Synthetix Perps v2 on a random history of the genuine contracts", function () {
  this.timeout(240_000);
  let chain: DevChain;
  let synthetix: Synthetix;
  let history: History;
  let reader: SnapshotReader;
  let source: PerpSource;

  const rpc = () => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
  const openReader = (perps: readonly PerpSource[] = [source]): SnapshotReader =>
    createSnapshotReader(
      rpc(),
      { venues: [], pools: [], feeds: [], lookThrough: [], perps },
      { resilienceWindowSec: 1 },
    );
  const readHead = async (of: SnapshotReader): Promise<Snapshot> => of.read(await rpc().head());
  const venueOf = ({ perps }: Snapshot): PerpVenueState => perps![0]!;
  const detailsOf = async ({ proxy }: SynthetixMarket, trader: Address): Promise<Result> =>
    (await read(chain, synthetix.data, "positionDetails", [proxy.address, trader]))[0] as Result;

  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    synthetix = await deploySynthetix(chain, TRADERS);
    await openTraders(synthetix);
    const { manager, currency, markets } = synthetix;
    const assets = [{ market: markets[0]!.proxy.address, asset: currency.address }];
    source = { kind: "synthetix-perps-v2", manager: manager.address, fromBlock: 0, assets };
    history = randomHistory(synthetix, 3);
    reader = openReader();
    await readHead(reader);
  });
  after(() => chain.close());

  it("behavior: margins, profits, funding and who may be liquidated are the market's own, to the wei, after every block", async () => {
    const seen = { position: 0, none: 0, liquidatable: 0, safe: 0, underwater: 0 };
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      const snapshot = await readHead(reader);
      const venue = venueOf(snapshot);
      expect(snapshot.exclusions).to.deep.equal([]);
      for (const market of synthetix.markets) {
        const m = venue.markets.findIndex((candidate) => candidate.market === market.proxy.address);
        for (const trader of TRADERS) {
          const own = await detailsOf(market, trader);
          const position = own.getValue("position") as Result;
          const size = position.getValue("size") as bigint;
          const account = venue.accounts.find((a) => a.market === market.proxy.address && a.account === trader);
          seen[size === 0n ? "none" : "position"] += 1;
          if (account === undefined) expect(size, `${trader} after step ${step}`).to.equal(0n);
          if (account === undefined) continue;
          const from = told(venue.markets[m]!, account);
          const values = Object.keys(from).filter((key) => key !== "size" && key !== "margin");
          expect(from, `${trader} after step ${step}`).to.deep.equal({
            size,
            margin: position.getValue("margin") as bigint,
            ...Object.fromEntries(values.map((key) => [key, own.getValue(key) as unknown])),
          });
          seen[from.canLiquidatePosition ? "liquidatable" : "safe"] += 1;
          if (from.remainingMargin === 0n) seen.underwater += 1;
          // Where the price would have to go, by the line that value and requirement of today lie on.
          const value = account.collateralWad + from.profitLoss + from.accruedFunding;
          const line = venue.markets[m]!.markPriceWad - ((value - account.requirementWad + 1n) * WAD) / size;
          const off = (own.getValue("liquidationPrice") as bigint) - (line > 0n ? line : 0n);
          expect(off < 0n ? -off : off).to.satisfy(
            (gap: bigint) => gap <= 2n + (4n * WAD) / (size < 0n ? -size : size),
          );
        }
      }
      await history.liquidate();
    }
    expect(Object.entries(seen).filter(([, times]) => times === 0)).to.deep.equal([]);
  });

  it("behavior: the history held every kind of action", () => {
    const kinds = ["deposit", "long", "short", "close", "withdraw", "flagPosition", "liquidatePosition"];
    expect(kinds.filter((kind) => !history.done.has(kind))).to.deep.equal([]);
  });

  it("behavior: reading block by block gives the bytes of reading from scratch", async () => {
    const block = await rpc().head();
    const text = canonicalJson(await reader.read(block));
    expect(text).to.equal(canonicalJson(await openReader().read(block)));
    expect(canonicalJson(parseSnapshot(text))).to.equal(text);
  });

  it("behavior: so does skipping blocks, few or more than are walked back", async () => {
    for (const skipped of [3, 70]) {
      await history.step();
      for (let i = 0; i < skipped; i++) await chain.mine((await chain.timestamp()) + 2);
      const block = await rpc().head();
      expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
    }
  });

  it("behavior: so does a reorganisation: what the orphaned blocks changed leaves nothing behind", async () => {
    const mark = await chain.snapshot();
    for (let i = 0; i < 3; i++) {
      await history.step();
      await readHead(reader);
    }
    const orphan = await rpc().head();
    await chain.revert(mark);
    const other = randomHistory(synthetix, 8);
    let block = await rpc().head();
    while (block.number <= orphan.number) {
      await other.step();
      block = await rpc().head();
    }
    expect((await rpc().block({ number: orphan.number })).hash).to.not.equal(orphan.hash);
    expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
  });

  it("default: markets are as the market summaries and the settings have them", async () => {
    const { data, currency, settings } = synthetix;
    const venue = venueOf(await readHead(reader));
    expect(venue).to.deep.include({ kind: "synthetix-perps-v2", collateralAsset: currency.address });
    expect(venue.insuranceFundWad, "losses fall on those who back sUSD").to.equal(undefined);
    for (const { asset, proxy } of synthetix.markets) {
      const market = venue.markets.find((candidate) => candidate.market === proxy.address)!;
      const details = (await read(chain, data, "marketDetails", [proxy.address]))[0] as Result;
      const summary = ((await read(chain, data, "marketSummaries", [[proxy.address]]))[0] as Result)[0] as Result;
      const sizes = await read(chain, proxy, "marketSizes", []);
      const [fee] = await read(chain, settings, "liquidationFeeRatio", []);
      const limits = details.getValue("limits") as Result;
      expect(market.symbol).to.equal(`${asset}PERP`);
      expect(market.markPriceWad).to.equal(summary.getValue("price"));
      expect(market.fundingRateWad).to.equal(summary.getValue("currentFundingRate"));
      expect([market.longWad, market.shortWad]).to.deep.equal([...sizes]);
      expect(market.initialMarginWad).to.equal((WAD * WAD) / (limits.getValue("maxLeverage") as bigint));
      expect(market.liquidationPenaltyWad).to.equal(fee);
      const inMarket = venue.accounts.filter((account) => account.market === proxy.address);
      const longs = inMarket.map(({ positions }) => positions[0]![1]).filter((size) => size > 0n);
      expect(longs.reduce((sum, size) => sum + size, 0n)).to.equal(market.longWad);
    }
  });

  it("behavior: longs pay where the rate is above 0: whoever changed nothing since is charged", async () => {
    const before = venueOf(await readHead(reader));
    await chain.mine((await chain.timestamp()) + 3_600);
    const after = venueOf(await readHead(reader));
    let compared = 0;
    for (const account of after.accounts) {
      const [m, size, , funding] = account.positions[0]!;
      const earlier = before.accounts.find((a) => a.account === account.account && a.market === account.market)!;
      const [rate, then] = [after.markets[m]!.fundingRateWad, before.markets[m]!.fundingRateWad];
      if (rate === 0n || rate > 0n !== then > 0n) continue;
      expect(funding > earlier.positions[0]![3]).to.equal(size > 0n === rate > 0n);
      compared += 1;
    }
    expect(compared).to.be.above(0);
  });

  it("behavior: the model's waterfall liquidates at t0 whom the market's own view says", async () => {
    const [market] = synthetix.markets as [SynthetixMarket];
    const fresh = randomHistory(synthetix, 11);
    let [liquidatable, positions] = [0, 0];
    for (let i = 0; i < 12; i++) {
      await fresh.step();
      const { perps, assets } = await readHead(reader);
      const context = { assets: assets.map(({ asset }) => ({ address: asset })), owners: TRADERS };
      const book: PerpBook = perpPositions(perps!, context);
      const run = createPerps(book);
      perpRound(book, run, { mark: Float64Array.of(1), execute: () => 1 });
      for (const [p, o] of book.owner.entries()) {
        const own = await detailsOf(market, TRADERS[o]!);
        expect(run.liquidatedUsd[p]! > 0, `${TRADERS[o]} after step ${i}`).to.equal(
          own.getValue("canLiquidatePosition"),
        );
        positions += 1;
        if (run.liquidatedUsd[p]! > 0) liquidatable += 1;
      }
    }
    expect(liquidatable).to.be.above(0).and.below(positions);
  });

  it("behavior: a stale price excludes the market and its positions, with the reason", async () => {
    const mark = await chain.snapshot();
    await chain.mine((await chain.timestamp()) + 2 * 86_400);
    const snapshot = await readHead(openReader());
    await chain.revert(mark);
    expect(venueOf(snapshot)).to.deep.include({ markets: [], accounts: [] });
    const ids = synthetix.markets.map(({ proxy }) => `${synthetix.manager.address}/${proxy.address}`).sort();
    expect(snapshot.exclusions.map(({ scope, id }) => [scope, id])).to.deep.equal(ids.map((id) => ["perp-market", id]));
    expect(snapshot.exclusions[0]!.reason).to.contain("no price");
  });

  it("behavior: sizes that no known account has are said to be missing", async () => {
    const pool = rpc();
    const { account: lost } = venueOf(await readHead(reader)).accounts[0]!;
    const deaf: RpcPool = {
      ...pool,
      logsBetween: async (range, filter) =>
        (await pool.logsBetween(range, filter)).filter(({ topics }) => !topics[2]!.endsWith(lost.slice(2))),
    };
    const outcome = await openPerps(deaf, source, { resilienceWindowSec: 1 }).at(await pool.head());
    if (outcome.kind === "unreadable") expect.fail(outcome.reason);
    const { exclusions, state } = outcome.view(new Map());
    expect(state.accounts.map(({ account }) => account)).to.not.include(lost);
    expect(exclusions[0]!.reason).to.match(/\d+ of the (long|short) sizes belongs to no known account/);
  });

  it("error: a contract of another kind makes the venue unreadable, not the snapshot", async () => {
    const { currency } = synthetix;
    const snapshot = await readHead(
      openReader([{ kind: "synthetix-perps-v2", manager: currency.address, fromBlock: 0, assets: [] }]),
    );
    expect(snapshot.perps).to.equal(undefined);
    expect(snapshot.exclusions[0]).to.deep.include({ scope: "perp-venue", id: currency.address });
  });
});
