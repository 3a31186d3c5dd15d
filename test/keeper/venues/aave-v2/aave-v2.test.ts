import { expect } from "chai";
import { createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type SnapshotReader, createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../../keeper/src/snapshot/parse.js";
import type { Snapshot, VenueState } from "../../../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../../../keeper/src/units.js";
import { readAccountsV2 } from "../../../../keeper/src/venues/aave-accounts.js";
import { readReservesV2 } from "../../../../keeper/src/venues/aave-reserves.js";
import { readInParts } from "../little-gas.js";
import type { History } from "../random-steps.js";
import { type Truth, readAll, told } from "../truth.js";
import { type AaveV2, deployAaveV2 } from "./deploy.js";
import { USERS, equipUsers, randomHistory } from "./history.js";

const GENESIS = 1_606_780_800;
const WINDOW_SEC = 30 * 86_400;
const STEPS = 150;

/** Ask Aave's own data provider and pool. */
async function truthOf({ chain, pool, dataProvider, reserves }: AaveV2, account: Address): Promise<Truth> {
  const calls = reserves.map(({ token }) => {
    return { target: dataProvider, method: "getUserReserveData", args: [token.address, account] };
  });
  const rows = await readAll({ chain }, calls);
  const collateral: Record<Address, bigint> = {};
  const debt: Record<Address, bigint> = {};
  reserves.forEach(({ token }, r) => {
    const row = rows[r]!;
    const supplied = row.getValue("currentATokenBalance") as bigint;
    const owed = (row.getValue("currentVariableDebt") as bigint) + (row.getValue("currentStableDebt") as bigint);
    if (row.getValue("usageAsCollateralEnabled") === true && supplied > 0n) collateral[token.address] = supplied;
    if (owed > 0n) debt[token.address] = owed;
  });
  const total = await read(chain, pool, "getUserAccountData", [account]);
  return {
    account,
    collateral,
    debt,
    collateralBase: total.getValue("totalCollateralETH") as bigint,
    debtBase: total.getValue("totalDebtETH") as bigint,
    healthFactorWad: total.getValue("healthFactor") as bigint,
  };
}

describe("Aave v2 venue on a random history of the genuine pool", () => {
  let chain: DevChain;
  let aave: AaveV2;
  let history: History;
  let reader: SnapshotReader;
  let decimals: Map<Address, number>;

  const rpc = () => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 5_000 });
  const openReader = (): SnapshotReader => {
    const baseUsdFeed = aave.etherUsd.proxy.address;
    const venue = { kind: "aave-v2", pool: aave.pool.address, fromBlock: 0, baseUsdFeed } as const;
    const sources = { venues: [venue], pools: [], feeds: [], lookThrough: [] };
    return createSnapshotReader(rpc(), sources, { resilienceWindowSec: WINDOW_SEC });
  };
  const readHead = async (of: SnapshotReader): Promise<Snapshot> => of.read(await rpc().head());
  const venueOf = ({ venues }: Snapshot): VenueState => venues[0]!;

  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    aave = await deployAaveV2(chain);
    await equipUsers(aave);
    history = randomHistory(aave, 11);
    reader = openReader();
    decimals = new Map(aave.reserves.map((reserve) => [reserve.token.address, reserve.decimals]));
    await readHead(reader);
  });
  after(() => chain.close());

  it("behavior: amounts, sums and health factors are the protocol's own, to the wei, after every few blocks", async () => {
    let [compared, liquidatable] = [0, 0];
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      const snapshot = await readHead(reader);
      expect(snapshot.exclusions).to.deep.equal([]);
      if (step % 5 !== 0) continue;
      const venue = venueOf(snapshot);
      const byAddress = new Map(venue.accounts.map((account) => [account.account, account]));
      for (const { account, ...truth } of await Promise.all(USERS.map((user) => truthOf(aave, user)))) {
        expect(told(venue, byAddress.get(account), decimals), `${account} after step ${step}`).to.deep.equal(truth);
        compared += 1;
        if (truth.healthFactorWad < 10n ** 18n) liquidatable += 1;
      }
    }
    expect(compared).to.equal((STEPS / 5) * USERS.length);
    expect(liquidatable).to.be.above(0);
  });

  it("behavior: the history held every kind of action", () => {
    const kinds = [
      ...["deposit", "borrow", "borrowStable", "repay", "repayStable", "withdraw", "transfer"],
      ...["swapRate", "switchCollateral", "liquidate"],
    ];
    expect(kinds.filter((kind) => !history.done.has(kind))).to.deep.equal([]);
  });

  it("behavior: reading block by block gives the bytes of reading from scratch", async () => {
    const block = await rpc().head();
    const text = canonicalJson(await reader.read(block));
    expect(text).to.equal(canonicalJson(await openReader().read(block)));
    expect(canonicalJson(parseSnapshot(text))).to.equal(text);
  });

  it("behavior: so does a reorganisation: what the orphaned blocks changed leaves nothing behind", async () => {
    const mark = await chain.snapshot();
    for (let i = 0; i < 4; i++) {
      await history.step();
      await readHead(reader);
    }
    const orphan = await rpc().head();
    await chain.revert(mark);
    const other = randomHistory(aave, 12);
    let block = await rpc().head();
    while (block.number <= orphan.number) {
      await other.step();
      block = await rpc().head();
    }
    expect((await rpc().block({ number: orphan.number })).hash).to.not.equal(orphan.hash);
    expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
  });

  it("default: reserves are as Aave's data provider has them, in ETH; half of a debt is closed at once, never more", async () => {
    const venue = venueOf(await readHead(reader));
    expect([venue.kind, venue.baseUnit, venue.baseUsdE8]).to.deep.equal(["aave-v2", 10n ** 18n, 2_000n * 10n ** 8n]);
    expect([venue.closeFactorBps, venue.fullCloseHfWad, venue.fullCloseBase]).to.deep.equal([5_000, 0n, undefined]);
    expect(venue.reserves.length).to.equal(aave.reserves.length);
    for (const reserve of venue.reserves) {
      const of = (method: string) => ({ target: aave.dataProvider, method, args: [reserve.asset] });
      const [config, data, price] = await readAll(aave, [
        of("getReserveConfigurationData"),
        of("getReserveData"),
        { target: aave.oracle, method: "getAssetPrice", args: [reserve.asset] },
      ]);
      const { aToken } = aave.reserves.find(({ token }) => token.address === reserve.asset)!;
      const [supply] = await read(chain, aToken, "totalSupply", []);
      expect(reserve).to.deep.equal({
        asset: reserve.asset,
        priceBase: price![0],
        ltvBps: Number(config!.getValue("ltv")),
        liquidationThresholdBps: Number(config!.getValue("liquidationThreshold")),
        liquidationBonusBps: Number(config!.getValue("liquidationBonus")) - 10_000,
        active: config!.getValue("isActive"),
        frozen: config!.getValue("isFrozen"),
        paused: false,
        borrowingEnabled: config!.getValue("borrowingEnabled"),
        suppliedUnits: supply,
        debtUnits: (data!.getValue("totalStableDebt") as bigint) + (data!.getValue("totalVariableDebt") as bigint),
      });
    }
  });

  it("behavior: a paused pool pauses every reserve", async () => {
    const mark = await chain.snapshot();
    aave.steward.call(aave.configurator, "setPoolPause", [true]);
    await aave.steward.flush();
    const { reserves } = venueOf(await readHead(openReader()));
    expect(reserves.map(({ paused }) => paused)).to.deep.equal([true, true, true, true]);
    await chain.revert(mark);
  });

  it("behavior: without a feed of its base currency the venue is excluded with the reason, not taken for USD", async () => {
    const venue = { kind: "aave-v2", pool: aave.pool.address, fromBlock: 0 } as const;
    const sources = { venues: [venue], pools: [], feeds: [], lookThrough: [] };
    const bare = createSnapshotReader(rpc(), sources, { resilienceWindowSec: WINDOW_SEC });
    const { venues, exclusions } = await readHead(bare);
    expect(venues).to.deep.equal([]);
    const reason = `base unit ${10n ** 18n} is not USD and no feed for it is configured`;
    expect(exclusions).to.deep.equal([{ scope: "venue", id: aave.pool.address, reason }]);
  });

  it("behavior: with little gas it is an error or all of it", async () => {
    const head = await rpc().head();
    const pool = aave.pool.address;
    expect(await readInParts(rpc(), (of) => readReservesV2(of.at(head), pool))).to.be.above(0);
    const { reserves } = await readReservesV2(rpc().at(head), pool);
    expect(await readInParts(rpc(), (of) => readAccountsV2(of.at(head), { pool, reserves }, USERS))).to.be.above(0);
  });

  it("error: a contract that is no lending pool is unreadable", async () => {
    const venue = { kind: "aave-v2", pool: aave.oracle.address, fromBlock: 0 } as const;
    const sources = { venues: [venue], pools: [], feeds: [], lookThrough: [] };
    const wrong = createSnapshotReader(rpc(), sources, { resilienceWindowSec: WINDOW_SEC });
    const { exclusions } = await readHead(wrong);
    const reason = "a call of its contracts reverts";
    expect(exclusions).to.deep.equal([{ scope: "venue", id: aave.oracle.address, reason }]);
  });
});
