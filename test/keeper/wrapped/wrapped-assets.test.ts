import { expect } from "chai";
import { createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { type ContractRef, read } from "../../../keeper/src/lab/world/contract-ref.js";
import { startInterest } from "../../../keeper/src/lab/world/controls.js";
import { MAINNET_ASSETS } from "../../../keeper/src/lab/world/mainnet-spec.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { approve, issue } from "../../../keeper/src/lab/world/tokens.js";
import { type World, assetOf, buildWorld } from "../../../keeper/src/lab/world/world.js";
import { lookThrough } from "../../../keeper/src/graph/look-through.js";
import { type Address, fromUnits } from "../../../keeper/src/units.js";
import { type WrappedRead, readWrapped } from "../../../keeper/src/wrapped/wrapped-assets.js";
import { type WrappedSource, wrappedSourceSchema } from "../../../keeper/src/wrapped/wrapped-kinds.js";
import { answeringEach, burning } from "../venues/strange-contracts.js";
import { loadOpenVault, loadUniswapV2 } from "./genuine-tokens.js";

const GENESIS = 1_583_971_200;
const WAD = 10n ** 18n;
const YEAR = 31_536_000;
const [USDC_UNIT, ETHER] = [10n ** 6n, 10n ** 18n];

describe("readWrapped on genuine tokens", () => {
  let chain: DevChain;
  let world: World;
  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    world = await buildWorld(chain, {
      baseCurrency: "USD",
      assets: [
        { ...MAINNET_ASSETS.WETH, priceBase: "2000" },
        { ...MAINNET_ASSETS.USDC, priceBase: "1" },
      ],
      pools: [],
    });
    const [collateral, debt] = [
      [{ symbol: "WETH", units: 10n * ETHER }],
      [{ symbol: "USDC", units: 12_000n * USDC_UNIT }],
    ];
    await openAccounts(world, [{ account: derivedAddress("wrapped borrower"), collateral, debt }]);
    await startInterest(world);
  });
  after(() => chain.close());

  const tokenOf = (symbol: string): ContractRef => assetOf(world.assets, symbol).token;
  const claimsOf = async (sources: readonly object[], unnamed: readonly Address[] = []): Promise<WrappedRead> => {
    const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
    const parsed = sources.map((source): WrappedSource => wrappedSourceSchema.parse(source));
    return readWrapped(pool.at(await pool.head()), parsed, unnamed);
  };
  const ask = async (target: ContractRef, method: string, ...args: readonly unknown[]): Promise<bigint> =>
    (await read(chain, target, method, args))[0] as bigint;

  /** OpenZeppelin's vault on USDC with deposits of the steward. */
  async function openVault(offset: number, deposit: bigint): Promise<ContractRef> {
    const { steward } = world;
    const vault = steward.deploy(loadOpenVault(), [tokenOf("USDC").address, offset]);
    issue(steward, tokenOf("USDC"), steward.address, 10n * deposit);
    approve(steward, tokenOf("USDC"), vault.address);
    steward.call(vault, "deposit", [deposit, steward.address]);
    await steward.flush();
    return vault;
  }

  /** What is given to a vault without shares for it. */
  async function donate(vault: ContractRef, units: bigint): Promise<void> {
    world.steward.call(tokenOf("USDC"), "transfer", [vault.address, units]);
    await world.steward.flush();
  }

  /** Genuine Uniswap v2, with both tokens of the world in it. */
  async function openPair(weth: bigint, usdc: bigint): Promise<ContractRef> {
    const { steward } = world;
    const factory = steward.deploy(loadUniswapV2("UniswapV2Factory"), [steward.address]);
    const tokens = [tokenOf("WETH"), tokenOf("USDC")];
    steward.call(
      factory,
      "createPair",
      tokens.map(({ address }) => address),
    );
    await steward.flush();
    const [address] = await read(
      chain,
      factory,
      "getPair",
      tokens.map((token) => token.address),
    );
    const { abi } = loadUniswapV2("UniswapV2Pair");
    const pair = { name: "UniswapV2Pair", address: String(address).toLowerCase() as Address, abi };
    issue(steward, tokens[0]!, pair.address, weth);
    issue(steward, tokens[1]!, pair.address, usdc);
    steward.call(pair, "mint", [steward.address]);
    await steward.flush();
    return pair;
  }

  describe("ERC-4626", () => {
    for (const offset of [0, 6, 12]) {
      it(`default: what a whole share converts to, with shares of ${6 + offset} decimals`, async () => {
        const vault = await openVault(offset, 1_000_000n * USDC_UNIT);
        await donate(vault, 123_456_789_012n);
        const assets = await ask(vault, "convertToAssets", 10n ** BigInt(6 + offset));
        // A million deposited and 123,456.789012 given: 1.123456 whole units of USDC, the last of its decimals rounded down.
        expect(assets).to.equal(1_123_456n);
        const { lookThrough: links, exclusions } = await claimsOf([{ kind: "erc4626", token: vault.address }]);
        expect(exclusions).to.deep.equal([]);
        expect(links).to.deep.equal([
          { asset: vault.address, of: tokenOf("USDC").address, unitsWad: assets * 10n ** 12n },
        ]);
      });
    }

    it("behavior: a share price that jumps above its growth is counted as the most that this allows, and named", async () => {
      const vault = await openVault(0, 1_000_000n * USDC_UNIT);
      const growth = { anchorUnitsWad: String(WAD), anchorAt: await chain.timestamp(), maxYearlyBps: 1_000 };
      const source = { kind: "erc4626", token: vault.address, growth };
      await chain.mine(growth.anchorAt + YEAR / 2);
      // Half a year at 10 % is 5 %, of a million 50,000.
      await donate(vault, 49_999n * USDC_UNIT);
      const within = await claimsOf([source]);
      expect(within.exclusions).to.deep.equal([]);
      const unitsWad = async () => (await ask(vault, "convertToAssets", USDC_UNIT)) * 10n ** 12n;
      expect(within.lookThrough[0]!.unitsWad).to.equal(await unitsWad());
      await donate(vault, 5_000_000n * USDC_UNIT);
      const jumped = await claimsOf([source]);
      const elapsed = BigInt((await chain.timestamp()) - growth.anchorAt);
      const most = WAD + (WAD * elapsed) / BigInt(10 * YEAR);
      expect(jumped.lookThrough.map(({ unitsWad }) => unitsWad)).to.deep.equal([most]);
      const reason = `its rate ${await unitsWad()} is above ${most}, the most that its growth allows: counted as that`;
      expect(jumped.exclusions).to.deep.equal([{ scope: "asset", id: vault.address, reason }]);
    });

    it("behavior: a share price that falls is read as it is: a loss is what there is to see", async () => {
      const vault = await openVault(0, 1_000_000n * USDC_UNIT);
      const growth = { anchorUnitsWad: String(2n * WAD), anchorAt: GENESIS, maxYearlyBps: 1_000 };
      const { lookThrough: links, exclusions } = await claimsOf([{ kind: "erc4626", token: vault.address, growth }]);
      expect(exclusions).to.deep.equal([]);
      expect(links[0]!.unitsWad).to.equal(WAD);
    });
  });

  it("default: an aToken is its reserve one to one, whatever interest came", async () => {
    await chain.mine((await chain.timestamp()) + YEAR);
    const { aToken } = assetOf(world.assets, "USDC");
    const token = aToken.address;
    const [supply, held] = await Promise.all([ask(aToken, "totalSupply"), ask(tokenOf("USDC"), "balanceOf", token)]);
    // The balances grew instead: more is owed to holders than lies there.
    expect(supply > held).to.equal(true);
    const { lookThrough: links, exclusions } = await claimsOf([{ kind: "aave-atoken", token }]);
    expect(exclusions).to.deep.equal([]);
    expect(links).to.deep.equal([{ asset: token, of: tokenOf("USDC").address, unitsWad: WAD }]);
  });

  it("default: a Uniswap v2 share is its part of both reserves, as burning it pays", async () => {
    const { steward } = world;
    const pair = await openPair(1_000n * ETHER, 2_000_000n * USDC_UNIT);
    const { lookThrough: links, exclusions } = await claimsOf([{ kind: "uniswap-v2-lp", token: pair.address }]);
    expect(exclusions).to.deep.equal([]);
    expect(links.map(({ of }) => of)).to.have.members([tokenOf("WETH").address, tokenOf("USDC").address]);
    const owner = derivedAddress("who burns shares");
    const shares = 10n ** 15n;
    steward.call(pair, "transfer", [pair.address, shares]);
    steward.call(pair, "burn", [owner]);
    await steward.flush();
    for (const symbol of ["WETH", "USDC"]) {
      const paid = await ask(tokenOf(symbol), "balanceOf", owner);
      const { unitsWad } = links.find(({ of }) => of === tokenOf(symbol).address)!;
      const claimed = (unitsWad * shares * 10n ** BigInt(symbol === "WETH" ? 18 : 6)) / (WAD * 10n ** 18n);
      expect(paid, symbol).to.equal(claimed);
      expect(paid > 0n).to.equal(true);
    }
  });

  it("default: a rate by any getter, on the token or elsewhere", async () => {
    const vault = await openVault(0, 1_000_000n * USDC_UNIT);
    await donate(vault, 250_000n * USDC_UNIT);
    // totalAssets stands in for a getter: 1,250,000 raw in 12 decimals is 1.25.
    const token = tokenOf("WETH").address;
    const base = { kind: "rate", of: tokenOf("USDC").address, getter: "totalAssets()", rateDecimals: 12 };
    const own = await claimsOf([{ ...base, token: vault.address }]);
    const elsewhere = await claimsOf([{ ...base, token, source: vault.address }]);
    expect(own.lookThrough[0]).to.deep.equal({ asset: vault.address, of: base.of, unitsWad: (5n * WAD) / 4n });
    expect(elsewhere.lookThrough[0]).to.deep.equal({ asset: token, of: base.of, unitsWad: (5n * WAD) / 4n });
  });

  it("behavior: a vault of aTokens comes down to the reserve, through two wrappers", async () => {
    const { steward, aave } = world;
    const { aToken, address: usdc } = assetOf(world.assets, "USDC");
    const vault = steward.deploy(loadOpenVault(), [aToken.address, 0]);
    issue(steward, tokenOf("USDC"), steward.address, 3_000n * USDC_UNIT);
    approve(steward, tokenOf("USDC"), aave.pool.address);
    steward.call(aave.pool, "supply", [usdc, 3_000n * USDC_UNIT, steward.address, 0]);
    approve(steward, aToken, vault.address);
    steward.call(vault, "deposit", [2_000n * USDC_UNIT, steward.address]);
    // Interest on what the vault holds is its own.
    await steward.flush();
    await chain.mine((await chain.timestamp()) + YEAR);
    const sources = [
      { kind: "erc4626", token: vault.address },
      { kind: "aave-atoken", token: aToken.address },
    ];
    const { lookThrough: links } = await claimsOf(sources);
    const tokens = [vault.address, aToken.address, usdc];
    const claims = new Float64Array(9);
    for (const { asset, of, unitsWad } of links) {
      claims[3 * tokens.indexOf(asset) + tokens.indexOf(of)] = fromUnits(unitsWad, 18);
    }
    const { units, depth } = lookThrough(claims, 3);
    const behind = fromUnits(await ask(vault, "convertToAssets", USDC_UNIT), 6);
    expect(behind).to.be.above(1);
    expect([...units.subarray(0, 3)]).to.deep.equal([0, 0, behind]);
    expect([...depth]).to.deep.equal([2, 1, 0]);
  });

  describe("what cannot be read or believed", () => {
    const unknown = (reason: string) => `what it is a claim on is unknown: ${reason}`;
    const weth = (): Address => tokenOf("WETH").address;
    const strange = (role: string, answers: Record<string, readonly bigint[]>) =>
      answeringEach(chain, role, { "decimals()": [18n], ...answers });
    const vaultOf = (asset: bigint, converts = WAD) => ({
      "asset()": [asset],
      "convertToAssets(uint256)": [converts],
    });
    const cases: readonly [title: string, kind: string, token: () => Promise<Address>, reason: () => string][] = [
      ["nothing at the address", "erc4626", async () => derivedAddress("nothing"), () => "its decimals do not answer"],
      ["no underlying", "compound-v2", async () => weth(), () => "what it is a claim on does not answer"],
      [
        "an underlying of 0",
        "erc4626",
        () => strange("of 0", vaultOf(0n)),
        () => "what it is a claim on does not answer",
      ],
      ["no rate", "erc4626", () => strange("no rate", { "asset()": [5n] }), () => "its rate does not answer"],
      ["a rate of 0", "erc4626", () => strange("rate 0", vaultOf(BigInt(weth()), 0n)), () => "its rate is 0"],
      [
        "an underlying that is no token",
        "erc4626",
        () => strange("no token", vaultOf(5n)),
        () => "of 0x0000000000000000000000000000000000000005, which is behind it, decimals does not answer",
      ],
      [
        "decimals of 77",
        "erc4626",
        () => strange("77", { ...vaultOf(BigInt(weth())), "decimals()": [77n] }),
        () => "it has 77 decimals, expected 1 to 36",
      ],
      ["no pool", "uniswap-v2-lp", async () => weth(), () => "what it is a claim on does not answer"],
      [
        "no supply",
        "curve-lp",
        () => strange("no supply", { "totalSupply()": [0n] }),
        () => "its supply is 0 or does not answer",
      ],
      ["no vault", "balancer-bpt", async () => weth(), () => "what it is a claim on does not answer"],
    ];
    for (const [title, kind, token, reason] of cases) {
      it(`behavior: ${kind} with ${title}: no claim, and the reason`, async () => {
        const address = await token();
        await chain.mine((await chain.timestamp()) + 1);
        const { lookThrough: links, exclusions } = await claimsOf([{ kind, token: address }]);
        expect(links).to.deep.equal([]);
        expect(exclusions).to.deep.equal([{ scope: "asset", id: address, reason: unknown(reason()) }]);
      });
    }

    it("behavior: a claim on itself is none", async () => {
      const token = derivedAddress("claim on itself");
      await strange("claim on itself", vaultOf(BigInt(token)));
      const { lookThrough: links, exclusions } = await claimsOf([{ kind: "erc4626", token }]);
      expect(links).to.deep.equal([]);
      expect(exclusions[0]!.reason).to.equal(unknown("it is a claim on itself"));
    });

    it("behavior: one that burns all gas fails alone", async () => {
      const token = await burning(chain, "wrapped that burns");
      const { aToken } = assetOf(world.assets, "WETH");
      const { lookThrough: links, exclusions } = await claimsOf([
        { kind: "erc4626", token },
        { kind: "aave-atoken", token: aToken.address },
      ]);
      expect(links.map(({ asset }) => asset)).to.deep.equal([aToken.address]);
      expect(exclusions.map(({ id }) => id)).to.deep.equal([token]);
    });
  });

  it("behavior: tokens that nobody named and that answer like claims are proposed, each as its kind", async () => {
    const vault = await openVault(0, 1_000n * USDC_UNIT);
    const pair = await openPair(ETHER, 2_000n * USDC_UNIT);
    const { aToken } = assetOf(world.assets, "WETH");
    const plain = [tokenOf("WETH").address, tokenOf("USDC").address, derivedAddress("nobody")];
    const { lookThrough: links, exclusions } = await claimsOf(
      [],
      [vault.address, pair.address, aToken.address, ...plain],
    );
    expect(links).to.deep.equal([]);
    const says = (answers: string, kind: string) =>
      `what it is a claim on is unknown: it answers ${answers}; add it to sources.wrapped as ${kind}`;
    expect(exclusions).to.deep.equal([
      { scope: "asset", id: vault.address, reason: says("asset() and convertToAssets()", "erc4626") },
      { scope: "asset", id: pair.address, reason: says("token0(), token1() and getReserves()", "uniswap-v2-lp") },
      { scope: "asset", id: aToken.address, reason: says("UNDERLYING_ASSET_ADDRESS()", "aave-atoken") },
    ]);
  });
});
