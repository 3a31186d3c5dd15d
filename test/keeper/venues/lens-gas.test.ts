import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";
import { type BlockReader, type RpcPool, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { MAINNET_ASSETS } from "../../../keeper/src/lab/world/mainnet-spec.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { type World, assetOf, buildWorld } from "../../../keeper/src/lab/world/world.js";
import { followUniswapV3 } from "../../../keeper/src/liquidity/uniswap-v3.js";
import type { Address } from "../../../keeper/src/units.js";
import { readAccounts } from "../../../keeper/src/venues/aave-accounts.js";
import { PRICE_UNREADABLE, readReserves } from "../../../keeper/src/venues/aave-reserves.js";
import { readFeeds } from "../../../keeper/src/venues/chainlink-feed.js";
import { readTokens } from "../../../keeper/src/venues/erc20.js";
import { readWrapped } from "../../../keeper/src/wrapped/wrapped-assets.js";
import { readInParts } from "./little-gas.js";
import { burning } from "./strange-contracts.js";

const GENESIS = 1_583_971_200;
const ETHER = 10n ** 18n;
const USDC = 10n ** 6n;
const USERS = Array.from({ length: 8 }, (_, i) => derivedAddress(`gas user ${i}`));
/** E-modes priced by an asset of their own, and by one whose price cannot be read. */
const [PRICED, UNPRICED] = [1, 2];

describe("lenses where a node grants little gas", () => {
  let chain: DevChain;
  let world: World;
  let rpc: RpcPool;
  let burner: Address;
  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    const band = (ticksDown: number, ticksUp: number) => ({
      range: { ticksDown, ticksUp },
      baseAmount: "10",
      quoteAmount: "20000",
    });
    const bands = [band(600, 600), band(1_200, 2_400), band(16_200, 16_800), band(60_000, 60_600)];
    world = await buildWorld(chain, {
      baseCurrency: "USD",
      assets: [
        { ...MAINNET_ASSETS.WETH, priceBase: "2000" },
        { ...MAINNET_ASSETS.WBTC, priceBase: "40000" },
        { ...MAINNET_ASSETS.USDC, priceBase: "1" },
        { ...MAINNET_ASSETS.DAI, priceBase: "1" },
      ],
      pools: [{ base: "WETH", quote: "USDC", fee: 3_000, positions: bands }],
    });
    const [collateral, debt] = [[{ symbol: "WETH", units: 10n * ETHER }], [{ symbol: "USDC", units: 15_000n * USDC }]];
    await openAccounts(
      world,
      USERS.map((account) => ({ account, collateral, debt })),
    );
    burner = await burning(chain, "burner");
    setEModes();
    await world.steward.flush();
    rpc = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
  });
  after(() => chain.close());

  const addressOf = (symbol: string): Address => assetOf(world.assets, symbol).address;

  function setEModes(): void {
    const { aave, steward } = world;
    const stable = [PRICED, 9_000, 9_300, 10_100, addressOf("WBTC"), "priced by another"];
    steward.call(aave.configurator, "setEModeCategory", stable);
    steward.call(aave.configurator, "setAssetEModeCategory", [addressOf("DAI"), PRICED]);
    steward.call(aave.configurator, "setEModeCategory", [UNPRICED, 9_000, 9_300, 10_100, burner, "priced by nothing"]);
    steward.call(aave.configurator, "setAssetEModeCategory", [addressOf("USDC"), UNPRICED]);
  }

  const head = async (of: RpcPool): Promise<BlockReader> => of.at(await rpc.head());

  it("behavior: accounts", async () => {
    const { reserves } = await readReserves(await head(rpc), world.aave.pool.address);
    const venue = { pool: world.aave.pool.address, reserves };
    expect(await readInParts(rpc, async (of) => readAccounts(await head(of), venue, USERS))).to.be.above(0);
  });

  it("behavior: reserves", async () => {
    expect(await readInParts(rpc, async (of) => readReserves(await head(of), world.aave.pool.address))).to.be.above(0);
  });

  it("behavior: feeds", async () => {
    const feeds = world.assets.map(({ feed }) => feed!.proxy.address);
    expect(await readInParts(rpc, async (of) => readFeeds(await head(of), feeds))).to.be.above(0);
  });

  it("behavior: tokens, of which one burns all it is given", async () => {
    const tokens = [...world.assets.map(({ address }) => address), burner, addressOf("DAI")];
    expect(await readInParts(rpc, async (of) => readTokens(await head(of), tokens))).to.be.above(0);
  });

  it("behavior: claims of wrapped tokens, of which one burns all it is given", async () => {
    const tokens = world.assets.flatMap(({ aToken, address }) => [aToken.address, address]);
    const unnamed = [...tokens, burner, ...tokens];
    const wrapped = [{ kind: "aave-atoken", token: tokens[0]! } as const];
    expect(await readInParts(rpc, async (of) => readWrapped(await head(of), wrapped, unnamed))).to.be.above(0);
  });

  it("behavior: ticks of a pool", async () => {
    const pool = world.pools[0]!.address;
    const block = await rpc.head();
    expect(await readInParts(rpc, (of) => followUniswapV3(of, pool).load(block, undefined))).to.be.above(0);
  });

  it("behavior: an e-mode's own price is read, and one that cannot be read is known as such", async () => {
    const { eModes } = await readReserves(await head(rpc), world.aave.pool.address);
    expect(eModes.map(({ id, price }) => [id, price])).to.deep.equal([
      [PRICED, 40_000n * 10n ** 8n],
      [UNPRICED, PRICE_UNREADABLE],
    ]);
    expect(PRICE_UNREADABLE).to.equal(MaxUint256);
  });

  it("behavior: a reserve without a token for stable debt has none", async () => {
    const { reserves } = await readReserves(await head(rpc), world.aave.pool.address);
    const pool = world.aave.pool.address;
    const without = reserves.map((reserve) => ({ ...reserve, stableDebt: ZeroAddress as Address }));
    expect(await readAccounts(await head(rpc), { pool, reserves: without }, USERS)).to.deep.equal(
      await readAccounts(await head(rpc), { pool, reserves }, USERS),
    );
  });
});
