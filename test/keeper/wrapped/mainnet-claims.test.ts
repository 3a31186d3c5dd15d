import { expect } from "chai";
import { concat, id, toBeHex } from "ethers";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Archive } from "../../../keeper/src/chain/archive/archive.js";
import { type CodeShelf, loadArchive } from "../../../keeper/src/chain/archive/load.js";
import { type RecordedFork, openFork } from "../../../keeper/src/chain/archive/reexecute.js";
import { type BlockReader, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type Address, type Hex, fromUnits } from "../../../keeper/src/units.js";
import { readClaims } from "../../../keeper/src/wrapped/read-wrapped.js";
import { type Link, readWrapped } from "../../../keeper/src/wrapped/wrapped-assets.js";
import { askOf, wrappedSourceSchema } from "../../../keeper/src/wrapped/wrapped-kinds.js";
import { startEdr } from "../../fork/edr-node.js";
import { requireShared } from "../../shared-data.js";
import {
  PAIR,
  SETH_POOL,
  SUSD_POOL,
  THREE_POOL,
  TOKENS,
  TRICRYPTO,
  withCbethRate,
  withConstants,
} from "./recorded-tokens.js";

const BLOCKS = "data/evm-pevm-blocks";
const PRICES = "data/prices-comet-oracle-1h-2022-24";
const WAD = 10n ** 18n;
const YEAR = 31_536_000;
const shelf: CodeShelf = new Map();

/** A recorded block's state, read at an empty block on top of it under rules that know the lens' instructions. */
async function readRecorded<T>(
  context: Mocha.Context,
  block: number,
  read: (reader: BlockReader) => Promise<T>,
  change = (archive: Archive): Archive => archive,
): Promise<T> {
  const recorded = await loadArchive(requireShared(context, `${BLOCKS}/${block}`), shelf);
  const archive = change(withConstants(recorded));
  const fork: RecordedFork = await openFork(archive, (options) => startEdr({ ...options, hardfork: "cancun" }));
  try {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "evm_mine", params: [] });
    await fetch(fork.url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const pool = createRpcPool({ urls: [fork.url], chainId: 1, quorum: 1, timeoutMs: 60_000 });
    const result = await read(pool.at(await pool.head()));
    expect([...fork.misses], "state that was read and is not recorded").to.deep.equal([]);
    return result;
  } finally {
    await fork.close();
  }
}

async function claimsOf(reader: BlockReader, source: object): Promise<readonly Link[]> {
  const { lookThrough, exclusions } = await readWrapped(reader, [wrappedSourceSchema.parse(source)], []);
  expect(exclusions).to.deep.equal([]);
  return lookThrough;
}

/** The first word that a function of the protocol's own answers; its arguments are numbers. */
async function ask(reader: BlockReader, to: Address, signature: string, ...args: readonly bigint[]): Promise<bigint> {
  const data = concat([id(signature).slice(0, 10), ...args.map((arg) => toBeHex(arg, 32))]) as Hex;
  return BigInt((await reader.call({ to, data })).slice(0, 66));
}

/** The first price that Compound's feeds had for a symbol from a time on, of hourly looks, and when that was. */
function publishedPrice(folder: string, symbol: string, from: number): { readonly at: number; readonly price: number } {
  const rows = gunzipSync(readFileSync(`${folder}/${symbol}_usd.csv.gz`))
    .toString()
    .trim()
    .split(/\s+/)
    .slice(1);
  const prices = rows.map((row) => ({ at: Number(row.split(",")[1]), price: Number(row.split(",")[2]) }));
  return prices.find(({ at, price }) => at >= from && price > 0)!;
}

describe("readWrapped on recorded mainnet state", function () {
  this.timeout(240_000);

  const staked = [
    ["wsteth", TOKENS.wstETH, TOKENS.stETH, "stEthPerToken()", 18_085_863],
    ["wsteth", TOKENS.wstETH, TOKENS.stETH, "stEthPerToken()", 19_716_145],
    ["weeth", TOKENS.weETH, TOKENS.eETH, "getRate()", 19_932_703],
  ] as const;
  for (const [kind, token, of, getter, block] of staked) {
    it(`default: ${kind} at ${block}: what ${getter} answers, and what its market pays later`, async function () {
      const folder = requireShared(this, PRICES);
      const { links, rate, now } = await readRecorded(this, block, async (reader) => ({
        links: await claimsOf(reader, { kind, token }),
        rate: await ask(reader, token, getter),
        now: reader.block.timestamp,
      }));
      expect(links).to.deep.equal([{ asset: token, of, unitsWad: rate }]);
      // The feeds begin in June 2024: wstETH in USD, weETH in ether. Until then ether that is staked earned 0 to 6 % a year.
      const { at, price } = publishedPrice(folder, kind === "weeth" ? "weETH" : "wstETH", now);
      const inEther = kind === "weeth" ? price : price / publishedPrice(folder, "WETH", at).price;
      expect(inEther / fromUnits(rate, 18)).to.be.within(0.999, 1 + (0.06 * (at - now)) / YEAR);
    });
  }

  it("behavior: between two recorded blocks wstETH grew by 3.6 % a year: within 4 %, above 3 %", async function () {
    const anchor = await readRecorded(this, 18_085_863, async (reader) => ({
      rate: await ask(reader, TOKENS.wstETH, "stEthPerToken()"),
      at: reader.block.timestamp,
    }));
    const [within, above] = await readRecorded(this, 19_716_145, (reader) =>
      Promise.all(
        [400, 300].map((maxYearlyBps) => {
          const growth = { anchorUnitsWad: String(anchor.rate), anchorAt: anchor.at, maxYearlyBps };
          const source = wrappedSourceSchema.parse({ kind: "wsteth", token: TOKENS.wstETH, growth });
          return readWrapped(reader, [source], []);
        }),
      ),
    );
    expect(within!.exclusions).to.deep.equal([]);
    expect(above!.exclusions.map(({ reason }) => reason.includes("the most that its growth allows"))).to.deep.equal([
      true,
    ]);
    expect(above!.lookThrough[0]!.unitsWad < within!.lookThrough[0]!.unitsWad).to.equal(true);
  });

  const proposals = [
    [TOKENS.wstETH, 19_716_145, "stEthPerToken(); add it to sources.wrapped as wsteth"],
    [TOKENS.swETH, 18_085_863, "getRate(); add it to sources.wrapped as weeth or rate"],
    [TOKENS.sUSDe, 19_934_116, "asset() and convertToAssets(); add it to sources.wrapped as erc4626"],
    [TOKENS.cETH, 12_243_999, "exchangeRateStored(); add it to sources.wrapped as compound-v2"],
  ] as const;
  for (const [token, block, says] of proposals) {
    it(`behavior: ${token} at ${block}, named by nobody, is found`, async function () {
      const { lookThrough, exclusions } = await readRecorded(this, block, (reader) => readWrapped(reader, [], [token]));
      expect(lookThrough).to.deep.equal([]);
      const reason = `what it is a claim on is unknown: it answers ${says}`;
      expect(exclusions).to.deep.equal([{ scope: "asset", id: token, reason }]);
    });
  }

  for (const block of [18_085_863, 19_932_810]) {
    it(`default: swETH at ${block}, by its getter's name alone`, async function () {
      const source = { kind: "rate", token: TOKENS.swETH, of: TOKENS.WETH, getter: "getRate()" };
      const { links, rate } = await readRecorded(this, block, async (reader) => ({
        links: await claimsOf(reader, source),
        rate: await ask(reader, TOKENS.swETH, "swETHToETHRate()"),
      }));
      expect(links).to.deep.equal([{ asset: TOKENS.swETH, of: TOKENS.WETH, unitsWad: rate }]);
      expect(fromUnits(rate, 18)).to.be.within(1.03, 1.07);
    });
  }

  it("default: cbETH's own code with a rate of our choice", async function () {
    const rate = 1_042_123_456_789_012_345n;
    const source = { kind: "cbeth", token: TOKENS.cbETH, of: TOKENS.WETH };
    const links = await readRecorded(
      this,
      17_666_333,
      (reader) => claimsOf(reader, source),
      (archive) => withCbethRate(archive, rate),
    );
    expect(links).to.deep.equal([{ asset: TOKENS.cbETH, of: TOKENS.WETH, unitsWad: rate }]);
  });

  for (const block of [19_498_855, 19_934_116]) {
    it(`default: sUSDe at ${block}: convertToAssets of a whole share`, async function () {
      const { links, assets } = await readRecorded(this, block, async (reader) => ({
        links: await claimsOf(reader, { kind: "erc4626", token: TOKENS.sUSDe }),
        assets: await ask(reader, TOKENS.sUSDe, "convertToAssets(uint256)", WAD),
      }));
      expect(links).to.deep.equal([{ asset: TOKENS.sUSDe, of: TOKENS.USDe, unitsWad: assets }]);
      expect(fromUnits(assets, 18)).to.be.within(1.02, 1.1);
    });
  }

  const markets = [
    ["cUSDC", { token: TOKENS.cUSDC }, TOKENS.USDC, 6n, 11_114_732],
    ["cUSDC", { token: TOKENS.cUSDC }, TOKENS.USDC, 6n, 12_964_999],
    ["cETH", { token: TOKENS.cETH, of: TOKENS.WETH }, TOKENS.WETH, 18n, 12_243_999],
  ] as const;
  for (const [symbol, source, of, decimals, block] of markets) {
    it(`default: ${symbol} at ${block}: cash, borrows and reserves over the supply`, async function () {
      const { links, parts } = await readRecorded(this, block, async (reader) => ({
        links: await claimsOf(reader, { kind: "compound-v2", ...source }),
        parts: await Promise.all(
          ["getCash()", "totalBorrows()", "totalReserves()", "totalSupply()"].map((getter) =>
            ask(reader, source.token, getter),
          ),
        ),
      }));
      const [cash, borrows, reserves, supply] = parts as [bigint, bigint, bigint, bigint];
      // Whole units of the underlying behind 1e8 raw units of the cToken; the contract rounds its rate down at 1e-18 raw units.
      const exact = ((cash + borrows - reserves) * 10n ** 8n * WAD) / (supply * 10n ** decimals);
      expect(links.map((link) => link.of)).to.deep.equal([of]);
      expect(exact - links[0]!.unitsWad >= 0n && exact - links[0]!.unitsWad <= 100n).to.equal(true);
    });
  }

  it("default: aUSDC of Aave v2 at 12520364: one to one with six decimals", async function () {
    const links = await readRecorded(this, 12_520_364, (reader) =>
      claimsOf(reader, { kind: "aave-atoken", token: TOKENS.aUSDC }),
    );
    expect(links).to.deep.equal([{ asset: TOKENS.aUSDC, of: TOKENS.USDC, unitsWad: WAD }]);
  });

  for (const block of [14_383_540, 19_807_137]) {
    it(`default: 3Crv at ${block}: what the 3pool holds, worth its virtual price at par`, async function () {
      const { links, held, supply, virtual } = await readRecorded(this, block, async (reader) => ({
        links: await claimsOf(reader, { kind: "curve-lp", token: TOKENS["3Crv"], pool: THREE_POOL }),
        held: await Promise.all([0n, 1n, 2n].map((i) => ask(reader, THREE_POOL, "balances(uint256)", i))),
        supply: await ask(reader, TOKENS["3Crv"], "totalSupply()"),
        virtual: await ask(reader, THREE_POOL, "get_virtual_price()"),
      }));
      const [dai, usdc, usdt] = held as [bigint, bigint, bigint];
      const expected = [
        [TOKENS.DAI, (dai * WAD) / supply],
        [TOKENS.USDC, (usdc * 10n ** 30n) / supply],
        [TOKENS.USDT, (usdt * 10n ** 30n) / supply],
      ];
      expect(links.map(({ of, unitsWad }) => [of, unitsWad])).to.deep.equal(expected);
      const par = fromUnits(
        links.reduce((sum, { unitsWad }) => sum + unitsWad, 0n),
        18,
      );
      // The invariant is the sum where the pool is balanced, and below it elsewhere.
      expect(par / fromUnits(virtual, 18)).to.be.within(1, 1.01);
    });
  }

  it("default: crv3crypto at 13217637: what tricrypto2 holds, a third of it in each", async function () {
    const { links, held, supply, prices } = await readRecorded(this, 13_217_637, async (reader) => ({
      links: await claimsOf(reader, { kind: "curve-lp", token: TOKENS.crv3crypto, pool: TRICRYPTO }),
      held: await Promise.all([0n, 1n, 2n].map((i) => ask(reader, TRICRYPTO, "balances(uint256)", i))),
      supply: await ask(reader, TOKENS.crv3crypto, "totalSupply()"),
      prices: await Promise.all([0n, 1n].map((i) => ask(reader, TRICRYPTO, "price_oracle(uint256)", i))),
    }));
    const [usdt, wbtc, weth] = held as [bigint, bigint, bigint];
    expect(links.map(({ of, unitsWad }) => [of, unitsWad])).to.deep.equal([
      [TOKENS.USDT, (usdt * 10n ** 30n) / supply],
      [TOKENS.WBTC, (wbtc * 10n ** 28n) / supply],
      [TOKENS.WETH, (weth * WAD) / supply],
    ]);
    const [inUsdt, inWbtc, inWeth] = links.map(({ unitsWad }) => fromUnits(unitsWad, 18)) as [number, number, number];
    expect((inWbtc * fromUnits(prices[0]!, 18)) / inUsdt).to.be.within(0.97, 1.03);
    expect((inWeth * fromUnits(prices[1]!, 18)) / inUsdt).to.be.within(0.97, 1.03);
  });

  // Nobody in these blocks reads the pools' own shares: wrapped ether stands in for them.
  const old = [
    ["signed indices", 10_760_440, SUSD_POOL, "balances(int128)", [TOKENS.DAI, TOKENS.USDC, TOKENS.USDT, TOKENS.sUSD]],
    ["ether of its own", 12_300_570, SETH_POOL, "balances(uint256)", [TOKENS.DAI, TOKENS.sETH]],
  ] as const;
  for (const [title, block, pool, getter, coins] of old) {
    it(`default: a Curve pool with ${title} at ${block}: its coins, and what it holds of each`, async function () {
      const wanted = askOf({ kind: "curve-lp", token: TOKENS.WETH, pool, ether: TOKENS.DAI });
      const { claims, held, supply } = await readRecorded(this, block, async (reader) => ({
        claims: await readClaims(reader, [wanted]),
        held: await Promise.all(coins.map((_, i) => ask(reader, pool, getter, BigInt(i)))),
        supply: await ask(reader, TOKENS.WETH, "totalSupply()"),
      }));
      const [claim] = claims;
      if (claim?.kind !== "read") throw new Error(`expected a claim, saw ${JSON.stringify(claim)}`);
      expect(claim.legs.map(({ underlying }) => underlying)).to.deep.equal(coins);
      expect(claim.legs.map(({ numerator }) => numerator)).to.deep.equal(held);
      expect(new Set(claim.legs.map(({ denominator }) => denominator))).to.deep.equal(new Set([supply]));
    });
  }

  it("default: a pair with WETH at 19932703: its reserves over its supply", async function () {
    const { links, reserves, supply, tokens } = await readRecorded(this, 19_932_703, async (reader) => ({
      links: await claimsOf(reader, { kind: "uniswap-v2-lp", token: PAIR }),
      reserves: await reader.call({ to: PAIR, data: id("getReserves()").slice(0, 10) as Hex }),
      supply: await ask(reader, PAIR, "totalSupply()"),
      tokens: await Promise.all(["token0()", "token1()"].map((getter) => ask(reader, PAIR, getter))),
    }));
    const held = [reserves.slice(2, 66), reserves.slice(66, 130)].map((word) => BigInt(`0x${word}`));
    const other = links.find(({ of }) => of !== TOKENS.WETH)!;
    expect(links.map(({ of }) => BigInt(of))).to.deep.equal(tokens);
    expect(links[1]).to.deep.equal({ asset: PAIR, of: TOKENS.WETH, unitsWad: (held[1]! * WAD) / supply });
    expect(other.unitsWad > 0n).to.equal(true);
  });
});
