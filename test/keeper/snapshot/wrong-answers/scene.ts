import { type RpcPool, createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../../keeper/src/lab/world/accounts.js";
import { startInterest } from "../../../../keeper/src/lab/world/controls.js";
import { MAINNET_ASSETS } from "../../../../keeper/src/lab/world/mainnet-spec.js";
import { derivedAddress, orderRequest } from "../../../../keeper/src/lab/world/orders.js";
import { type World, assetOf, buildWorld } from "../../../../keeper/src/lab/world/world.js";
import type { Sources } from "../../../../keeper/src/snapshot-reader.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";

const GENESIS = 1_583_971_200;
const ETHER = 10n ** 18n;
const BORROWER = derivedAddress("borrower among wrong answers");
export const WINDOW = { resilienceWindowSec: 86_400 };

/** Genuine Aave, priced in ETH, with a borrower, and a pool of wstETH in which one is worth 1.1 WETH. */
export interface Scene {
  readonly chain: DevChain;
  readonly world: World;
  readonly sources: Sources;
  addressOf(symbol: string): Address;
  /** Nodes in front of the chain, or the chain itself, as one. */
  openPool(urls?: readonly string[], options?: { quorum?: number; maxHeadAgeSec?: number }): RpcPool;
  /** The borrower borrows a little more, in a block of its own. */
  borrowMore(): Promise<void>;
}

/** Build the scene. Close its chain afterwards. */
export async function openScene(): Promise<Scene> {
  const chain = await startEmbeddedChain({ genesisTime: GENESIS });
  const world = await buildWorld(chain, {
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
  const [collateral, debt] = [[{ symbol: "wstETH", units: 10n * ETHER }], [{ symbol: "WETH", units: 7n * ETHER }]];
  await openAccounts(world, [{ account: BORROWER, collateral, debt }]);
  await startInterest(world);
  const { aave, assets } = world;
  return {
    chain,
    world,
    sources: {
      venues: [
        { kind: "aave-v3", pool: aave.pool.address, fromBlock: 0, baseUsdFeed: world.ethUsdFeed!.proxy.address },
      ],
      pools: world.pools.map(({ address }) => ({ kind: "uniswap-v3", pool: address })),
      feeds: [],
      lookThrough: [],
    },
    addressOf: (symbol) => assetOf(assets, symbol).address,
    openPool: (urls = [chain.url], { quorum = 1, maxHeadAgeSec } = {}) =>
      createRpcPool({ urls, chainId: chain.chainId, quorum, timeoutMs: 10_000, maxHeadAgeSec }),
    async borrowMore() {
      const args = [assetOf(assets, "WETH").address, ETHER / 100n, 2, 0, BORROWER];
      const data = aave.pool.abi.encodeFunctionData("borrow", args) as Hex;
      await chain.rpc.batch([orderRequest({ label: "borrow", from: BORROWER, to: aave.pool.address, data })]);
      await chain.mine((await chain.timestamp()) + 12);
    },
  };
}
