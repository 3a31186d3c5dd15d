import { expect } from "chai";
import { type RpcPool, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { setPrices, startInterest } from "../../../keeper/src/lab/world/controls.js";
import { MAINNET_ASSETS } from "../../../keeper/src/lab/world/mainnet-spec.js";
import { derivedAddress, orderRequest } from "../../../keeper/src/lab/world/orders.js";
import { type World, assetOf, buildWorld } from "../../../keeper/src/lab/world/world.js";
import { SourceRepeated, type Sources, createSnapshotReader } from "../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import type { Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { type FaultyNode, startFaultyNode } from "../chain/faulty-node.js";

const GENESIS = 1_583_971_200;
const WINDOW = { resilienceWindowSec: 86_400 };
const ETHER = 10n ** 18n;
const BORROWERS = Array.from({ length: 5 }, (_, i) => derivedAddress(`reader test borrower ${i}`));

describe("createSnapshotReader on a world priced in ETH", () => {
  let chain: DevChain;
  let world: World;
  let node: FaultyNode;
  let sources: Sources;
  const aave = () => ({
    kind: "aave-v3" as const,
    pool: world.aave.pool.address,
    fromBlock: 0,
    baseUsdFeed: world.ethUsdFeed!.proxy.address,
  });

  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    world = await buildWorld(chain, {
      baseCurrency: "ETH",
      ethUsd: "1800.5",
      assets: [
        { ...MAINNET_ASSETS.WETH, priceBase: "1" },
        { ...MAINNET_ASSETS.wstETH, priceBase: "1.1" },
        { ...MAINNET_ASSETS.USDC, priceBase: "0.0005" },
      ],
      pools: [
        {
          base: "wstETH",
          quote: "WETH",
          fee: 3_000,
          positions: [{ range: "full", baseAmount: "100", quoteAmount: "110" }],
        },
      ],
    });
    const collateral = [{ symbol: "wstETH", units: 10n * ETHER }];
    const debt = [{ symbol: "WETH", units: 7n * ETHER }];
    await openAccounts(
      world,
      BORROWERS.map((account) => ({ account, collateral, debt })),
    );
    await startInterest(world);
    node = await startFaultyNode(chain.url);
    sources = {
      venues: [aave()],
      pools: world.pools.map(({ address }) => ({ kind: "uniswap-v3", pool: address })),
      feeds: [],
      lookThrough: [
        {
          asset: assetOf(world.assets, "wstETH").address,
          of: assetOf(world.assets, "WETH").address,
          unitsWad: 11n * 10n ** 17n,
        },
      ],
    };
  });
  after(async () => {
    await node.close();
    await chain.close();
  });
  afterEach(() => {
    node.script = {};
  });

  const openPool = (): RpcPool =>
    createRpcPool({ urls: [node.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
  const read = async (of: Sources): Promise<Snapshot> => {
    const pool = openPool();
    const snapshot = await createSnapshotReader(pool, of, WINDOW).read(await pool.head());
    expect(parseSnapshot(canonicalJson(snapshot))).to.deep.equal(snapshot);
    return snapshot;
  };
  /** One of the borrowers borrows a little more; mined in the next block. */
  const borrowMore = async (account: Address): Promise<void> => {
    const { aave, assets } = world;
    const args = [assetOf(assets, "WETH").address, ETHER / 100n, 2, 0, account];
    const data = aave.pool.abi.encodeFunctionData("borrow", args) as Hex;
    await chain.rpc.batch([orderRequest({ label: "borrow", from: account, to: aave.pool.address, data })]);
    await chain.mine((await chain.timestamp()) + 12);
  };

  it("default: venue, pool, feeds, assets and look-through of one block", async () => {
    const snapshot = await read(sources);
    const block = (await chain.provider.getBlock("latest"))!;
    expect(snapshot.block).to.deep.equal({ number: block.number, hash: block.hash, timestamp: block.timestamp });
    expect(snapshot.exclusions).to.deep.equal([]);
    const [venue] = snapshot.venues;
    expect(venue!.baseUnit).to.equal(ETHER);
    expect(venue!.baseUsdE8).to.equal(180_050_000_000n);
    expect(venue!.accounts.map(({ account }) => account)).to.include.members([...BORROWERS]);
    expect(snapshot.pools.map(({ pool }) => pool)).to.deep.equal(world.pools.map(({ address }) => address));
    expect(snapshot.feeds.map(({ description }) => description)).to.deep.equal(["ETH / USD"]);
    const symbols = snapshot.assets.map(({ asset, symbol, decimals }) => [asset, symbol, decimals]);
    expect(symbols).to.have.deep.members(
      world.assets.map(({ address, symbol, spec }) => [address, symbol, spec.decimals]),
    );
    const wrapped = snapshot.assets.find(({ symbol }) => symbol === "wstETH")!;
    expect(wrapped.lookThrough).to.deep.equal([
      { asset: assetOf(world.assets, "WETH").address, unitsWad: 11n * 10n ** 17n },
    ]);
  });

  it("behavior: once synced, a block costs at most four requests, whatever changed in it", async () => {
    const pool = openPool();
    const reader = createSnapshotReader(pool, sources, WINDOW);
    await reader.read(await pool.head());
    for (const change of [() => borrowMore(BORROWERS[0]!), () => setPrices(world, { wstETH: "1.09" })]) {
      await change();
      await chain.mine((await chain.timestamp()) + 12);
      const [requests, calls] = [node.requests(), node.calls.length];
      // The block of the change is walked back to: it was not read itself.
      await reader.read(await pool.head());
      expect(node.requests() - requests).to.be.at.most(4);
      expect(node.calls.length - calls).to.be.at.most(16);
    }
  });

  it("behavior: addresses in any letter case, repeated reads of a block: the same bytes", async () => {
    const shout = (address: Address): Address => `0x${address.slice(2).toUpperCase()}` as Address;
    const loud: Sources = {
      ...sources,
      venues: [{ ...aave(), pool: shout(aave().pool), baseUsdFeed: shout(aave().baseUsdFeed) }],
      pools: sources.pools.map((pool) => ("pool" in pool ? { ...pool, pool: shout(pool.pool) } : pool)),
    };
    expect(canonicalJson(await read(loud))).to.equal(canonicalJson(await read(sources)));
  });

  it("error: SourceRepeated for a venue or a pool that is configured twice, in whatever letters", () => {
    const [pool] = sources.pools;
    const shouted = { ...aave(), pool: `0x${aave().pool.slice(2).toUpperCase()}` as Address };
    const twice: Partial<Sources>[] = [{ venues: [aave(), shouted] }, { pools: [pool!, pool!] }];
    for (const part of twice) {
      const open = (): unknown => createSnapshotReader(openPool(), { ...sources, ...part }, WINDOW);
      expect(open).to.throw(SourceRepeated, /^saw 0x[0-9a-f]{40} twice among (venues|pools), expected each once/);
    }
  });

  it("behavior: addresses that are not what they are said to be are excluded, the rest is read", async () => {
    const [aave, pool] = [world.aave.pool.address, world.pools[0]!.address];
    const snapshot = await read({
      venues: [...sources.venues, { kind: "aave-v3", pool, fromBlock: 0 }],
      pools: [...sources.pools, { kind: "uniswap-v3", pool: aave }],
      feeds: [aave],
      lookThrough: [{ asset: BORROWERS[0]!, of: assetOf(world.assets, "WETH").address, unitsWad: ETHER }],
    });
    expect(snapshot.exclusions).to.deep.equal([
      { scope: "asset", id: BORROWERS[0], reason: "decimals does not answer" },
      { scope: "feed", id: aave, reason: "latestRoundData does not answer" },
      { scope: "pool", id: aave, reason: "a call of its contracts reverts" },
      { scope: "venue", id: pool, reason: "a call of its contracts reverts" },
    ]);
    expect(snapshot.venues).to.have.length(1);
    expect(snapshot.pools).to.have.length(1);
  });

  it("behavior: accounts older than the first block asked for show as debt that nobody is known to owe", async () => {
    const venue = aave();
    const late = { ...sources, venues: [{ ...venue, fromBlock: await chain.provider.getBlockNumber() }] };
    const { exclusions, venues } = await read(late);
    const weth = assetOf(world.assets, "WETH").address;
    expect(exclusions.map(({ scope, id }) => [scope, id])).to.deep.equal([["reserve", `${venue.pool}/${weth}`]]);
    expect(exclusions[0]!.reason).to.contain("owed by no known account");
    expect(venues[0]!.totalDebtBase).to.equal((await read(sources)).venues[0]!.totalDebtBase);
  });

  it("behavior: a node that hides a block's logs, bloom and all, is found out by the protocol's totals", async () => {
    const pool = openPool();
    const reader = createSnapshotReader(pool, sources, WINDOW);
    await reader.read(await pool.head());
    await borrowMore(BORROWERS[1]!);
    let hidden = 0;
    node.script = {
      tamper(call, result) {
        if (!call.method.startsWith("eth_getBlockBy")) return result;
        hidden += 1;
        return { ...(result as object), logsBloom: `0x${"00".repeat(256)}` };
      },
    };
    const seen = await reader.read(await pool.head());
    node.script = {};
    expect(hidden).to.be.above(0);
    expect(canonicalJson(seen)).to.equal(canonicalJson(await read(sources)));
  });

  it("behavior: a reserve whose oracle does not answer has no price, and is named", async () => {
    const mark = await chain.snapshot();
    const { aave, steward } = world;
    const usdc = assetOf(world.assets, "USDC").address;
    // A source without code: the genuine oracle reverts when asked.
    steward.call(aave.oracle, "setAssetSources", [[usdc], [derivedAddress("no source")]]);
    await steward.flush();
    const { exclusions, venues } = await read(sources);
    expect(exclusions).to.deep.equal([
      { scope: "reserve", id: `${aave.pool.address}/${usdc}`, reason: "no price: the oracle does not answer" },
    ]);
    expect(venues[0]!.reserves.find(({ asset }) => asset === usdc)!.priceBase).to.equal(0n);
    await chain.revert(mark);
  });
});
