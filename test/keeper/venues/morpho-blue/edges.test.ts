import { expect } from "chai";
import { parseUnits } from "ethers";
import { createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { pushPrice } from "../../../../keeper/src/lab/world/chainlink.js";
import { type Order, derivedAddress } from "../../../../keeper/src/lab/world/orders.js";
import { createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import type { FeedState, ReserveState, Snapshot } from "../../../../keeper/src/snapshot/snapshot.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { morphoBlue } from "../../../../keeper/src/venues/morpho-blue.js";
import { reservesOf } from "../../../../keeper/src/venues/morpho-reserves.js";
import { startFaultyNode } from "../../chain/faulty-node.js";
import { answering, burning, reverting } from "../strange-contracts.js";
import { mineAll } from "./history.js";
import { LIQUIDATOR, type Market, type Stage, USERS, buildStage, makeMarket, makeMarketOn } from "./stage.js";
import { isLiquidatable } from "./truth.js";

const GENESIS = 1_583_971_200;
const [ALICE, BOB] = USERS as [Address, Address];
const ETHER = 10n ** 18n;
const USD = 10n ** 6n;
const DEBT = 1_500n * USD;

describe("Morpho Blue venue at its edges", () => {
  let chain: DevChain;
  let stage: Stage;
  let market: Market;
  let other: Market;
  let mark: string;

  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    stage = await buildStage(chain);
    market = makeMarket(stage, { loan: "USDC", collateral: "WETH", lltv: "0.86", irm: "none" });
    other = makeMarket(stage, { loan: "USDC", collateral: "WETH", lltv: "0.77", irm: "none" });
    await stage.steward.flush();
    for (const each of [market, other]) await open(each);
    mark = await chain.snapshot();
  });
  afterEach(async () => {
    await chain.revert(mark);
    mark = await chain.snapshot();
  });
  after(() => chain.close());

  const order = (from: Address, method: string, args: readonly unknown[]): Order => {
    const data = stage.morpho.abi.encodeFunctionData(method, args) as Hex;
    return { label: method, from, to: stage.morpho.address, data, gas: 1_000_000n };
  };
  const mined = async (...orders: Order[]): Promise<boolean[]> =>
    mineAll(stage, orders, (await chain.timestamp()) + 10);

  /** Bob lends, Alice borrows 1,500 dollars against an ether at 2,000. */
  async function open({ params }: Market): Promise<void> {
    const passed = await mined(
      order(BOB, "supply", [params, 100_000n * USD, 0, BOB, "0x"]),
      order(ALICE, "supplyCollateral", [params, ETHER, ALICE, "0x"]),
      order(ALICE, "borrow", [params, DEBT, 0, ALICE, ALICE]),
    );
    expect(passed).to.deep.equal([true, true, true]);
  }

  async function read(
    loans: readonly ("USDC" | "DAI" | "WETH")[] = ["USDC"],
    fromBlock = 0,
    markets?: readonly Hex[],
  ): Promise<Snapshot> {
    const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 5_000 });
    const loanFeeds = loans.map((loan) => ({
      asset: stage.tokens[loan].address,
      feed: stage.feeds[loan].proxy.address,
    }));
    const only = markets === undefined ? {} : { markets: [...markets] };
    const venues = [{ kind: "morpho-blue" as const, morpho: stage.morpho.address, fromBlock, loanFeeds, ...only }];
    const sources = { venues, pools: [], feeds: [], lookThrough: [] };
    return createSnapshotReader(pool, sources, { resilienceWindowSec: 86_400 }).read(await pool.head());
  }

  const idOf = ({ id }: Market): string => `${stage.morpho.address}/${id}`;
  /** 1,500 dollars at 1.0003, the price of the feed. */
  const debtBase = (DEBT * 10_003n * 10n ** 32n) / USD;

  /** Puts a strange contract where the market's oracle, or whatever else, was. */
  async function replace(at: Address, strange: Promise<Address>): Promise<void> {
    const code = await chain.rpc.call("eth_getCode", [await strange, "latest"]);
    await chain.rpc.call("hardhat_setCode", [at, code]);
    await mined();
  }

  it("behavior: at the very limit an account is healthy, to the unit of debt and of price", async () => {
    const setPrice = (price: bigint): Order => {
      const data = market.oracle.abi.encodeFunctionData("setPrice", [price]) as Hex;
      return { label: "price", from: BOB, to: market.oracle.address, data };
    };
    const verdict = async (): Promise<boolean> => {
      const { venues } = await read();
      const row = venues[0]!.accounts.find((a) => a.market === market.id)!;
      const isMine = isLiquidatable(venues[0]!, row, market);
      const undo = await chain.snapshot();
      const [isMorphos] = await mined(order(LIQUIDATOR, "liquidate", [market.params, ALICE, 0, 1, "0x"]));
      await chain.revert(undo);
      expect(isMine, "as Morpho has it").to.equal(isMorphos);
      return isMine;
    };
    // 1,500 / 0.86 dollars for an ether, rounded up to a unit: the least at which 1,500 may be owed.
    const least = (DEBT * 100n + 85n) / 86n;
    const price = (least * 10n ** 36n) / ETHER;
    await mined(setPrice(price));
    expect(await verdict(), "at the limit").to.equal(false);
    await mined(setPrice(price - 1n));
    expect(await verdict(), "a step of the price below it").to.equal(true);
    await mined(setPrice(price), order(BOB, "supplyCollateral", [market.params, 1, ALICE, "0x"]));
    expect(await verdict(), "with a wei more").to.equal(false);
  });

  const STRANGE: Record<string, readonly [() => Promise<Address>, string]> = {
    reverts: [() => reverting(chain, "mute"), "no price: its oracle does not answer"],
    "burns all its gas": [() => burning(chain, "burning"), "no price: its oracle does not answer"],
    "answers nothing": [() => answering(chain, "empty", []), "no price: its oracle does not answer"],
    // 1e18 wei at this price are more than 256 bits hold.
    "answers too much": [
      () => answering(chain, "much", [2n ** 255n]),
      `its oracle answers ${2n ** 255n}, with which Morpho overflows`,
    ],
    "answers 0": [() => answering(chain, "zero", [0n]), "no price: its oracle answers 0"],
  };
  for (const [what, [strange, reason]] of Object.entries(STRANGE)) {
    it(`behavior: a market whose oracle ${what} is excluded; what is owed there counts against coverage`, async () => {
      await replace(market.oracle.address, strange());
      const { venues, exclusions } = await read();
      expect(exclusions).to.deep.equal([{ scope: "reserve", id: idOf(market), reason }]);
      const [venue] = venues;
      expect(venue!.accounts.map((a) => a.market)).to.deep.equal([other.id]);
      expect([...new Set(venue!.reserves.map((r) => r.market))]).to.deep.equal([other.id]);
      expect(venue!.totalDebtBase).to.equal(2n * debtBase);
    });
  }

  it("behavior: a market whose loan token has no feed is excluded, and says how much is in no total", async () => {
    const { venues, exclusions } = await read(["DAI"]);
    const reason = `no feed in USD of its loan token ${stage.tokens.USDC.address} is configured; ${DEBT} raw units owed are in no total`;
    const ids = [idOf(market), idOf(other)].toSorted();
    expect(exclusions).to.deep.equal(ids.map((id) => ({ scope: "reserve", id, reason })));
    expect(venues[0]).to.deep.include({ totalDebtBase: 0n, reserves: [], accounts: [] });
  });

  it("behavior: a market whose loan token's feed is excluded is, too", async () => {
    await replace(stage.feeds.USDC.proxy.address, reverting(chain, "dead feed"));
    const { venues, exclusions } = await read();
    const reasons = exclusions.filter(({ scope }) => scope === "reserve").map(({ reason }) => reason);
    expect(reasons.length).to.equal(2);
    for (const reason of reasons) {
      expect(reason).to.contain(`the feed ${stage.feeds.USDC.proxy.address} of its loan token is excluded`);
    }
    expect(venues[0]!.totalDebtBase).to.equal(0n);
  });

  it("behavior: collateral without decimals, or with none that an asset can have, excludes its markets", async () => {
    for (const [strange, reason] of [
      [answering(chain, "78 decimals", [78n]), "its collateral: it has 78 decimals, expected 1 to 36"],
      [reverting(chain, "no decimals"), "its collateral: decimals does not answer"],
    ] as const) {
      await replace(stage.tokens.WETH.address, strange);
      const { venues, exclusions } = await read();
      const reasons = exclusions.filter(({ scope }) => scope === "reserve").map((exclusion) => exclusion.reason);
      expect(reasons).to.deep.equal([reason, reason]);
      expect(venues[0]!.totalDebtBase).to.equal(2n * debtBase);
    }
  });

  it("behavior: only the markets that the configuration names are shown, if it names any; the others' debt counts", async () => {
    const { venues, exclusions } = await read(["USDC"], 0, [other.id]);
    expect(exclusions).to.deep.equal([
      { scope: "reserve", id: idOf(market), reason: "it is none of the configured markets" },
    ]);
    expect(venues[0]!.accounts.map((a) => a.market)).to.deep.equal([other.id]);
    expect(venues[0]!.totalDebtBase).to.equal(2n * debtBase);
  });

  it("behavior: a token lent against itself is no pair of reserves, and is excluded", async () => {
    const fresh = { ...stage, steward: stage.steward, markets: [...stage.markets] };
    const self = makeMarketOn(fresh, { loan: "USDC", collateral: "USDC", lltv: "0.86", irm: "none" }, market.oracle);
    await stage.steward.flush();
    // The oracle's price, 2e27, makes a unit of collateral worth 2e-9 units: a loan of 1 needs 1e9.
    const passed = await mined(
      order(BOB, "supply", [self.params, USD, 0, BOB, "0x"]),
      order(ALICE, "supplyCollateral", [self.params, 10_000n * USD, ALICE, "0x"]),
      order(ALICE, "borrow", [self.params, 10, 0, ALICE, ALICE]),
    );
    expect(passed).to.deep.equal([true, true, true]);
    const { exclusions } = await read();
    expect(exclusions).to.deep.equal([
      { scope: "reserve", id: idOf(self), reason: "its loan token is its collateral" },
    ]);
  });

  it("behavior: a market in which nobody owes anything is not shown, and is no exclusion", async () => {
    const [, shares] = await positionOf(other);
    const [repaid] = await mined(order(ALICE, "repay", [other.params, 0, shares, ALICE, "0x"]));
    expect(repaid).to.equal(true);
    const { venues, exclusions } = await read();
    expect(exclusions).to.deep.equal([]);
    expect(venues[0]!.accounts.map((a) => [a.market, a.account])).to.deep.equal([[market.id, ALICE]]);
  });

  async function positionOf({ id }: Market): Promise<readonly bigint[]> {
    const data = stage.morpho.abi.encodeFunctionData("position", [id, ALICE]);
    const answer = await chain.provider.call({ to: stage.morpho.address, data });
    return stage.morpho.abi.decodeFunctionResult("position", answer).toArray() as bigint[];
  }

  it("behavior: accounts older than the first block asked for show as shares that nobody is known to owe", async () => {
    const late = await chain.provider.getBlockNumber();
    await mined(order(BOB, "supplyCollateral", [market.params, ETHER, BOB, "0x"]));
    const { venues, exclusions } = await read(["USDC"], late + 1);
    const [, shares] = await positionOf(market);
    const reason = `of ${shares} borrowed shares, ${shares} are owed by no known account`;
    expect(exclusions).to.deep.equal([{ scope: "reserve", id: idOf(market), reason }]);
    expect(venues[0]!.totalDebtBase).to.equal(debtBase);
  });

  it("behavior: a liquidation in such a market still says what was sold", async () => {
    await pushPrice(chain, stage.feeds.USDC, parseUnits("1.01", 8));
    const late = await chain.provider.getBlockNumber();
    const data = market.oracle.abi.encodeFunctionData("setPrice", [10n ** 27n]) as Hex;
    const price = { label: "price", from: BOB, to: market.oracle.address, data };
    const liquidate = order(LIQUIDATOR, "liquidate", [market.params, ALICE, ETHER / 4n, 0, "0x"]);
    expect(await mined(price, liquidate)).to.deep.equal([true, true]);
    const expected = { account: ALICE, collateralAsset: stage.tokens.WETH.address, collateralUnits: ETHER / 4n };
    const { forcedSales } = await read();
    expect(forcedSales.length).to.equal(1);
    // A quarter of an ether at 1,000 dollars, less the incentive of 1 / (1 - 0.3 * 0.14), which Morpho rounds down, and
    // what is repaid up.
    const repaid = 239_500_001n;
    expect(forcedSales[0]).to.deep.include({ ...expected, debtAsset: stage.tokens.USDC.address, debtUnits: repaid });
    // Where the creation of the market is not among the logs, Morpho itself says what was sold, to who followed and who did not.
    const without = await read(["USDC"], late + 1);
    expect(without.forcedSales).to.deep.equal(forcedSales);
    expect(without.venues[0]!.accounts.map(({ account }) => account)).to.deep.equal([ALICE]);
  });

  it("behavior: once synced, a block costs at most four requests, whoever came in it", async () => {
    const node = await startFaultyNode(chain.url);
    const pool = createRpcPool({ urls: [node.url], chainId: chain.chainId, quorum: 1, timeoutMs: 5_000 });
    const loanFeeds = [{ asset: stage.tokens.USDC.address, feed: stage.feeds.USDC.proxy.address }];
    const source = { kind: "morpho-blue", morpho: stage.morpho.address, fromBlock: 0, loanFeeds };
    const venue = morphoBlue.open(pool, source, { resilienceWindowSec: 86_400 });
    await venue.at(await pool.head());
    for (const user of USERS.slice(2)) {
      expect(await mined(order(user, "supplyCollateral", [market.params, ETHER, user, "0x"]))).to.deep.equal([true]);
      const head = await pool.head();
      const before = node.requests();
      const outcome = await venue.at(head);
      if (outcome.kind === "unreadable") throw new Error(outcome.reason);
      const feed: FeedState = {
        feed: loanFeeds[0]!.feed,
        description: "",
        decimals: 8,
        answer: 10n ** 8n,
        updatedAt: 1,
      };
      const { accounts } = outcome.view(new Map([[feed.feed, feed]])).state;
      expect(node.requests() - before).to.be.within(1, 4);
      expect(accounts.map(({ account }) => account)).to.include(user);
    }
    await node.close();
  });

  it("behavior: an address that is no Morpho is unreadable, not a Morpho without markets", async () => {
    const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 5_000 });
    const loanFeeds = [{ asset: stage.tokens.USDC.address, feed: stage.feeds.USDC.proxy.address }];
    for (const morpho of [derivedAddress("nobody"), stage.tokens.USDC.address]) {
      const source = { kind: "morpho-blue", morpho, fromBlock: 0, loanFeeds };
      const outcome = await morphoBlue.open(pool, source, { resilienceWindowSec: 1 }).at(await pool.head());
      expect(outcome, morpho).to.deep.equal({ kind: "unreadable", reason: "a call of its contracts reverts" });
    }
  });

  it("behavior: a price that is nothing in USD, with as many decimals as the snapshot has, is none", () => {
    const [loanToken, collateralToken] = [stage.tokens.DAI.address, stage.tokens.WBTC.address];
    const totals = { borrowedAssets: 1n, suppliedAssets: 1n };
    const flags = { hasLoanDecimals: true, hasCollateralDecimals: true, hasRate: true, hasPrice: true };
    const amounts = { ...totals, borrowedShares: 1n, lastUpdate: 0n, rateWad: 0n, lltvWad: 86n * 10n ** 16n };
    const decimals = { loanDecimals: 18, collateralDecimals: 8 };
    const of = (price: bigint) => ({ ...flags, ...amounts, ...decimals, loanToken, collateralToken, price });
    const terms = { feedOf: new Map<Address, Address>(), feeds: new Map<Address, FeedState>(), markets: undefined };
    const shown = (price: bigint) =>
      reservesOf({ id: market.id, raw: of(price), totals, collateral: 1n }, 10n ** 36n, terms);
    // A whole collateral is 1e8 units, a whole loan token, a dollar, 1e18: at 1e10 they are worth 1e-36 dollars.
    expect(shown(10n ** 10n - 1n)).to.equal("no price: its oracle answers 9999999999, less than 1e-36 USD");
    expect((shown(10n ** 10n) as readonly ReserveState[])[1]!.priceBase).to.equal(1n);
  });

  it("behavior: two feeds for one loan token are refused", () => {
    const feed = { asset: stage.tokens.USDC.address, feed: stage.feeds.USDC.proxy.address };
    const source = { kind: "morpho-blue", morpho: stage.morpho.address, fromBlock: 0, loanFeeds: [feed, feed] };
    const parsed = morphoBlue.schema.safeParse(source);
    expect(parsed.success).to.equal(false);
    expect(parsed.error?.issues[0]?.message).to.equal("expected one feed for each asset");
  });
});
