import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { runLens } from "../../../keeper/src/chain/lens.js";
import { type BlockReader, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { setPrices } from "../../../keeper/src/lab/world/controls.js";
import { MAINNET_ASSETS } from "../../../keeper/src/lab/world/mainnet-spec.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { type World, buildWorld } from "../../../keeper/src/lab/world/world.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { readFeeds } from "../../../keeper/src/venues/chainlink-feed.js";
import { readTokens } from "../../../keeper/src/venues/erc20.js";
import { Erc20Lens__factory } from "../../../typechain-types/index.js";
import { answering, burning, reverting } from "./strange-contracts.js";

const GENESIS = 1_583_971_200;
const text = (value: string): Hex => encodeBytes32String(value) as Hex;

describe("lenses on genuine and strange contracts", () => {
  let chain: DevChain;
  let world: World;
  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    const assets = [
      { ...MAINNET_ASSETS.WETH, priceBase: "194.36" },
      { ...MAINNET_ASSETS.USDC, priceBase: "1" },
    ];
    world = await buildWorld(chain, { baseCurrency: "USD", assets, pools: [] });
    await setPrices(world, { WETH: "110.55" });
    await chain.mine(GENESIS + 3_600);
  });
  after(() => chain.close());

  const reader = async (): Promise<BlockReader> => {
    const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 5_000 });
    return pool.at(await pool.head());
  };
  const mined = async (...addresses: Promise<Address>[]): Promise<Address[]> => {
    const placed = await Promise.all(addresses);
    await chain.mine((await chain.timestamp()) + 1);
    return placed;
  };

  describe("readFeeds", () => {
    it("default: the latest round of genuine feeds, ascending, each once", async () => {
      const proxies = world.assets.map(({ feed }) => feed!.proxy.address);
      const { feeds, exclusions } = await readFeeds(await reader(), [...proxies, ...proxies]);
      expect(exclusions).to.deep.equal([]);
      expect(feeds.map(({ feed }) => feed)).to.deep.equal(proxies.toSorted());
      const weth = feeds.find(({ feed }) => feed === proxies[0])!;
      expect(weth).to.deep.include({ description: "WETH / USD", decimals: 8, answer: 11_055_000_000n });
      const block = (await chain.provider.getBlock("latest"))!;
      expect(weth.updatedAt).to.equal(block.timestamp);
    });

    it("behavior: descriptions longer than a word, and cut where they do not fit", async () => {
      const long = "Capped wstETH / stETH(ETH) / USD x";
      const bytes = Buffer.from(long.padEnd(64, "\0"));
      const words = [bytes.subarray(0, 32), bytes.subarray(32)].map((part): Hex => `0x${part.toString("hex")}`);
      // Answers every call alike: as a round, its answer is the second word, and as a text that is the length.
      const [feed] = await mined(answering(chain, "long", [32n, BigInt(long.length), ...words, 5n, 0n]));
      const { exclusions } = await readFeeds(await reader(), [feed!]);
      expect(exclusions[0]!.reason).to.contain("updated at");
      const [token] = await readTokens(await reader(), [feed!]);
      expect(token).to.deep.equal({ token: feed, symbol: long, decimals: 32 });
    });

    it("behavior: zero, negative, unanswered and broken prices are exclusions with the reason, never 0", async () => {
      const round = (answer: bigint, updatedAt: bigint): bigint[] => [8n, answer, updatedAt, updatedAt, 8n];
      const addresses = await mined(
        answering(chain, "zero", round(0n, 5n)),
        answering(chain, "negative", round(-1n, 5n)),
        answering(chain, "never updated", round(5n, 0n)),
        answering(chain, "short", [8n, 5n]),
        reverting(chain, "reverting"),
        burning(chain, "burning"),
        Promise.resolve(derivedAddress("nothing there")),
        answering(chain, "fine", round(7n, 6n)),
      );
      const { feeds, exclusions } = await readFeeds(await reader(), addresses);
      expect(feeds.map(({ answer }) => answer)).to.deep.equal([7n]);
      const reasons = new Map(exclusions.map(({ id, reason }) => [id, reason]));
      expect(addresses.slice(0, 7).map((address) => reasons.get(address))).to.deep.equal([
        "the answer is 0",
        "the answer is -1",
        "updated at 0",
        ...Array<string>(4).fill("latestRoundData does not answer"),
      ]);
    });

    it("behavior: decimals that are none: an exclusion", async () => {
      // Answers every call alike: as decimals, its answer is the first word.
      const [feed] = await mined(answering(chain, "decimals", [256n, 7n, 6n, 6n, 8n]));
      const { feeds, exclusions } = await readFeeds(await reader(), [feed!]);
      expect(feeds).to.deep.equal([]);
      expect(exclusions).to.deep.equal([{ scope: "feed", id: feed, reason: "decimals does not answer" }]);
    });

    it("behavior: without descriptions all else is the same", async () => {
      const proxies = world.assets.map(({ feed }) => feed!.proxy.address);
      const described = (await readFeeds(await reader(), proxies)).feeds;
      const { feeds, exclusions } = await readFeeds(await reader(), proxies, { descriptions: false });
      expect(exclusions).to.deep.equal([]);
      expect(feeds).to.deep.equal(described.map((feed) => ({ ...feed, description: "" })));
      expect(described.map(({ description }) => description).toSorted()).to.deep.equal(["USDC / USD", "WETH / USD"]);
    });

    it("behavior: no feed, no call", async () => {
      expect(await readFeeds(await reader(), [])).to.deep.equal({ feeds: [], exclusions: [] });
    });
  });

  describe("readTokens", () => {
    it("default: symbols and decimals of genuine tokens, in the order given", async () => {
      const tokens = world.assets.map(({ address }) => address);
      expect(await readTokens(await reader(), tokens)).to.deep.equal([
        { token: tokens[0], symbol: "WETH", decimals: 18 },
        { token: tokens[1], symbol: "USDC", decimals: 6 },
      ]);
    });

    it("behavior: old tokens with a bytes32 symbol are read; impossible decimals are none", async () => {
      const [old, empty, silent, absent] = await mined(
        answering(chain, "old", [text("MKR")]),
        answering(chain, "empty", [78n]),
        reverting(chain, "silent"),
        Promise.resolve(derivedAddress("no token")),
      );
      const tokens = await readTokens(await reader(), [old!, empty!, silent!, absent!]);
      expect(tokens.map(({ symbol }) => symbol)).to.deep.equal(["MKR", "", "", ""]);
      expect(tokens.map(({ decimals }) => decimals)).to.deep.equal(Array(4).fill(undefined));
    });

    it("behavior: a text that claims to be longer than it is, or is not UTF-8, is no symbol", async () => {
      const [lying, binary] = await mined(
        answering(chain, "lying", [32n, 1_000n, text("x")]),
        answering(chain, "binary", [32n, 2n, `0xffff${"00".repeat(30)}`]),
      );
      const tokens = await readTokens(await reader(), [lying!, binary!]);
      expect(tokens.map(({ symbol, decimals }) => [symbol, decimals])).to.deep.equal([
        ["", 32],
        ["", 32],
      ]);
    });

    it("behavior: a bytes32 symbol without a zero is 32 bytes long, and a text is cut after 64", async () => {
      const long = "0123456789abcdef".repeat(5);
      const part = (from: number): Hex =>
        `0x${Buffer.from(long.slice(from, from + 32).padEnd(32, "\0")).toString("hex")}`;
      const [full, endless] = await mined(
        answering(chain, "full", [part(0)]),
        answering(chain, "endless", [32n, 80n, part(0), part(32), part(64)]),
      );
      const tokens = await readTokens(await reader(), [full!, endless!]);
      expect(tokens.map(({ symbol }) => symbol)).to.deep.equal([long.slice(0, 32), long.slice(0, 64)]);
    });

    it("behavior: one answer holds 255 tokens, in 24 576 bytes", async () => {
      const words = await runLens(await reader(), Erc20Lens__factory, [
        Array<Address>(300).fill(world.assets[0]!.address),
      ]);
      // A word for the count and three for each token, of at most 768.
      expect([Number.parseInt(words.at(0), 16), words.length]).to.deep.equal([255, 766]);
    });

    it("behavior: more tokens than one answer holds", async () => {
      const weth = world.assets[0]!.address;
      const tokens = await readTokens(await reader(), Array<Address>(330).fill(weth));
      expect(tokens.length).to.equal(330);
      expect(tokens.every(({ symbol }) => symbol === "WETH")).to.equal(true);
    });
  });
});
