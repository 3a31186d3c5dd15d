import { expect } from "chai";
import { ZeroHash } from "ethers";
import { deserialize, serialize } from "node:v8";
import type { StateStore } from "../../../../keeper/src/chain/follow.js";
import type { FollowOptions } from "../../../../keeper/src/chain/source-kind.js";
import { type RpcPool, createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { type PerpSource, openPerps } from "../../../../keeper/src/perps/perp-kinds.js";
import { type SnapshotReader, createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../../keeper/src/snapshot/parse.js";
import type { PerpVenueState } from "../../../../keeper/src/snapshot/perps.js";
import type { Snapshot } from "../../../../keeper/src/snapshot/snapshot.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { type PerpMarket, type Perpetual, deployPerpetual } from "./deployment.js";
import { EVERYBODY, type History, KEEPER, TRADERS, randomHistory, seedPerpetual } from "./history.js";
import { readAll, told, truthOf } from "./truth.js";

const GENESIS = 1_583_971_200;
const STEPS = 24;
/** 1e18-scaled value of a unit of USDC. */
const UNIT = 10n ** 12n;

describe("Perpetual v2 on a random history of the genuine contracts", function () {
  this.timeout(240_000);
  let chain: DevChain;
  let perpetual: Perpetual;
  let history: History;
  let reader: SnapshotReader;

  const rpc = () => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
  const openReader = (pool = rpc(), states?: FollowOptions["states"]): SnapshotReader =>
    createSnapshotReader(
      pool,
      {
        venues: [],
        pools: [],
        feeds: [],
        lookThrough: [],
        perps: [
          {
            kind: "perpetual-v2",
            clearingHouse: perpetual.clearingHouse.address,
            fromBlock: 0,
            assets: [{ market: perpetual.markets[0]!.base.address, asset: perpetual.weth.address }],
          },
        ],
      },
      { resilienceWindowSec: 86_400, ...(states === undefined ? {} : { states }) },
    );
  const readHead = async (of: SnapshotReader): Promise<Snapshot> => of.read(await rpc().head());
  const venueOf = ({ perps }: Snapshot): PerpVenueState => perps![0]!;

  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    perpetual = await deployPerpetual(chain);
    await seedPerpetual(perpetual);
    history = randomHistory(perpetual, 7);
    reader = openReader();
    await readHead(reader);
  });
  after(() => chain.close());

  /** Whether the clearing house refuses a liquidation because the account's margin is enough. */
  const isSafe = async (trader: Address, base: Address): Promise<boolean> => {
    const { abi, address } = perpetual.clearingHouse;
    const data = abi.encodeFunctionData("liquidate(address,address)", [trader, base]);
    try {
      await chain.rpc.call("eth_call", [{ from: KEEPER, to: address, data }, "latest"]);
      return false;
    } catch (error) {
      return String(error).includes("CH_EAV");
    }
  };

  it("behavior: values, margins, positions, funding and the fund are the protocol's own, after every few blocks", async () => {
    const seen = { accounts: 0, withWeth: 0, liquidatable: 0, safe: 0 };
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      const snapshot = await readHead(reader);
      const venue = venueOf(snapshot);
      expect(snapshot.exclusions).to.deep.equal([]);
      const [capacity] = await readAll(perpetual, [[perpetual.fund, "getInsuranceFundCapacity", []]]);
      expect(venue.insuranceFundWad).to.equal((capacity as bigint) * UNIT);
      const truths = await truthOf(perpetual, EVERYBODY);
      for (const [i, truth] of truths.entries()) {
        const trader = EVERYBODY[i]!;
        const account = venue.accounts.find((candidate) => candidate.account === trader);
        if (truth === undefined) expect(account, `${trader} after step ${step}`).to.equal(undefined);
        if (truth === undefined || account === undefined) continue;
        const { hasOtherCollateral, hasOrders, ...own } = truth;
        const from = hasOrders ? { ...told(venue, account), free: own.free } : told(venue, account);
        seen.accounts += 1;
        expect({ ...from, free: own.free }, `${trader} after step ${step}`).to.deep.equal(own);
        // Other collateral is told as the difference of two rounded values.
        expect(own.free - from.free, trader).to.be.oneOf(hasOtherCollateral ? [-1n, 0n, 1n] : [0n]);
        if (hasOtherCollateral) seen.withWeth += 1;
        const base = Object.entries(own.positions).find(([, [size]]) => size !== 0n)?.[0] as Address | undefined;
        if (hasOrders || base === undefined || !TRADERS.includes(trader)) continue;
        const isLiquidatable = from.value < account.requirementWad;
        expect(await isSafe(trader, base), `${trader} after step ${step}`).to.equal(!isLiquidatable);
        seen[isLiquidatable ? "liquidatable" : "safe"] += 1;
      }
      await history.liquidate();
    }
    expect(Object.entries(seen).filter(([, times]) => times === 0)).to.deep.equal([]);
  });

  it("behavior: the history held every kind of action", () => {
    const kinds = ["arbitrage", "long", "short", "close", "deposit", "weth", "withdraw", "add", "remove", "liquidate"];
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
    const other = randomHistory(perpetual, 8);
    let block = await rpc().head();
    while (block.number <= orphan.number) {
      await other.step();
      block = await rpc().head();
    }
    expect((await rpc().block({ number: orphan.number })).hash).to.not.equal(orphan.hash);
    expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
  });

  it("default: markets are as the protocol has them", async () => {
    await history.step();
    const snapshot = await readHead(reader);
    const { markets, collateralAsset } = venueOf(snapshot);
    const { positions, config, usdc, weth } = perpetual;
    expect(collateralAsset).to.equal(usdc.address);
    expect(snapshot.assets.map(({ asset }) => asset)).to.deep.equal([usdc.address, weth.address].sort());
    expect(markets.map(({ symbol }) => symbol).sort()).to.deep.equal(["vBTC", "vETH"]);
    const own = await readAll(perpetual, [
      [config, "getImRatio", []],
      [config, "getMmRatio", []],
      [config, "getLiquidationPenaltyRatio", []],
    ]);
    const [initial, maintenance, penalty] = own.map((ratio) => (ratio as bigint) * 10n ** 12n);
    for (const { symbol, base } of perpetual.markets) {
      const market = markets.find((candidate) => candidate.market === base.address)!;
      const [mark, index] = (await readAll(perpetual, [
        [positions, "getMarkPrice", [base.address]],
        [base, "getIndexPrice", [0]],
      ])) as [bigint, bigint];
      expect(market).to.deep.include({ symbol, open: true, markPriceWad: mark, indexPriceWad: index });
      expect(market.asset).to.equal(symbol === "vETH" ? weth.address : undefined);
      expect(market.initialMarginWad).to.equal(initial);
      expect(market.maintenanceMarginWad).to.equal(maintenance);
      expect(market.liquidationPenaltyWad).to.equal(penalty);
      // Every long has its short; a swap leaves dust.
      expect(market.longWad > 10n ** 15n).to.equal(true);
      expect(Number(market.longWad - market.shortWad)).to.be.within(-1_000, 1_000);
    }
  });

  it("default: the funding rate is what the exchange charges, by its own event", async () => {
    const { exchange, clearingHouse, markets } = perpetual;
    const [{ base }] = markets as [(typeof markets)[0]];
    await chain.mine((await chain.timestamp()) + 1_000);
    // Whoever trades settles funding, at the averages of the block.
    const amount = { baseToken: base.address, isBaseToQuote: true, isExactInput: true, amount: 10n ** 15n };
    const rest = { oppositeAmountBound: 0, deadline: 2n ** 48n, sqrtPriceLimitX96: 0, referralCode: ZeroHash };
    perpetual.steward.add({
      label: "trade",
      from: KEEPER,
      to: clearingHouse.address,
      data: clearingHouse.abi.encodeFunctionData("openPosition", [{ ...amount, ...rest }]) as Hex,
      gas: 8_000_000n,
    });
    await perpetual.steward.flush();
    const block = await rpc().head();
    const topic = exchange.abi.getEvent("FundingUpdated")!.topicHash;
    const [log] = await chain.provider.getLogs({ address: exchange.address, topics: [topic], blockHash: block.hash });
    const { args } = exchange.abi.parseLog(log!)!;
    const [market, index] = [args.getValue("marketTwap") as bigint, args.getValue("indexTwap") as bigint];
    const delta = Number(market - index) / Number(index);
    const told = venueOf(await reader.read(block)).markets.find((candidate) => candidate.market === base.address)!;
    expect(Math.abs(delta)).to.be.above(0).and.below(0.1);
    expect(Number(told.fundingRateWad) / 1e18).to.be.closeTo(delta, 1e-9);
  });

  it("behavior: a market that is paused, then closed, has its last price, and its accounts the protocol's values", async () => {
    const mark = await chain.snapshot();
    await history.step();
    const [{ base }] = perpetual.markets as [PerpMarket];
    const prices: bigint[] = [];
    let compared = 0;
    for (const [method, args] of [
      ["pause", []],
      ["close(uint256)", [1_234n * 10n ** 18n]],
    ] as const) {
      perpetual.steward.call(base, method, args);
      await perpetual.steward.flush();
      await chain.mine((await chain.timestamp()) + 600);
      const venue = venueOf(await readHead(reader));
      const market = venue.markets.find((candidate) => candidate.market === base.address)!;
      expect(market).to.deep.include({ open: false, fundingRateWad: 0n });
      prices.push(market.markPriceWad);
      for (const [i, truth] of (await truthOf(perpetual, EVERYBODY)).entries()) {
        const account = venue.accounts.find((candidate) => candidate.account === EVERYBODY[i]);
        if (truth === undefined || account === undefined) continue;
        const { value, requirement, positions } = told(venue, account);
        expect({ value, requirement, positions }, `${EVERYBODY[i]} after ${method}`).to.deep.equal({
          value: truth.value,
          requirement: truth.requirement,
          positions: truth.positions,
        });
        if (base.address in positions) compared += 1;
      }
    }
    const [paused] = await readAll(perpetual, [[base, "getPausedIndexPrice", []]]);
    await chain.revert(mark);
    expect(prices).to.deep.equal([paused, 1_234n * 10n ** 18n]);
    expect(compared).to.be.above(2);
  });

  it("behavior: a price that does not answer excludes its market and who is in it, with the reason", async () => {
    const mark = await chain.snapshot();
    const [{ priceFeed, base }, other] = perpetual.markets as [PerpMarket, PerpMarket];
    const before = venueOf(await readHead(reader));
    // What answers nothing at all, in place of the price feed.
    await chain.rpc.call("hardhat_setCode", [priceFeed.address, "0x00"]);
    await chain.mine((await chain.timestamp()) + 1);
    const snapshot = await readHead(openReader());
    await chain.revert(mark);
    const venue = venueOf(snapshot);
    expect(venue.markets.map(({ market }) => market)).to.deep.equal([other.base.address]);
    const index = before.markets.findIndex(({ market }) => market === base.address);
    const inside = before.accounts.filter(({ positions }) => positions.some(([m]) => m === index));
    const excluded = snapshot.exclusions.filter(({ scope }) => scope === "account").map(({ id }) => id);
    expect(inside.length).to.be.above(0);
    expect(excluded).to.include.members(inside.map(({ account }) => `${venue.venue}/${account}`));
    expect(snapshot.exclusions.find(({ scope }) => scope === "perp-market")!.id).to.equal(
      `${venue.venue}/${base.address}`,
    );
    for (const { account } of inside) expect(venue.accounts.map((left) => left.account)).to.not.include(account);
  });

  it("behavior: an account whose logs are missing leaves its markets out of balance, which is said", async () => {
    await history.step();
    const pool = rpc();
    const whole = venueOf(await readHead(reader)).accounts;
    const { account: lost } = whole.find(({ positions }) => positions.some(([, size]) => size > 10n ** 16n))!;
    const deaf: RpcPool = {
      ...pool,
      logsBetween: async (range, filter) =>
        (await pool.logsBetween(range, filter)).filter(
          ({ topics }) => !topics.some((topic) => topic.endsWith(lost.slice(2))),
        ),
    };
    const source: PerpSource = {
      kind: "perpetual-v2",
      clearingHouse: perpetual.clearingHouse.address,
      fromBlock: 0,
      assets: [],
    };
    const outcome = await openPerps(deaf, source, { resilienceWindowSec: 1 }).at(await pool.head());
    if (outcome.kind === "unreadable") expect.fail(outcome.reason);
    const { exclusions, state } = outcome.view(new Map());
    expect(state.accounts.map(({ account }) => account)).to.not.include(lost);
    expect(exclusions.map(({ scope }) => scope)).to.include("perp-market");
    expect(exclusions[0]!.reason).to.match(/sizes of the known accounts add up to -?\d+, expected 0/);
  });

  it("behavior: a first sync that is killed goes on where it was, and gives the same bytes", async () => {
    const mark = await chain.snapshot();
    await chain.rpc.call("hardhat_mine", ["0x3d090", "0x1"]);
    const block = await rpc().head();
    let kept: string | undefined;
    const states = (): StateStore<unknown> => ({
      last: () =>
        kept === undefined
          ? undefined
          : (deserialize(Buffer.from(kept, "hex")) as ReturnType<StateStore<unknown>["last"]>),
      save: (at, state) => void (kept = serialize({ block: at, state }).toString("hex")),
    });
    const live = async (spansToLive: number): Promise<{ spans: number; text: string | undefined }> => {
      let spans = 0;
      const pool: RpcPool = {
        ...rpc(),
        logsBetween(range, filter) {
          if (spans === spansToLive) throw new Error("killed");
          spans += 1;
          return rpc().logsBetween(range, filter);
        },
      };
      try {
        return { text: canonicalJson(await openReader(pool, states).read(block)), spans };
      } catch (error) {
        expect(String(error)).to.contain("killed");
        return { text: undefined, spans };
      }
    };
    const lives = [await live(2), await live(Infinity), await live(0)];
    const scratch = canonicalJson(await openReader().read(block));
    await chain.revert(mark);
    // The second begins a fork's depth before where the first ended; the third finds the block itself.
    expect(lives.map(({ spans }) => spans)).to.deep.equal([2, 1, 0]);
    expect(lives.map(({ text }) => text)).to.deep.equal([undefined, scratch, scratch]);
  });

  it("error: a contract of another kind makes the venue unreadable, not the snapshot", async () => {
    const source: PerpSource = {
      kind: "perpetual-v2",
      clearingHouse: perpetual.usdc.address,
      fromBlock: 0,
      assets: [],
    };
    const sources = { venues: [], pools: [], feeds: [], lookThrough: [], perps: [source] };
    const snapshot = await readHead(createSnapshotReader(rpc(), sources, { resilienceWindowSec: 1 }));
    expect(snapshot.perps).to.equal(undefined);
    const [exclusion] = snapshot.exclusions;
    expect(exclusion).to.deep.include({ scope: "perp-venue", id: perpetual.usdc.address });
  });
});
