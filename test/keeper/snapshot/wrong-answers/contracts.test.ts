import { expect } from "chai";
import { buildSystem } from "../../../../keeper/src/graph/build-system.js";
import { type Sources, createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../../keeper/src/snapshot/parse.js";
import type { Snapshot } from "../../../../keeper/src/snapshot/snapshot.js";
import { type Address, type Hex, fromUnits } from "../../../../keeper/src/units.js";
import type { Growth } from "../../../../keeper/src/wrapped/growth-bound.js";
import { answeringEach, burning, codeAnswering, reverting } from "../../venues/strange-contracts.js";
import { type Scene, WINDOW, openScene } from "./scene.js";

const WAD = 10n ** 18n;
const YEAR = 31_536_000;
const RULES = { stables: new Set(["USDC"]), quotes: ["WETH"], minPoolDepthUsd: 0 };
/** 1,800.5 USD with eight decimals. */
const PRICE = 180_050_000_000n;

describe("wrong answers of contracts", function () {
  this.timeout(120_000);
  let scene: Scene;
  let now: number;
  before(async () => {
    scene = await openScene();
    now = await scene.chain.timestamp();
  });
  after(() => scene.chain.close());

  async function read(changes: Partial<Sources>): Promise<Snapshot> {
    await scene.chain.mine((await scene.chain.timestamp()) + 1);
    const pool = scene.openPool();
    const sources = { ...scene.sources, ...changes };
    const snapshot = await createSnapshotReader(pool, sources, WINDOW).read(await pool.head());
    expect(parseSnapshot(canonicalJson(snapshot))).to.deep.equal(snapshot);
    return snapshot;
  }
  const reasonOf = ({ exclusions }: Snapshot, id: string): string | undefined =>
    exclusions.find((exclusion) => exclusion.id === id)?.reason;
  const coverageOf = (snapshot: Snapshot): number => buildSystem(snapshot, RULES).state.coverageFrac;

  describe("a feed", () => {
    const feed = (answer: bigint, updatedAt: number, more: Record<string, readonly bigint[]> = {}) =>
      answeringEach(scene.chain, `feed ${answer} ${updatedAt} ${Object.keys(more).join(" ")}`, {
        "decimals()": [8n],
        "latestRoundData()": [1n, answer, BigInt(updatedAt), BigInt(updatedAt), 1n],
        ...more,
      });
    const bounds = (least: bigint, most: bigint) => ({ "minAnswer()": [least], "maxAnswer()": [most] });

    /** Reads with the venue priced by this feed: its reason, and what that does to the venue. */
    async function refused(address: Address, maxAgeSec?: number): Promise<string | undefined> {
      const [venue] = scene.sources.venues;
      const venues = [{ ...venue!, baseUsdFeed: address }] as Sources["venues"];
      const feeds = maxAgeSec === undefined ? [] : [{ feed: address, maxAgeSec }];
      const snapshot = await read({ venues, feeds });
      const reason = reasonOf(snapshot, address);
      if (reason === undefined) {
        expect(snapshot.venues[0]!.baseUsdE8).to.equal(PRICE);
        return undefined;
      }
      expect(snapshot.feeds).to.deep.equal([]);
      expect(snapshot.venues).to.deep.equal([]);
      const ofVenue = snapshot.exclusions.find(({ scope }) => scope === "venue");
      expect(ofVenue!.reason).to.equal(`the feed ${address} of its base currency is excluded`);
      expect(coverageOf(snapshot)).to.equal(0);
      return reason;
    }

    it("default: a good answer is taken", async () => {
      expect(await refused(await feed(PRICE, now))).to.equal(undefined);
    });

    it("behavior: zero and negative are refused", async () => {
      expect(await refused(await feed(0n, now))).to.equal("the answer is 0");
      expect(await refused(await feed(-PRICE, now))).to.equal(`the answer is -${PRICE}`);
    });

    it("behavior: older than its configured age is refused; that age, or no limit, is not", async () => {
      const address = await feed(PRICE, now - 1_000);
      const age = (await scene.chain.timestamp()) + 1 - (now - 1_000);
      expect(await refused(address, age)).to.equal(undefined);
      expect(await refused(address, age)).to.equal(`${age + 1} seconds old, more than ${age}`);
      expect(await refused(address)).to.equal(undefined);
    });

    it("behavior: of the future is refused", async () => {
      const updatedAt = now + YEAR;
      const reason = await refused(await feed(PRICE, updatedAt));
      expect(reason).to.match(new RegExp(`^updated at ${updatedAt}, after the block, which is of [0-9]+$`));
    });

    it("behavior: at a bound of its aggregator is refused, between them is not", async () => {
      expect(await refused(await feed(PRICE, now, bounds(PRICE, 2n * PRICE)))).to.equal(
        `the answer ${PRICE} is at its least, ${PRICE}`,
      );
      const most = await feed(PRICE + 1n, now, bounds(1n, PRICE + 1n));
      expect(await refused(most)).to.equal(`the answer ${PRICE + 1n} is at its most, ${PRICE + 1n}`);
      const aggregator = await answeringEach(scene.chain, "aggregator", bounds(1n, PRICE));
      const proxy = await feed(PRICE, now - 1, { "aggregator()": [BigInt(aggregator)] });
      expect(await refused(proxy)).to.equal(`the answer ${PRICE} is at its most, ${PRICE}`);
      const roomy = await answeringEach(scene.chain, "aggregator with room", bounds(PRICE - 1n, PRICE + 1n));
      expect(await refused(await feed(PRICE, now - 2, { "aggregator()": [BigInt(roomy)] }))).to.equal(undefined);
    });

    it("behavior: one that says that it is capped is refused", async () => {
      expect(await refused(await feed(PRICE, now, { "isCapped()": [1n] }))).to.equal(`the answer ${PRICE} is its cap`);
      expect(await refused(await feed(PRICE, now - 3, { "isCapped()": [0n] }))).to.equal(undefined);
    });
  });

  describe("a token", () => {
    const strange: readonly [title: string, code: () => Hex, reason: string][] = [
      ["0 decimals", () => codeAnswering({ "decimals()": [0n] }), "it has 0 decimals, expected 1 to 36"],
      ["77 decimals", () => codeAnswering({ "decimals()": [77n] }), "it has 77 decimals, expected 1 to 36"],
      ["decimals that revert", () => codeAnswering({ "symbol()": [32n, 0n] }), "decimals does not answer"],
      ["no code", () => "0x", "decimals does not answer"],
    ];
    for (const [title, code, reason] of strange) {
      it(`behavior: ${title}: named, without a price, its pools and the venue that lends it do not count`, async () => {
        const weth = scene.addressOf("WETH");
        const genuine = await scene.chain.rpc.call("eth_getCode", [weth, "latest"]);
        await scene.chain.rpc.call("hardhat_setCode", [weth, code()]);
        const snapshot = await read({});
        await scene.chain.rpc.call("hardhat_setCode", [weth, genuine]);
        expect(reasonOf(snapshot, weth)).to.equal(reason);
        expect(snapshot.venues[0]!.reserves.find(({ asset }) => asset === weth)!.priceBase).to.equal(0n);
        expect(snapshot.pools).to.deep.equal([]);
        expect(reasonOf(snapshot, scene.world.pools[0]!.address)).to.equal(`the decimals of ${weth} are unknown`);
        expect(coverageOf(snapshot)).to.equal(0);
        expect(coverageOf(await read({}))).to.equal(1);
      });
    }
  });

  describe("a wrapped token's rate", () => {
    /** wstETH as a claim on WETH at what a contract answers. */
    const wrappedAt = async (source: Promise<Address>, growth?: Growth) =>
      ({
        kind: "rate",
        token: scene.addressOf("wstETH"),
        of: scene.addressOf("WETH"),
        getter: "getRate()",
        rateDecimals: 18,
        source: await source,
        ...(growth === undefined ? {} : { growth }),
      }) as const;
    const rateOf = (rate: bigint) => answeringEach(scene.chain, `rate ${rate}`, { "getRate()": [rate] });
    const claims = (snapshot: Snapshot) =>
      snapshot.assets.find(({ asset }) => asset === scene.addressOf("wstETH"))!.lookThrough;
    /** Share of what is supplied that is not wstETH, by the venue's own prices. */
    function otherSupply({ venues, assets }: Snapshot): number {
      const worth = venues[0]!.reserves.map(({ asset, suppliedUnits, priceBase }) => ({
        asset,
        value: fromUnits(suppliedUnits * priceBase, assets.find((a) => a.asset === asset)!.decimals),
      }));
      const sum = (list: typeof worth): number => list.reduce((total, { value }) => total + value, 0);
      return sum(worth.filter(({ asset }) => asset !== scene.addressOf("wstETH"))) / sum(worth);
    }

    it("default: a good rate is the claim; the market's discount to it is seen", async () => {
      const snapshot = await read({ wrapped: [await wrappedAt(rateOf((115n * WAD) / 100n))] });
      expect(snapshot.exclusions).to.deep.equal([]);
      expect(claims(snapshot)).to.deep.equal([{ asset: scene.addressOf("WETH"), unitsWad: (115n * WAD) / 100n }]);
      const { state, backing } = buildSystem(snapshot, RULES);
      expect(state.coverageFrac).to.equal(1);
      const k = state.assets.findIndex(({ address }) => address === scene.addressOf("wstETH"));
      // The pool pays 1.1 WETH for what is a claim on 1.15.
      expect(state.assets[k]!.marketUsd / backing.navUsd[k]! - 1).to.be.closeTo(1.1 / 1.15 - 1, 1e-9);
      expect([...backing.shares.asset]).to.include(
        state.assets.findIndex(({ address }) => address === scene.addressOf("WETH")),
      );
    });

    const broken: readonly [title: string, source: () => Promise<Address>, reason: string][] = [
      ["that reverts", () => reverting(scene.chain, "rate that reverts"), "its rate does not answer"],
      ["that burns its gas", () => burning(scene.chain, "rate that burns"), "its rate does not answer"],
      ["of 0", () => rateOf(0n), "its rate is 0"],
    ];
    for (const [title, source, reason] of broken) {
      it(`behavior: one ${title}: no claim, named, and what is supplied of it counts as unread`, async () => {
        const snapshot = await read({ wrapped: [await wrappedAt(source())] });
        expect(claims(snapshot)).to.deep.equal([]);
        expect(reasonOf(snapshot, scene.addressOf("wstETH"))).to.equal(`what it is a claim on is unknown: ${reason}`);
        const share = otherSupply(snapshot);
        expect(share).to.be.within(0.01, 0.99);
        expect(coverageOf(snapshot)).to.be.closeTo(share, 1e-9);
      });
    }

    it("behavior: one that jumps above its growth counts as the most that this allows, and as unread", async () => {
      const growth = { anchorUnitsWad: WAD, anchorAt: now - YEAR, maxYearlyBps: 1_000 };
      const wrapped = [await wrappedAt(rateOf(5n * WAD), growth)];
      const snapshot = await read({ wrapped });
      const most = WAD + (WAD * BigInt(snapshot.block.timestamp - growth.anchorAt)) / BigInt(10 * YEAR);
      expect(claims(snapshot)).to.deep.equal([{ asset: scene.addressOf("WETH"), unitsWad: most }]);
      expect(reasonOf(snapshot, scene.addressOf("wstETH"))).to.equal(
        `its rate ${5n * WAD} is above ${most}, the most that its growth allows: counted as that`,
      );
      expect(coverageOf(snapshot)).to.be.closeTo(otherSupply(snapshot), 1e-9);
    });

    it("behavior: a reserve that answers like a vault and is not configured is named, and counts as unread", async () => {
      const [token, weth] = [scene.addressOf("wstETH"), scene.addressOf("WETH")];
      const genuine = await scene.chain.rpc.call("eth_getCode", [token, "latest"]);
      const vault = { "decimals()": [18n], "asset()": [BigInt(weth)], "convertToAssets(uint256)": [WAD] };
      await scene.chain.rpc.call("hardhat_setCode", [token, codeAnswering(vault)]);
      const snapshot = await read({});
      const named = await read({ wrapped: [{ kind: "erc4626", token }] });
      await scene.chain.rpc.call("hardhat_setCode", [token, genuine]);
      expect(reasonOf(snapshot, token)).to.contain(
        "it answers asset() and convertToAssets(); add it to sources.wrapped",
      );
      expect(coverageOf(snapshot)).to.be.closeTo(otherSupply(snapshot), 1e-9);
      expect(named.exclusions).to.deep.equal([]);
      expect(claims(named)).to.deep.equal([{ asset: weth, unitsWad: WAD }]);
      expect(coverageOf(named)).to.equal(1);
    });
  });
});
