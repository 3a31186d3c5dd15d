import { expect } from "chai";
import { dataSlice, id } from "ethers";
import { deserialize, serialize } from "node:v8";
import type { StateStore } from "../../../../keeper/src/chain/follow.js";
import { createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import type { FollowOptions } from "../../../../keeper/src/chain/source-kind.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { type SnapshotReader, createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../../keeper/src/snapshot/parse.js";
import type { Snapshot, VenueState } from "../../../../keeper/src/snapshot/snapshot.js";
import { type History, addLateMarket, randomHistory } from "./history.js";
import { type Stage, USERS, buildStage, makeMarket } from "./stage.js";
import { type Truth, isLiquidatable, owedFor, truthAt } from "./truth.js";

const GENESIS = 1_583_971_200;
const WINDOW_SEC = 30 * 86_400;
const STEPS = 160;

describe("Morpho Blue venue on a random history of the genuine contract", () => {
  let chain: DevChain;
  let stage: Stage;
  let history: History;
  let reader: SnapshotReader;
  const seen = { liquidatable: 0, healthy: 0 };

  const rpc = () => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 5_000 });
  const openReader = (states?: FollowOptions["states"]): SnapshotReader => {
    const loanFeeds = (["USDC", "DAI", "WETH"] as const).map((symbol) => ({
      asset: stage.tokens[symbol].address,
      feed: stage.feeds[symbol].proxy.address,
    }));
    const venues = [{ kind: "morpho-blue" as const, morpho: stage.morpho.address, fromBlock: 0, loanFeeds }];
    return createSnapshotReader(
      rpc(),
      { venues, pools: [], feeds: [], lookThrough: [] },
      { resilienceWindowSec: WINDOW_SEC, ...(states === undefined ? {} : { states }) },
    );
  };
  const readHead = async (of: SnapshotReader): Promise<Snapshot> => of.read(await rpc().head());
  const venueOf = ({ venues }: Snapshot): VenueState => venues[0]!;

  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    stage = await buildStage(chain);
    makeMarket(stage, { loan: "USDC", collateral: "WETH", lltv: "0.86" });
    makeMarket(stage, { loan: "DAI", collateral: "USDC", lltv: "0.915" });
    makeMarket(stage, { loan: "WETH", collateral: "WBTC", lltv: "0.77", irm: "none" });
    await stage.steward.flush();
    history = randomHistory(stage, 11);
    reader = openReader();
    await readHead(reader);
  });
  after(() => chain.close());

  /** Compares the snapshot of a block at `timestamp` with what Morpho says at that very time. */
  async function compare(truth: Truth, venue: VenueState): Promise<void> {
    for (const { id, params } of stage.markets) {
      const market = truth.markets.get(id)!;
      const rows = venue.reserves.filter((reserve) => reserve.market === id);
      expect(rows.length, id).to.equal(market.borrowedShares === 0n ? 0 : 2);
      const loan = rows.find(({ asset }) => asset === params[0]);
      if (loan === undefined) continue;
      expect([loan.suppliedUnits, loan.debtUnits]).to.deep.equal([market.suppliedAssets, market.borrowedAssets]);
      const pledged = truth.positions.filter((p) => p.market === id).reduce((sum, p) => sum + p.collateral, 0n);
      expect(rows.find(({ asset }) => asset === params[1])!.suppliedUnits).to.equal(pledged);
    }
    for (const position of truth.positions) comparePosition(position, truth, venue);
  }

  function comparePosition(position: Truth["positions"][number], truth: Truth, venue: VenueState): void {
    const market = stage.markets.find(({ id }) => id === position.market)!;
    const totals = truth.markets.get(position.market)!;
    const row = venue.accounts.find((a) => a.market === position.market && a.account === position.account);
    const isShown = totals.borrowedShares > 0n && (position.collateral > 0n || position.borrowedShares > 0n);
    expect(row !== undefined, `${position.account} in ${position.market}`).to.equal(isShown);
    if (row === undefined) return;
    expect(row.collateral.map(([, units]) => units)).to.deep.equal(
      position.collateral > 0n ? [position.collateral] : [],
    );
    const owed = owedFor(position.borrowedShares, totals);
    expect(row.debt.map(([, units]) => units)).to.deep.equal(owed > 0n ? [owed] : []);
    expect(isLiquidatable(venue, row, market), `${position.account} liquidatable`).to.equal(position.isLiquidatable);
    if (owed > 0n) seen[position.isLiquidatable ? "liquidatable" : "healthy"] += 1;
  }

  it("behavior: amounts, totals and who may be liquidated are Morpho's own, to the unit, after every few blocks", async () => {
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      if (step === STEPS / 4) await addLateMarket(stage, { loan: "DAI", collateral: "WETH", lltv: "0.945" });
      const snapshot = await readHead(reader);
      expect(snapshot.exclusions).to.deep.equal([]);
      if (step % 8 !== 0) continue;
      const timestamp = (await chain.timestamp()) + 1 + (step % 5) * 86_400;
      const truth = await truthAt(stage, timestamp);
      await chain.mine(timestamp);
      await compare(truth, venueOf(await readHead(reader)));
    }
    expect(seen.liquidatable, "who may be liquidated").to.be.above(5);
    expect(seen.healthy, "who may not").to.be.above(50);
  });

  it("behavior: the history held every kind of action, and debt was written off", async () => {
    const kinds = ["supply", "withdraw", "collateralise", "borrow", "repay", "repayAssets", "withdrawCollateral"];
    const rare = ["liquidateByDebt", "liquidateByCollateral", "accrue", "setFee", "price"];
    expect([...kinds, ...rare].filter((kind) => !history.done.has(kind))).to.deep.equal([]);
    const { morpho } = stage;
    const topic = id("Liquidate(bytes32,address,address,uint256,uint256,uint256,uint256,uint256)");
    const logs = await chain.provider.getLogs({ address: morpho.address, topics: [topic], fromBlock: 0 });
    const badDebts = logs.map(({ data }) => BigInt(dataSlice(data, 96, 128)));
    expect(badDebts.some((units) => units > 0n)).to.equal(true);
  });

  it("behavior: reading block by block gives the bytes of reading from scratch", async () => {
    const block = await rpc().head();
    const text = canonicalJson(await reader.read(block));
    expect(text).to.equal(canonicalJson(await openReader().read(block)));
    expect(canonicalJson(parseSnapshot(text))).to.equal(text);
  });

  it("behavior: so does skipping blocks, few or more than are walked back", async () => {
    for (const skipped of [3, 70]) {
      for (let i = 0; i < skipped; i++) await history.step();
      const block = await rpc().head();
      expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
    }
  });

  it("behavior: so does a restart from what was kept: markets of old are known, and so is what was sold there", async () => {
    const kept = new Map<string, Buffer>();
    const states = (name: string): StateStore<unknown> => ({
      last: () =>
        kept.has(name) ? (deserialize(kept.get(name)!) as ReturnType<StateStore<unknown>["last"]>) : undefined,
      save: (block, state) => void kept.set(name, serialize({ block, state })),
    });
    await openReader(states).read(await rpc().head());
    expect(kept.size).to.equal(1);
    const before = history.done.get("liquidateByDebt") ?? 0;
    while ((history.done.get("liquidateByDebt") ?? 0) === before) await history.step();
    const block = await rpc().head();
    expect(canonicalJson(await openReader(states).read(block))).to.equal(canonicalJson(await openReader().read(block)));
  });

  it("behavior: so does a reorganisation, a market that only the orphaned blocks had included", async () => {
    const mark = await chain.snapshot();
    const orphaned = await addLateMarket(stage, { loan: "USDC", collateral: "WBTC", lltv: "0.385" });
    for (let i = 0; i < 4; i++) {
      await history.step();
      await readHead(reader);
    }
    const orphan = await rpc().head();
    await chain.revert(mark);
    stage.markets.splice(stage.markets.indexOf(orphaned), 1);
    const other = randomHistory(stage, 12);
    let block = await rpc().head();
    while (block.number <= orphan.number) {
      await other.step();
      block = await rpc().head();
    }
    expect((await rpc().block({ number: orphan.number })).hash).to.not.equal(orphan.hash);
    expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
  });

  it("default: prices are the oracle's in dollars of the loan token's feed, terms are the market's", async () => {
    const venue = venueOf(await readHead(reader));
    expect(venue).to.deep.include({ baseUsdE8: 10n ** 8n, closeFactorBps: 10_000, fullCloseHfWad: 0n });
    const [weth, wbtc] = [stage.tokens.WETH.address, stage.tokens.WBTC.address];
    const rows = venue.reserves.filter(({ market }) => market === stage.markets[2]!.id);
    expect(rows.length, "the market of WETH against WBTC").to.equal(2);
    const [loan, collateral] = [weth, wbtc].map((token) => rows.find(({ asset }) => asset === token)!);
    expect(loan!.priceBase).to.equal(20_000_003n * 10n ** 32n);
    const price = BigInt(await chain.provider.call({ to: stage.markets[2]!.oracle.address, data: "0xa035b1fe" }));
    // One WBTC is 1e8 units; price / 1e36 units of WETH each, of which 1e18 are worth 2,000.0003 dollars.
    expect(collateral!.priceBase).to.equal((price * 10n ** 8n * 20_000_003n * 10n ** 32n) / 10n ** 54n);
    // 1 / (1 - 0.3 * 0.23) = 1.07411.
    expect(collateral).to.deep.include({ liquidationThresholdBps: 7_700, ltvBps: 7_700, liquidationBonusBps: 742 });
    expect(loan).to.deep.include({ liquidationThresholdBps: 0, borrowingEnabled: true });
  });

  it("default: liquidations of the window are Morpho's own events", async () => {
    const { block, forcedSales } = await readHead(reader);
    const topic = id("Liquidate(bytes32,address,address,uint256,uint256,uint256,uint256,uint256)");
    const logs = await chain.provider.getLogs({ address: stage.morpho.address, topics: [topic], fromBlock: 0 });
    const expected = [];
    for (const { topics, data, blockNumber, index } of logs) {
      const { timestamp } = (await chain.provider.getBlock(blockNumber))!;
      if (timestamp < block.timestamp - WINDOW_SEC) continue;
      const { params } = stage.markets.find((market) => market.id === topics[1])!;
      expected.push({
        block: blockNumber,
        logIndex: index,
        timestamp,
        venue: stage.morpho.address,
        account: dataSlice(topics[3]!, 12),
        collateralAsset: params[1],
        collateralUnits: BigInt(dataSlice(data, 64, 96)),
        debtAsset: params[0],
        debtUnits: BigInt(dataSlice(data, 0, 32)),
      });
    }
    expect(forcedSales).to.deep.equal(expected);
    expect(logs.length).to.be.above(0);
  });

  it("default: the debts of all accounts add up to the totals, to a unit each", async () => {
    const venue = venueOf(await readHead(reader));
    venue.reserves.forEach(({ debtUnits, asset, market }, r) => {
      const owed = venue.accounts.flatMap(({ debt }) => debt.filter(([index]) => index === r).map(([, u]) => u));
      const gap = owed.reduce((sum, units) => sum + units, 0n) - debtUnits;
      expect(gap < 0n ? -gap : gap, `${asset} in ${market}`).to.satisfy((size: bigint) => size <= BigInt(USERS.length));
    });
  });
});
