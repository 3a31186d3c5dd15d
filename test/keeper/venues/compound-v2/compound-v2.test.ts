import { expect } from "chai";
import { deserialize, serialize } from "node:v8";
import type { BlockRef } from "../../../../keeper/src/chain/block-ref.js";
import type { StateStore } from "../../../../keeper/src/chain/follow.js";
import { type RpcPool, createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import type { FollowOptions } from "../../../../keeper/src/chain/source-kind.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { createRandom } from "../../../../keeper/src/lab/random.js";
import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type SnapshotReader, createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../../keeper/src/snapshot/parse.js";
import type { AccountState, Snapshot, VenueState } from "../../../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../../../keeper/src/units.js";
import { readAccounts, readMarkets } from "../../../../keeper/src/venues/compound-v2-markets.js";
import type { VenueSource } from "../../../../keeper/src/venues/venue-kinds.js";
import { readInParts } from "../little-gas.js";
import type { History } from "../random-steps.js";
import { COMPTROLLER, type Market, type Stage, USERS, WAD, buildStage, cTokenAbi, randomHistory } from "./stage.js";

const GENESIS = 1_627_000_000;
const STEPS = 120;
const WINDOW_SEC = 365 * 86_400;
/** Later market of a token that has two, whose collateral is its cToken. */
const SECOND = 3;

describe("Compound v2 venue on a random history of mainnet's contracts", function () {
  this.timeout(240_000);
  let chain: DevChain;
  let stage: Stage;
  let history: History;
  let reader: SnapshotReader;

  const rpc = () => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
  const source = (): Extract<VenueSource, { kind: "compound-v2" }> => ({
    ...{ kind: "compound-v2", comptroller: COMPTROLLER, fromBlock: 0 },
    nativeAsset: stage.weth,
  });
  const openReader = (venue: VenueSource = source(), states?: FollowOptions["states"]): SnapshotReader =>
    createSnapshotReader(
      rpc(),
      {
        venues: [venue],
        pools: [],
        feeds: [],
        lookThrough: [],
        wrapped: [{ kind: "compound-v2", token: assetOf(SECOND) }],
      },
      { resilienceWindowSec: WINDOW_SEC, ...(states === undefined ? {} : { states }) },
    );
  const readHead = async (of: SnapshotReader): Promise<Snapshot> => of.read(await rpc().head());
  const venueOf = ({ venues }: Snapshot): VenueState => venues[0]!;
  const ask = async (market: Market, method: string, ...args: unknown[]): Promise<bigint> =>
    (await read(chain, market.cToken, method, args))[0] as bigint;
  const assetOf = (m: number): Address => (m === SECOND ? stage.markets[m]!.cToken : stage.markets[m]!.token).address;

  before(async function () {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    stage = await buildStage(this, chain);
    history = randomHistory(stage, createRandom(31));
    reader = openReader();
    await readHead(reader);
  });
  after(() => chain?.close());

  /** By the cTokens' own functions, which add interest first. */
  async function truthOf(user: Address) {
    const [collateral, debt] = [new Map<Address, bigint>(), new Map<Address, bigint>()];
    for (const [m, market] of stage.markets.entries()) {
      const isIn = (
        await read(chain, stage.comptroller, "checkMembership", [user, market.cToken.address])
      )[0] as boolean;
      const held = await ask(market, m === SECOND ? "balanceOf" : "balanceOfUnderlying", user);
      if (isIn && held > 0n && market.factor > 0) collateral.set(assetOf(m), held);
      const owed = await ask(market, "borrowBalanceCurrent", user);
      const { address } = market.token;
      if (owed > 0n) debt.set(address, (debt.get(address) ?? 0n) + owed);
    }
    return { collateral: Object.fromEntries(collateral), debt: Object.fromEntries(debt) };
  }

  function told(venue: VenueState, account: AccountState | undefined) {
    const byAsset = (list: AccountState["debt"] = []) =>
      Object.fromEntries(list.map(([r, units]) => [venue.reserves[r]!.asset, units]));
    return { collateral: byAsset(account?.collateral), debt: byAsset(account?.debt) };
  }
  const accountOf = (venue: VenueState, user: Address) => venue.accounts.find(({ account }) => account === user);

  /** USD, 1e18-scaled, that an account has left to borrow; below 0 lacks. */
  function liquidityOf(venue: VenueState, account: AccountState | undefined): bigint {
    const decimalsAt = (r: number): number =>
      stage.markets.find(({ token }) => token.address === venue.reserves[r]!.asset)?.decimals ?? 8;
    const worth = (r: number, units: bigint): bigint =>
      (units * venue.reserves[r]!.priceBase) / 10n ** BigInt(decimalsAt(r));
    let sum = 0n;
    for (const [r, units] of account?.collateral ?? []) {
      sum += (worth(r, units) * BigInt(venue.reserves[r]!.liquidationThresholdBps)) / 10_000n;
    }
    for (const [r, units] of account?.debt ?? []) sum -= worth(r, units);
    return sum / WAD;
  }

  it("behavior: collateral and debt are the cTokens' own, to the raw unit, after every few blocks", async () => {
    let compared = 0;
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      const snapshot = await readHead(reader);
      expect(snapshot.exclusions).to.deep.equal([]);
      if (step % 6 !== 0) continue;
      const venue = venueOf(snapshot);
      for (const user of USERS) {
        const truth = await truthOf(user);
        expect(told(venue, accountOf(venue, user)), `${user} after step ${step}`).to.deep.equal(truth);
        compared += Object.keys(truth.debt).length;
      }
    }
    expect(compared).to.be.above(50);
  });

  it("behavior: the history held every kind of action", () => {
    const kinds = ["mint", "redeem", "borrow", "repay", "enter", "exit", "transfer", "liquidate"];
    expect(kinds.filter((kind) => !history.done.has(kind))).to.deep.equal([]);
  });

  it("behavior: getAccountLiquidity is what the snapshot tells, to the documented rounding", async () => {
    const seen = { liquid: 0, short: 0 };
    for (let round = 0; round < 12; round++) {
      await history.step();
      await stage.price("ETH", 2_500n * 10n ** 6n - BigInt(round) * 150n * 10n ** 6n);
      for (const { cToken } of stage.markets) stage.steward.call(cToken, "accrueInterest", []);
      await stage.steward.flush();
      const venue = venueOf(await readHead(reader));
      for (const user of USERS) {
        const own = await read(chain, stage.comptroller, "getAccountLiquidity", [user]);
        const [liquidity, short] = [own.getValue("liquidity") as bigint, own.getValue("shortfall") as bigint];
        const gap = liquidityOf(venue, accountOf(venue, user)) - (liquidity - short);
        expect(gap < (await roundingOf(user)) && -gap < (await roundingOf(user)), `${user}: ${gap}`).to.equal(true);
        if (liquidity > 0n) seen.liquid += 1;
        if (short > 0n) seen.short += 1;
      }
    }
    expect(seen.liquid).to.be.above(10);
    expect(seen.short).to.be.above(3);
  });

  /** A raw unit of each market at its price, and 1e-18 of each balance of cTokens at it, doubled; 1e18-scaled USD. */
  async function roundingOf(user: Address): Promise<bigint> {
    let sum = 10n;
    for (const market of stage.markets) {
      const unit = (market.usd * 2n * WAD) / 10n ** BigInt(market.decimals) + 1n;
      sum += 2n * unit + (2n * (await ask(market, "balanceOf", user)) * (unit + 1n)) / WAD;
    }
    return sum;
  }

  it("behavior: reading block by block gives the bytes of reading from scratch, so does skipping blocks", async () => {
    for (const skipped of [0, 3, 70]) {
      for (let i = 0; i < skipped; i++) await history.step();
      const block = await rpc().head();
      const text = canonicalJson(await reader.read(block));
      expect(text).to.equal(canonicalJson(await openReader().read(block)));
      expect(canonicalJson(parseSnapshot(text))).to.equal(text);
    }
  });

  it("behavior: so does a reorganisation, shallow or deeper than blocks are walked back", async () => {
    for (const depth of [4, 70]) {
      const mark = await chain.snapshot();
      for (let i = 0; i < depth; i++) {
        await history.step();
        if (i % 8 === 0 || i === depth - 1) await readHead(reader);
      }
      const orphan = await rpc().head();
      await chain.revert(mark);
      const again = randomHistory(stage, createRandom(32 + depth));
      let block = await rpc().head();
      while (block.number <= orphan.number) {
        await again.step();
        block = await rpc().head();
      }
      expect((await rpc().block({ number: orphan.number })).hash).to.not.equal(orphan.hash);
      expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
    }
  });

  it("behavior: so does a restart, few or many blocks later, from what was kept", async () => {
    let kept: { block: BlockRef | undefined; state: Buffer } | undefined;
    const states = (): StateStore<unknown> => ({
      last: () => kept && { block: kept.block, state: deserialize(kept.state) as unknown },
      save: (block, state) => void (kept = { block, state: serialize(state) }),
    });
    for (const later of [0, 3, 70]) {
      for (let i = 0; i < later; i++) await history.step();
      const block = await rpc().head();
      const text = canonicalJson(await openReader(source(), states).read(block));
      expect(text).to.equal(canonicalJson(await openReader().read(block)));
      expect(kept?.block?.hash).to.be.a("string");
    }
  });

  it("default: reserves are as the contracts have them; the debts of all accounts add up to the markets'", async () => {
    const venue = venueOf(await readHead(reader));
    const byAsset = new Map(venue.reserves.map((reserve) => [reserve.asset, reserve]));
    const owed = new Map<Address, bigint>();
    for (const [m, market] of stage.markets.entries()) {
      const reserve = byAsset.get(assetOf(m))!;
      expect(reserve.liquidationThresholdBps).to.equal(market.factor * 100);
      expect(reserve.liquidationBonusBps).to.equal(800);
      const { address } = market.token;
      owed.set(address, (owed.get(address) ?? 0n) + (await ask(market, "totalBorrowsCurrent")));
    }
    expect(byAsset.size).to.equal(stage.markets.length);
    for (const [asset, total] of owed) {
      const reserve = byAsset.get(asset)!;
      expect(reserve.debtUnits).to.equal(total);
      const r = venue.reserves.indexOf(reserve);
      const debts = venue.accounts.flatMap(({ debt }) =>
        debt.filter(([index]) => index === r).map(([, units]) => units),
      );
      const gap = debts.reduce((sum, units) => sum + units, 0n) - total;
      expect(
        gap <= total / 1_000_000n + 100n && -gap <= total / 1_000_000n + 100n,
        `${asset}: ${gap} of ${total}`,
      ).to.equal(true);
    }
    expect(venue.closeFactorBps).to.equal(5_000);
    expect(venue.totalDebtBase > 0n).to.equal(true);
  });

  it("default: liquidations are the markets' events", async () => {
    const { forcedSales, block } = await readHead(reader);
    const logs = await chain.provider.getLogs({
      fromBlock: 0,
      topics: [cTokenAbi.getEvent("LiquidateBorrow")!.topicHash],
    });
    const expected = [];
    for (const log of logs) {
      if ((await chain.provider.getBlock(log.blockNumber))!.timestamp < block.timestamp - WINDOW_SEC) continue;
      const event = cTokenAbi.parseLog(log)!.args;
      const byCToken = (cToken: string) =>
        stage.markets.find((market) => market.cToken.address === cToken.toLowerCase())!;
      const taken = byCToken(String(event.getValue("cTokenCollateral")));
      const rate = await ask(taken, "exchangeRateCurrent");
      expected.push([
        ...[log.blockNumber, log.index, String(event.getValue("borrower")).toLowerCase()],
        ...[taken.token.address, ((event.getValue("seizeTokens") as bigint) * rate) / WAD],
        ...[byCToken(log.address).token.address, event.getValue("repayAmount") as bigint],
      ]);
    }
    expect(
      forcedSales.map((sale) => [
        ...[sale.block, sale.logIndex, sale.account, sale.collateralAsset, sale.collateralUnits],
        ...[sale.debtAsset, sale.debtUnits],
      ]),
    ).to.deep.equal(expected);
    expect(expected.length).to.be.above(0);
  });

  it("behavior: ether without a token that it counts as, and a price of 0, are left out with the reason", async () => {
    const mark = await chain.snapshot();
    await stage.price("DAI", 0n);
    await stage.steward.flush();
    await chain.mine((await chain.timestamp()) + 1);
    const snapshot = await readHead(openReader({ kind: "compound-v2", comptroller: COMPTROLLER, fromBlock: 0 }));
    const [ether, dai] = [stage.markets[0]!, stage.markets[4]!];
    expect(snapshot.exclusions).to.deep.equal(
      [
        {
          scope: "reserve",
          id: `${COMPTROLLER}/${ether.cToken.address}`,
          reason: "its asset is ether: configure nativeAsset",
        },
        { scope: "reserve", id: `${COMPTROLLER}/${dai.cToken.address}`, reason: "no price: the oracle answers 0" },
      ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    expect(venueOf(snapshot).reserves.length).to.equal(stage.markets.length - 2);
    await chain.revert(mark);
  });

  it("behavior: accounts older than the first block asked for show as cTokens and debt that nobody is known to have", async () => {
    const fromBlock = await chain.provider.getBlockNumber();
    const { exclusions, venues } = await readHead(openReader({ ...source(), fromBlock }));
    const used = stage.markets.map(({ cToken }) => `${COMPTROLLER}/${cToken.address}`).sort();
    expect(exclusions.map(({ id }) => id)).to.deep.equal(used);
    for (const { reason } of exclusions) expect(reason).to.contain("held by no known account");
    expect(exclusions.some(({ reason }) => reason.includes("owed by no known account"))).to.equal(true);
    expect(venues[0]!.totalDebtBase).to.equal(venueOf(await readHead(reader)).totalDebtBase);
  });

  it("behavior: where a node grants little gas, markets and accounts are read in parts", async () => {
    const block = await rpc().head();
    const cTokens = stage.markets.map(({ cToken }) => cToken.address);
    expect(await readInParts(rpc(), (of) => readMarkets(of.at(block), COMPTROLLER))).to.be.above(0);
    const accounts = (of: RpcPool) => readAccounts(of.at(block), { comptroller: COMPTROLLER, cTokens }, USERS);
    expect(await readInParts(rpc(), accounts)).to.be.above(0);
  });

  it("error: a contract that is no Comptroller makes the venue unreadable, not the snapshot", async () => {
    const none: VenueSource = { kind: "compound-v2", comptroller: stage.markets[1]!.token.address, fromBlock: 0 };
    const snapshot = await readHead(openReader(none));
    expect(snapshot.venues).to.deep.equal([]);
    expect(snapshot.exclusions.map(({ scope }) => scope)).to.deep.equal(["venue"]);
  });
});
