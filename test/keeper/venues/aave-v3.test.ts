import { expect } from "chai";
import { createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { type World, assetOf } from "../../../keeper/src/lab/world/world.js";
import { type SnapshotReader, createSnapshotReader } from "../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import type { Snapshot, VenueState } from "../../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../../keeper/src/units.js";
import { type History, USERS, buildLendingWorld, randomHistory } from "./history.js";
import { readAll, told, truthOf } from "./truth.js";

const GENESIS = 1_583_971_200;
const WINDOW_SEC = 30 * 86_400;
const STEPS = 150;

describe("Aave v3 venue on a random history of the genuine pool", () => {
  let chain: DevChain;
  let world: World;
  let history: History;
  let reader: SnapshotReader;
  let decimals: Map<Address, number>;

  const rpc = () => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 5_000 });
  const openReader = (): SnapshotReader =>
    createSnapshotReader(
      rpc(),
      {
        venues: [{ kind: "aave-v3", pool: world.aave.pool.address, fromBlock: 0 }],
        pools: [],
        feeds: [],
        lookThrough: [],
      },
      { resilienceWindowSec: WINDOW_SEC },
    );
  const readHead = async (of: SnapshotReader): Promise<Snapshot> => of.read(await rpc().head());
  const venueOf = ({ venues }: Snapshot): VenueState => venues[0]!;

  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    world = await buildLendingWorld(chain);
    history = randomHistory(world, 7);
    reader = openReader();
    decimals = new Map(world.assets.map(({ address, spec }) => [address, spec.decimals]));
    await readHead(reader);
  });
  after(() => chain.close());

  it("behavior: amounts, sums and health factors are the protocol's own, to the wei, after every few blocks", async () => {
    let compared = 0;
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      const snapshot = await readHead(reader);
      expect(snapshot.exclusions).to.deep.equal([]);
      if (step % 5 !== 0) continue;
      const venue = venueOf(snapshot);
      const byAddress = new Map(venue.accounts.map((account) => [account.account, account]));
      for (const { account, ...truth } of await truthOf(world, USERS)) {
        expect(told(venue, byAddress.get(account), decimals), `${account} after step ${step}`).to.deep.equal(truth);
        compared += 1;
      }
    }
    expect(compared).to.equal((STEPS / 5) * USERS.length);
  });

  it("behavior: the history held every kind of action", () => {
    const kinds = [
      "supply",
      "borrow",
      "borrowStable",
      "repay",
      "withdraw",
      "transfer",
      "switchCollateral",
      "eMode",
      "liquidate",
    ];
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
      for (let i = 0; i < skipped; i++) await history.step();
      const block = await rpc().head();
      expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
    }
  });

  it("behavior: so does a reorganisation: what the orphaned blocks changed leaves nothing behind", async () => {
    const mark = await chain.snapshot();
    for (let i = 0; i < 4; i++) {
      await history.step();
      await readHead(reader);
    }
    const orphan = await rpc().head();
    await chain.revert(mark);
    const other = randomHistory(world, 8);
    let block = await rpc().head();
    while (block.number <= orphan.number) {
      await other.step();
      block = await rpc().head();
    }
    expect((await rpc().block({ number: orphan.number })).hash).to.not.equal(orphan.hash);
    expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
  });

  it("default: reserves are as Aave's data provider has them", async () => {
    const venue = venueOf(await readHead(reader));
    const { aave, assets } = world;
    for (const reserve of venue.reserves) {
      const asset = assets.find(({ address }) => address === reserve.asset)!;
      const of = (method: string) => ({ target: aave.dataProvider, method, args: [asset.address] });
      const [config, data, price] = await readAll(world, [
        of("getReserveConfigurationData"),
        of("getReserveData"),
        { target: aave.oracle, method: "getAssetPrice", args: [asset.address] },
      ]);
      expect(BigInt(reserve.ltvBps)).to.equal(config!.getValue("ltv"));
      expect(BigInt(reserve.liquidationThresholdBps)).to.equal(config!.getValue("liquidationThreshold"));
      expect(BigInt(reserve.liquidationBonusBps) + 10_000n).to.equal(config!.getValue("liquidationBonus"));
      expect(reserve.active).to.equal(config!.getValue("isActive"));
      expect(reserve.frozen).to.equal(config!.getValue("isFrozen"));
      expect(reserve.borrowingEnabled).to.equal(config!.getValue("borrowingEnabled"));
      const owed = (data!.getValue("totalStableDebt") as bigint) + (data!.getValue("totalVariableDebt") as bigint);
      expect(reserve.debtUnits).to.equal(owed);
      expect(reserve.suppliedUnits).to.equal(data!.getValue("totalAToken"));
      expect(reserve.priceBase).to.equal(price![0]);
    }
    expect(venue.eModes).to.deep.equal([
      { id: 1, ltvBps: 9_000, liquidationThresholdBps: 9_300, liquidationBonusBps: 100 },
    ]);
    expect(venue.baseUnit).to.equal(10n ** 8n);
    expect(venue.baseUsdE8).to.equal(10n ** 8n);
  });

  it("default: the debts of all accounts add up to the protocol's totals", async () => {
    const venue = venueOf(await readHead(reader));
    venue.reserves.forEach(({ asset, debtUnits }, r) => {
      const owed = venue.accounts.flatMap(({ debt }) =>
        debt.filter(([index]) => index === r).map(([, units]) => units),
      );
      const gap = owed.reduce((sum, units) => sum + units, 0n) - debtUnits;
      // Each variable debt is rounded to a unit. Stable debt: Aave keeps one average rate for the total.
      const isStable = asset === assetOf(world.assets, "DAI").address;
      const allowed = isStable ? debtUnits / 1_000n : BigInt(owed.length);
      expect(gap < 0n ? -gap : gap).to.satisfy((size: bigint) => size <= allowed, `${asset}: ${gap} of ${debtUnits}`);
    });
    const base = venue.reserves.map((r) => (r.debtUnits * r.priceBase) / 10n ** BigInt(decimals.get(r.asset)!));
    expect(venue.totalDebtBase).to.equal(base.reduce((sum, part) => sum + part, 0n));
    expect(venue.totalDebtBase > 0n).to.equal(true);
  });

  it("default: liquidations of the window are the pool's own events", async () => {
    const snapshot = await readHead(reader);
    const oldest = snapshot.block.timestamp - WINDOW_SEC;
    const topic = world.aave.pool.abi.getEvent("LiquidationCall")!.topicHash;
    const logs = await chain.provider.getLogs({ address: world.aave.pool.address, topics: [topic], fromBlock: 0 });
    const expected = [];
    for (const log of logs) {
      const { timestamp } = (await chain.provider.getBlock(log.blockNumber))!;
      const event = world.aave.pool.abi.parseLog(log)!.args;
      if (timestamp < oldest) continue;
      expected.push({
        block: log.blockNumber,
        logIndex: log.index,
        timestamp,
        venue: world.aave.pool.address,
        account: String(event.getValue("user")).toLowerCase(),
        collateralAsset: String(event.getValue("collateralAsset")).toLowerCase(),
        collateralUnits: event.getValue("liquidatedCollateralAmount") as bigint,
        debtAsset: String(event.getValue("debtAsset")).toLowerCase(),
        debtUnits: event.getValue("debtToCover") as bigint,
      });
    }
    expect(snapshot.forcedSales).to.deep.equal(expected);
    expect(logs.length).to.be.above(0);
  });
});
