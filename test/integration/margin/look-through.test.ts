import { expect } from "chai";
import { getAddress, id } from "ethers";
import { readFileSync } from "node:fs";

import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { type CollateralFramework, CollateralFramework__factory } from "../../../typechain-types/index.js";
import { expectRevert } from "../../expect-revert.js";
import { startChain } from "../world/fixture.js";
import { DAY, openOracle } from "./margin-scene.js";

interface BalanceSheet {
  readonly assets: Readonly<Record<string, number>>;
  readonly total: number;
}

const SHEETS = (
  JSON.parse(readFileSync("test/vectors/lookthrough_balance_sheets.json", "utf8")) as {
    balance_sheets: Record<string, BalanceSheet>;
  }
).balance_sheets;
const MAKER = SHEETS["MakerDAO"]!;
const ONE = 10n ** 18n;
const TERMS = { baseHaircut: 500, unknownLeverage: 200 };

const tokenOf = (symbol: string): string => getAddress(`0x${id(`token ${symbol}`).slice(-40)}`);

/** Claims in whole cents of a balance sheet, as shares of 1e18: the last takes what rounding leaves. */
function sharesOf(assets: Readonly<Record<string, number>>): { token: string; share: bigint }[] {
  const cents = Object.entries(assets).map(([symbol, usd]) => ({
    token: tokenOf(symbol),
    cents: BigInt(Math.round(usd * 100)),
  }));
  const total = cents.reduce((sum, part) => sum + part.cents, 0n);
  const ascending = cents.sort((a, b) => (BigInt(a.token) < BigInt(b.token) ? -1 : 1));
  let rest = ONE;
  return ascending.map(({ token, cents: part }, i) => {
    const share = i + 1 === ascending.length ? rest : (part * ONE) / total;
    rest -= share;
    return { token, share };
  });
}

/** Real balance sheets of August 2023: test/vectors/lookthrough_balance_sheets.json says where from. */
describe("look-through of real balance sheets", function () {
  let chain: DevChain;
  let framework: CollateralFramework;

  before(async function () {
    chain = await startChain();
    const { oracle, manager, owner } = await openOracle(chain, []);
    framework = await new CollateralFramework__factory(owner).deploy(await oracle.getAddress(), manager, DAY);
    const register = async (symbol: string, claims: { token: string; share: bigint }[]): Promise<void> =>
      void (await (await framework.registerToken(tokenOf(symbol), TERMS, claims)).wait());
    for (const symbol of ["WETH", "USDC", "GUSD", "WBTC", "USDP", "G-UNI", "UNI-V2"]) await register(symbol, []);
    await register("stETH", [{ token: tokenOf("WETH"), share: ONE }]);
    await register("wstETH", [{ token: tokenOf("stETH"), share: ONE }]);
    await register("rETH", [{ token: tokenOf("WETH"), share: ONE }]);
    await register("DAI", sharesOf(MAKER.assets));
    await register("aDAI", [{ token: tokenOf("DAI"), share: ONE }]);
    const half = [tokenOf("USDC"), tokenOf("aDAI")].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    await register(
      "pool",
      half.map((token) => ({ token, share: ONE / 2n })),
    );
  });
  after(() => chain.close());

  async function sharesSeen(symbol: string): Promise<Map<string, bigint>> {
    const claims = await framework.lookThrough(tokenOf(symbol));
    return new Map(claims.map(({ token, share }) => [token, share]));
  }

  it("behavior: DAI is a claim on what its balance sheet prints, staked ether counted as ether", async function () {
    const seen = await sharesSeen("DAI");
    const { WETH, wstETH, rETH, ...others } = MAKER.assets as Record<string, number>;
    const expected: Record<string, number> = { ...others, WETH: WETH! + wstETH! + rETH! };
    expect([...seen.keys()].sort()).to.deep.equal(Object.keys(expected).map(tokenOf).sort());
    for (const [symbol, usd] of Object.entries(expected))
      expect(Number(seen.get(tokenOf(symbol))!) / 1e18).to.be.closeTo(usd / MAKER.total, 1e-9, symbol);
    // (1,839,974,948 + 2,518,395,065 + 69,338,903) / 5,574,733,039, by hand: 79.4 % of DAI's assets were ether.
    expect(Number(seen.get(tokenOf("WETH"))!) / 1e18).to.be.closeTo(0.7942, 1e-4);
  });

  it("behavior: shares of every token add up to 1e18 exactly", async function () {
    for (const symbol of ["WETH", "stETH", "wstETH", "rETH", "DAI", "aDAI", "pool"]) {
      const sum = [...(await sharesSeen(symbol)).values()].reduce((a, b) => a + b, 0n);
      expect(sum, symbol).to.equal(ONE);
    }
  });

  it("behavior: a pool of USDC and aDAI holds USDC twice: itself, and what stands behind DAI", async function () {
    const seen = await sharesSeen("pool");
    const expected = 0.5 + (0.5 * MAKER.assets["USDC"]!) / MAKER.total;
    expect(Number(seen.get(tokenOf("USDC"))!) / 1e18).to.be.closeTo(expected, 1e-9);
    expect(seen.size).to.equal(7);
  });

  it("behavior: claims on a unit of underlying are the Leontief multiple of the sheet", async function () {
    // 1 for DAI itself, 1 for each asset, 2 more for wstETH (stETH, ether), 1 more for rETH.
    const { wstETH, rETH } = MAKER.assets as Record<string, number>;
    const multiple = 2 + (2 * wstETH! + rETH!) / MAKER.total;
    const [dai] = await framework.rehypothecation(tokenOf("DAI"));
    expect(Number(dai)).to.equal(Math.ceil(multiple * 100));
    const [pool] = await framework.rehypothecation(tokenOf("pool"));
    expect(Number(pool)).to.equal(Math.ceil((1 + 0.5 + 0.5 * (1 + multiple)) * 100));
    expect(await framework.depth(tokenOf("pool"))).to.equal(5n);
  });

  /** G-UNI held DAI: a real circle, which the register takes only in its solved form. */
  it("behavior: the real circle through DAI's own pool shares is refused", async function () {
    const claims = [{ token: tokenOf("DAI"), share: ONE }];
    const again = framework.registerToken.staticCall(tokenOf("G-UNI"), TERMS, claims);
    await expectRevert(again, framework, "TokenExists", [tokenOf("G-UNI")]);
    const removal = framework.removeToken.staticCall(tokenOf("G-UNI"));
    await expectRevert(removal, framework, "TokenInUse", [tokenOf("G-UNI"), 1n]);
  });
});
