import { expect } from "chai";
import { MaxUint256 } from "ethers";
import { createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { createRandom } from "../../../../keeper/src/lab/random.js";
import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type SnapshotReader, createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../../keeper/src/snapshot/parse.js";
import type { AccountState, Snapshot, VenueState } from "../../../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../../../keeper/src/units.js";
import { findSilent, readAccounts } from "../../../../keeper/src/venues/compound-v3-accounts.js";
import { readMarket } from "../../../../keeper/src/venues/compound-v3-market.js";
import type { VenueSource } from "../../../../keeper/src/venues/venue-kinds.js";
import { COMET, USDC } from "../../../integration/comet/market-archive.js";
import { readInParts } from "../little-gas.js";
import { install } from "../recorded-code.js";
import type { History } from "../random-steps.js";
import { type Stage, USERS, buildStage, cometAbi, order, randomHistory } from "./stage.js";

const GENESIS = 1_716_470_000;
const STEPS = 100;
const WINDOW_SEC = 365 * 86_400;

describe("Compound v3 venue on a random history of mainnet's USDC market", function () {
  this.timeout(240_000);
  let chain: DevChain;
  let stage: Stage;
  let history: History;
  let reader: SnapshotReader;
  let decimals: Map<Address, number>;

  const rpc = () => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
  const source: Extract<VenueSource, { kind: "compound-v3" }> = {
    kind: "compound-v3",
    comet: COMET,
    base: USDC,
    fromBlock: 0,
  };
  const openReader = (venue = source): SnapshotReader =>
    createSnapshotReader(
      rpc(),
      { venues: [venue], pools: [], feeds: [], lookThrough: [] },
      { resilienceWindowSec: WINDOW_SEC },
    );
  const readHead = async (of: SnapshotReader): Promise<Snapshot> => of.read(await rpc().head());
  const venueOf = ({ venues }: Snapshot): VenueState => venues[0]!;
  const ask = async <T>(method: string, ...args: unknown[]): Promise<T> =>
    (await read(chain, stage.comet, method, args))[0] as T;

  before(async function () {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    stage = await buildStage(this, chain);
    decimals = new Map([stage.base, ...stage.assets].map((one) => [one.asset, one.decimals] as const));
    history = randomHistory(stage, createRandom(21));
    reader = openReader();
    await readHead(reader);
  });
  after(() => chain?.close());

  /** Mine a block in which interest is added: `isLiquidatable` looks at the index of the last accrual. */
  async function mineAccrual(): Promise<void> {
    stage.steward.add(order(USERS[0]!, COMET, "accrueAccount", [USERS[0]]));
    await stage.steward.flush();
  }

  async function truthOf(user: Address) {
    const collateral: Record<Address, bigint> = {};
    for (const { asset } of stage.assets) {
      const balance = await ask<bigint>("userCollateral", user, asset);
      if (balance > 0n) collateral[asset] = balance;
    }
    const isLiquidatable = await ask<boolean>("isLiquidatable", user);
    return { collateral, owed: await ask<bigint>("borrowBalanceOf", user), isLiquidatable };
  }

  /** What the snapshot alone tells of the same, rounded as Comet does: each collateral's value, then its weight. */
  function told(venue: VenueState, account: AccountState | undefined) {
    const worth = (r: number, units: bigint): bigint => {
      const { asset, priceBase } = venue.reserves[r]!;
      return (units * priceBase) / 10n ** BigInt(decimals.get(asset)!);
    };
    let liquidity = 0n;
    for (const [r, units] of account?.collateral ?? []) {
      liquidity += (worth(r, units) * BigInt(venue.reserves[r]!.liquidationThresholdBps)) / 10_000n;
    }
    for (const [r, units] of account?.debt ?? []) liquidity -= worth(r, units);
    return {
      collateral: Object.fromEntries((account?.collateral ?? []).map(([r, n]) => [venue.reserves[r]!.asset, n])),
      owed: account?.debt[0]?.[1] ?? 0n,
      isLiquidatable: liquidity < 0n,
    };
  }
  const accountOf = (venue: VenueState, user: Address) => venue.accounts.find(({ account }) => account === user);

  it("behavior: collateral, debt and whether one may be liquidated are the market's own, after every few blocks", async () => {
    let [liquidatable, indebted] = [0, 0];
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      await readHead(reader);
      if (step % 5 !== 0) continue;
      await mineAccrual();
      const snapshot = await readHead(reader);
      expect(snapshot.exclusions).to.deep.equal([]);
      for (const user of USERS) {
        const truth = await truthOf(user);
        expect(told(venueOf(snapshot), accountOf(venueOf(snapshot), user)), `${user} at ${step}`).to.deep.equal(truth);
        if (truth.isLiquidatable) liquidatable += 1;
        if (truth.owed > 0n) indebted += 1;
      }
    }
    expect(indebted).to.be.above(20);
    expect(liquidatable).to.be.above(2);
  });

  it("behavior: the history held every kind of action", () => {
    const kinds = ["lend", "repay", "borrow", "collateralise", "takeOut", "moveCollateral", "moveBase", "absorb"];
    expect(kinds.filter((kind) => !history.done.has(kind))).to.deep.equal([]);
  });

  it("behavior: with the price 1e-7 of itself above the threshold or at it, the snapshot and isLiquidatable agree", async () => {
    const mark = await chain.snapshot();
    const outcomes = { true: 0, false: 0 };
    for (const user of USERS) {
      const venue = venueOf(await readHead(reader));
      const account = accountOf(venue, user);
      const [r, units] = account?.collateral[0] ?? [0, 0n];
      if (units === 0n || account!.debt.length === 0) continue;
      const { asset, liquidationThresholdBps } = venue.reserves[r]!;
      const one = stage.assets.find((candidate) => candidate.asset === asset)!;
      const rest = { ...account!, collateral: account!.collateral.slice(1) };
      // Nothing else is worth anything: this one decides.
      for (const other of stage.assets) if (other !== one) await stage.price(other, 1n);
      await stage.steward.flush();
      for (const isAbove of [false, true, true, false]) {
        const short = shortfall(venueOf(await readHead(reader)), rest);
        const price = (short * 10n ** BigInt(one.decimals) * 10_000n) / (units * BigInt(liquidationThresholdBps));
        if (price <= 2n || price > 10n ** 20n) continue;
        await stage.price(one, isAbove ? price + price / 10n ** 7n + 3n : price);
        await mineAccrual();
        const snapshot = await readHead(reader);
        const isLiquidatable = await ask<boolean>("isLiquidatable", user);
        expect(told(venueOf(snapshot), accountOf(venueOf(snapshot), user)).isLiquidatable).to.equal(isLiquidatable);
        outcomes[`${isLiquidatable}`] += 1;
      }
    }
    expect(outcomes.true).to.be.above(2);
    expect(outcomes.false).to.be.above(2);
    await chain.revert(mark);
  });

  /** USD, 1e-8, that an account lacks. */
  function shortfall(venue: VenueState, account: AccountState): bigint {
    let short = 0n;
    const worth = (r: number, units: bigint): bigint =>
      (units * venue.reserves[r]!.priceBase) / 10n ** BigInt(decimals.get(venue.reserves[r]!.asset)!);
    for (const [r, units] of account.debt) short += worth(r, units);
    for (const [r, units] of account.collateral) {
      short -= (worth(r, units) * BigInt(venue.reserves[r]!.liquidationThresholdBps)) / 10_000n;
    }
    return short;
  }

  it("behavior: base units that one borrower sends another, of which no event tells, are noticed", async () => {
    const mark = await chain.snapshot();
    const [from, to] = USERS as [Address, Address];
    const weth = stage.assets[2]!;
    const unit = 10n ** BigInt(weth.decimals);
    stage.steward.add(order(USERS[2]!, COMET, "supply", [USDC, 100_000n * 10n ** 6n]));
    for (const user of [from, to]) {
      stage.steward.add(order(user, COMET, "supply", [USDC, MaxUint256]));
      stage.steward.add(order(user, COMET, "withdraw", [USDC, MaxUint256]));
      stage.steward.add(order(user, COMET, "supply", [weth.asset, 20n * unit]));
    }
    await stage.price(weth, 3_800n * 10n ** 8n);
    await stage.steward.flush();
    for (const user of [from, to]) {
      stage.steward.add(order(user, COMET, "withdraw", [USDC, 10_000n * 10n ** 6n]));
    }
    await stage.steward.flush();
    const before = venueOf(await readHead(reader));
    stage.steward.add(order(from, COMET, "transferAsset", [to, USDC, 3_000n * 10n ** 6n]));
    await stage.steward.flush();
    const block = await rpc().head();
    expect(await chain.provider.getLogs({ blockHash: block.hash })).to.deep.equal([]);
    const snapshot = await reader.read(block);
    for (const user of [from, to]) {
      const account = accountOf(venueOf(snapshot), user);
      expect(account!.debt[0]![1]).to.equal(await ask<bigint>("borrowBalanceOf", user));
    }
    const moved = accountOf(venueOf(snapshot), from)!.debt[0]![1] - accountOf(before, from)!.debt[0]![1];
    expect(moved >= 3_000n * 10n ** 6n, String(moved)).to.equal(true);
    expect(canonicalJson(snapshot)).to.equal(canonicalJson(await openReader().read(block)));
    await chain.revert(mark);
  });

  it("behavior: reading block by block gives the bytes of reading from scratch, so does skipping blocks", async () => {
    for (const skipped of [0, 3, 70]) {
      for (let i = 0; i < skipped; i++) await history.step();
      const block = await rpc().head();
      const text = canonicalJson(await reader.read(block));
      expect(text).to.equal(canonicalJson(await openReader().read(block)));
      expect(canonicalJson(parseSnapshot(text))).to.equal(text);
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
    const again = randomHistory(stage, createRandom(22));
    let block = await rpc().head();
    while (block.number <= orphan.number) {
      await again.step();
      block = await rpc().head();
    }
    expect((await rpc().block({ number: orphan.number })).hash).to.not.equal(orphan.hash);
    expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
  });

  it("default: reserves and totals are as the market has them; the debts of all accounts add up to its total", async () => {
    await mineAccrual();
    const venue = venueOf(await readHead(reader));
    const base = venue.reserves.find(({ asset }) => asset === USDC)!;
    expect(base.debtUnits).to.equal(await ask<bigint>("totalBorrow"));
    expect(base.suppliedUnits).to.equal(await ask<bigint>("totalSupply"));
    expect(base.priceBase).to.equal(await ask<bigint>("getPrice", stage.base.priceFeed));
    expect(venue.totalDebtBase).to.equal((base.debtUnits * base.priceBase) / 10n ** 6n);
    const owed = venue.accounts.flatMap(({ debt }) => debt.map(([, units]) => units));
    const gap = base.debtUnits - owed.reduce((sum, units) => sum + units, 0n);
    expect(gap >= 0n && gap <= BigInt(owed.length), String(gap)).to.equal(true);
    for (const [i, { asset, priceFeed }] of stage.assets.entries()) {
      const reserve = venue.reserves.find((one) => one.asset === asset)!;
      const info = await ask<Record<string, bigint>>("getAssetInfo", i);
      expect(BigInt(reserve.liquidationThresholdBps) * 10n ** 14n).to.equal(info["liquidateCollateralFactor"]);
      expect(BigInt(reserve.ltvBps) * 10n ** 14n).to.equal(info["borrowCollateralFactor"]);
      const seized = (10n ** 18n * 10_000n) / info["liquidationFactor"]! - 10_000n;
      expect(BigInt(reserve.liquidationBonusBps) - seized <= 1n).to.equal(true);
      expect(reserve.priceBase).to.equal(await ask<bigint>("getPrice", priceFeed));
      expect(reserve.suppliedUnits).to.equal(await ask<bigint>("totalsCollateral", asset));
    }
    expect(venue.reserves.length).to.equal(stage.assets.length + 1);
  });

  it("default: liquidations are the market's absorptions; the debts of each add up to what it took over", async () => {
    const { forcedSales, block } = await readHead(reader);
    const logs = await chain.provider.getLogs({ address: COMET, fromBlock: 0 });
    const events = logs.map((log) => ({ log, event: cometAbi.parseLog(log) }));
    const taken = [];
    let repaid = 0n;
    for (const { log, event } of events) {
      const isRecent = (await chain.provider.getBlock(log.blockNumber))!.timestamp >= block.timestamp - WINDOW_SEC;
      if (isRecent && event?.name === "AbsorbCollateral") {
        const { borrower, asset, collateralAbsorbed } = event.args.toObject() as Record<string, string | bigint>;
        taken.push([
          log.index,
          log.blockNumber,
          String(borrower).toLowerCase(),
          String(asset).toLowerCase(),
          collateralAbsorbed,
        ]);
      }
      if (isRecent && event?.name === "AbsorbDebt") repaid += event.args.getValue("basePaidOut") as bigint;
    }
    expect(
      forcedSales.map((sale) => [sale.logIndex, sale.block, sale.account, sale.collateralAsset, sale.collateralUnits]),
    ).to.deep.equal(taken);
    expect(taken.length).to.be.above(0);
    expect(forcedSales.reduce((sum, sale) => sum + sale.debtUnits, 0n)).to.equal(repaid);
    expect(forcedSales.every(({ debtAsset, venue }) => debtAsset === USDC && venue === COMET)).to.equal(true);
  });

  it("behavior: a collateral whose feed does not answer has no price, and that is said", async () => {
    const mark = await chain.snapshot();
    await install(chain, stage.assets[0]!.priceFeed, "0x5f5ffd");
    await mineAccrual();
    const snapshot = await readHead(openReader());
    expect(snapshot.exclusions).to.deep.equal([
      { scope: "reserve", id: `${COMET}/${stage.assets[0]!.asset}`, reason: "no price: the feed does not answer" },
    ]);
    expect(venueOf(snapshot).reserves.filter(({ priceBase }) => priceBase === 0n).length).to.equal(1);
    await chain.revert(mark);
  });

  it("behavior: accounts older than the first block asked for show as debt that nobody is known to owe", async () => {
    const fromBlock = await chain.provider.getBlockNumber();
    const { exclusions, venues } = await readHead(openReader({ ...source, fromBlock }));
    expect(exclusions.map(({ scope, id }) => [scope, id])).to.deep.equal([["reserve", `${COMET}/${USDC}`]]);
    expect(exclusions[0]!.reason).to.contain("owed by no known account");
    expect(venues[0]!.totalDebtBase).to.equal(venueOf(await readHead(reader)).totalDebtBase);
  });

  it("behavior: where a node grants little gas the market is read whole or not at all, accounts in parts", async () => {
    const block = await rpc().head();
    const assets = stage.assets.map(({ asset }) => asset);
    await readInParts(rpc(), (of) => readMarket(of.at(block), COMET));
    const many = [...USERS, ...USERS, ...USERS];
    expect(await readInParts(rpc(), (of) => readAccounts(of.at(block), { comet: COMET, assets }, many))).to.be.above(0);
    const known = await readAccounts(rpc().at(block), { comet: COMET, assets }, USERS);
    await readInParts(rpc(), (of) => findSilent(of.at(block), COMET, known));
    const wrong = known.map((account, i) => (i === 3 ? { ...account, principal: account.principal - 1n } : account));
    expect(await findSilent(rpc().at(block), COMET, known)).to.deep.equal([]);
    expect(await findSilent(rpc().at(block), COMET, wrong)).to.deep.equal(USERS);
  });

  it("error: a contract that is no market makes the venue unreadable, not the snapshot", async () => {
    const snapshot = await readHead(openReader({ ...source, comet: stage.assets[0]!.asset }));
    expect(snapshot.venues).to.deep.equal([]);
    expect(snapshot.exclusions.map(({ scope }) => scope)).to.deep.equal(["venue"]);
  });
});
