import { parseUnits } from "ethers";
import type { Address } from "../../units.js";
import type { DevChain } from "../chain.js";
import { baseUnitOf, deployAaveCore, finishAave } from "./aave.js";
import type { Aave } from "./aave.js";
import { deployFeed, openOracleNodes, submissions } from "./chainlink.js";
import type { Feed } from "./chainlink.js";
import { deployStrategy, listReserve, reserveTokens } from "./reserves.js";
import type { ReserveTokens } from "./reserves.js";
import { BASE_DECIMALS, WorldSpecError, checkSpec } from "./spec.js";
import type { AssetSpec, WorldSpec } from "./spec.js";
import { beginSetup, endSetup, openSteward } from "./steward.js";
import type { ContractRef } from "./contract-ref.js";
import type { Steward } from "./steward.js";
import { approve, deployErc20, deployWeth } from "./tokens.js";
import { addPositions, createPool, deployUniswap } from "./uniswap.js";
import type { Pair, Uniswap, WorldPool } from "./uniswap.js";

/** Genuine lending, exchange and feeds on one chain. */
export interface World {
  readonly chain: DevChain;
  readonly spec: WorldSpec;
  /** One unit of the lending pool's base currency: 1e8 (USD) or 1e18 (ETH). */
  readonly baseUnit: bigint;
  /** In the order of the spec, which is that of the reserves. */
  readonly assets: readonly WorldAsset[];
  /** USD per ETH, where the base currency is ETH. */
  readonly ethUsdFeed: Feed | null;
  readonly weth: ContractRef;
  readonly aave: Aave;
  readonly uniswap: Uniswap;
  /** In the order of the spec. */
  readonly pools: readonly WorldPool[];
  /** Owner and administrator of everything here, impersonated. */
  readonly steward: Steward;
}

/** An asset: its token, feed and reserve. */
export interface WorldAsset extends ReserveTokens {
  readonly symbol: string;
  readonly spec: AssetSpec;
  readonly address: Address;
  readonly token: ContractRef;
  /** `null` for the base currency itself. */
  readonly feed: Feed | null;
  /** The strategy with the asset's own rates, from {@link startInterest} on. */
  readonly strategy: ContractRef;
}

type PlannedAsset = Pick<WorldAsset, "symbol" | "spec" | "address" | "token" | "feed">;

const WETH = "WETH";

/**
 * Deploy Aave v3.0, Uniswap v3 and Chainlink feeds as `spec` says; prices stand, pools hold their positions, nobody
 * borrows and nothing bears interest. Blocks are mined a second apart and automine is off afterwards, so that the same
 * spec on the same genesis gives the same chain.
 *
 * **Throws** {@link WorldSpecError}, {@link ArtifactMissingError}, {@link OrderFailedError}.
 */
export async function buildWorld(chain: DevChain, spec: WorldSpec): Promise<World> {
  checkSpec(spec);
  await beginSetup(chain);
  const steward = await openSteward(chain);
  await openOracleNodes(chain);

  const weth = deployWeth(steward);
  const planned = spec.assets.map((asset) => planAsset(steward, spec, asset, weth));
  const ethUsdFeed = spec.ethUsd === undefined ? null : deployFeed(steward, "ETH / USD", BASE_DECIMALS.USD);
  const uniswap = deployUniswap(steward, weth);
  const core = deployAaveCore(steward);
  await steward.flush();

  queueFirstPrices(steward, spec, { planned, ethUsdFeed });
  const aave = await finishAave(steward, core, spec, { assets: planned, weth });
  const listed = planned.map((asset) => listAsset(steward, { aave, uniswap }, asset));
  const pools = spec.pools.map((pool) => createPool(steward, uniswap, pool, pairOf(planned, pool)));
  await steward.flush();

  for (const [index, pool] of pools.entries()) {
    const positions = spec.pools[index]?.positions ?? [];
    await addPositions(steward, uniswap, { pool, pair: pairOf(planned, pool), positions });
  }
  await steward.flush();

  const assets: WorldAsset[] = [];
  for (const asset of listed) assets.push({ ...asset, ...(await reserveTokens(chain, aave, asset.token)) });
  await endSetup(chain);
  return { chain, spec, baseUnit: baseUnitOf(spec), assets, ethUsdFeed, weth, aave, uniswap, pools, steward };
}

/** Find an asset by its symbol. Throws {@link WorldSpecError}. */
export function assetOf<T extends { readonly symbol: string }>(assets: readonly T[], symbol: string): T {
  const asset = assets.find((candidate) => candidate.symbol === symbol);
  if (asset !== undefined) return asset;
  throw new WorldSpecError("assets", symbol, `one of ${assets.map((known) => known.symbol).join(", ")}`);
}

function planAsset(steward: Steward, spec: WorldSpec, asset: AssetSpec, weth: ContractRef): PlannedAsset {
  const { symbol, decimals } = asset;
  const token = symbol === WETH ? weth : deployErc20(steward, symbol, decimals);
  const isBase = spec.baseCurrency === "ETH" && symbol === WETH;
  const feed = isBase
    ? null
    : deployFeed(steward, `${symbol} / ${spec.baseCurrency}`, BASE_DECIMALS[spec.baseCurrency]);
  return { symbol, spec: asset, address: token.address, token, feed };
}

function queueFirstPrices(
  steward: Steward,
  spec: WorldSpec,
  feeds: { readonly planned: readonly PlannedAsset[]; readonly ethUsdFeed: Feed | null },
): void {
  const priced = feeds.planned.map(({ feed, spec: { priceBase } }) => ({ feed, price: priceBase }));
  for (const { feed, price } of [...priced, { feed: feeds.ethUsdFeed, price: spec.ethUsd ?? "0" }]) {
    if (feed !== null) submissions(feed, 1, parseUnits(price, feed.decimals)).forEach((order) => steward.add(order));
  }
}

function listAsset(
  steward: Steward,
  hosts: { readonly aave: Aave; readonly uniswap: Uniswap },
  asset: PlannedAsset,
): PlannedAsset & Pick<WorldAsset, "strategy"> {
  listReserve(steward, hosts.aave, asset.spec, asset.token);
  approve(steward, asset.token, hosts.aave.pool.address);
  approve(steward, asset.token, hosts.uniswap.positionManager.address);
  return { ...asset, strategy: deployStrategy(steward, hosts.aave, asset.spec.rates) };
}

function pairOf(assets: readonly PlannedAsset[], pool: { readonly base: string; readonly quote: string }): Pair {
  return { base: assetOf(assets, pool.base), quote: assetOf(assets, pool.quote) };
}
