import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { type ContractRef, read } from "../../../keeper/src/lab/world/contract-ref.js";
import { issue } from "../../../keeper/src/lab/world/tokens.js";
import type { World } from "../../../keeper/src/lab/world/world.js";
import type { Sources } from "../../../keeper/src/snapshot-reader.js";
import type { Address } from "../../../keeper/src/units.js";
import { createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { loadTask, placeVault, seed } from "../liquidity/balancer/vault.js";
import { deployAaveV2 } from "../venues/aave-v2/deploy.js";
import { equipUsers, randomHistory as historyOfV2 } from "../venues/aave-v2/history.js";
import { buildLendingWorld, randomHistory as historyOfV3 } from "../venues/history.js";
import { randomHistory as historyOfMorpho } from "../venues/morpho-blue/history.js";
import { type Stage, buildStage, makeMarket } from "../venues/morpho-blue/stage.js";
import { loadUniswapV2 } from "../wrapped/genuine-tokens.js";

const GENESIS = 1_700_000_000;
const E16 = 10n ** 16n;

/** Sources of many kinds on one chain, all genuine code. */
export interface AllKinds {
  readonly chain: DevChain;
  readonly sources: Sources;
  /** Something happens in every lending venue, each in blocks of its own. */
  step(): Promise<void>;
}

/** Build Aave v2 and v3, Morpho Blue, a Uniswap v2 pair and v3 pool, a weighted Balancer pool, an aToken and a share of the pair. */
export async function openAllKinds(seedOfAll: number): Promise<AllKinds> {
  const chain = await startEmbeddedChain({ genesisTime: GENESIS });
  const world = await buildLendingWorld(chain, [
    {
      base: "WETH",
      quote: "USDC",
      fee: 3_000,
      positions: [{ range: "full", baseAmount: "100", quoteAmount: "200000" }],
    },
  ]);
  const v2 = await deployAaveV2(chain);
  await equipUsers(v2);
  const morpho = await buildStage(chain);
  for (const [loan, collateral] of [
    ["USDC", "WETH"],
    ["DAI", "WBTC"],
  ] as const) {
    makeMarket(morpho, { loan, collateral, lltv: "0.86" });
  }
  await morpho.steward.flush();
  const pair = await openPair(morpho);
  const weighted = await openWeighted(morpho);
  const histories = [historyOfV3(world, seedOfAll), historyOfV2(v2, seedOfAll), historyOfMorpho(morpho, seedOfAll)];
  const loanFeeds = (["USDC", "DAI"] as const).map((loan) => ({
    asset: morpho.tokens[loan].address,
    feed: morpho.feeds[loan].proxy.address,
  }));
  return {
    chain,
    sources: {
      venues: [
        { kind: "aave-v3", pool: world.aave.pool.address, fromBlock: 0 },
        { kind: "aave-v2", pool: v2.pool.address, fromBlock: 0, baseUsdFeed: v2.etherUsd.proxy.address },
        { kind: "morpho-blue", morpho: morpho.morpho.address, fromBlock: 0, loanFeeds },
      ],
      pools: [
        ...world.pools.map(({ address }) => ({ kind: "uniswap-v3" as const, pool: address })),
        { kind: "uniswap-v2", pool: pair.address, fee: 3_000 },
        { kind: "balancer-weighted", pool: weighted.address },
      ],
      feeds: [],
      lookThrough: [],
      wrapped: [
        { kind: "aave-atoken", token: aTokenOf(world) },
        { kind: "uniswap-v2-lp", token: pair.address },
      ],
    },
    async step() {
      for (const history of histories) await history.step();
    },
  };
}

function aTokenOf({ assets }: World): Address {
  return assets[0]!.aToken.address;
}

async function openPair({ chain, steward, tokens }: Stage): Promise<ContractRef> {
  const factory = steward.deploy(loadUniswapV2("UniswapV2Factory"), [steward.address]);
  const sides = [tokens.WETH, tokens.USDC];
  steward.call(
    factory,
    "createPair",
    sides.map(({ address }) => address),
  );
  await steward.flush();
  const [address] = await read(
    chain,
    factory,
    "getPair",
    sides.map(({ address }) => address),
  );
  const pair = {
    name: "pair",
    address: String(address).toLowerCase() as Address,
    abi: loadUniswapV2("UniswapV2Pair").abi,
  };
  for (const token of sides) issue(steward, token, pair.address, 10n ** 18n);
  steward.call(pair, "mint", [steward.address]);
  await steward.flush();
  return pair;
}

async function openWeighted({ chain, steward, tokens }: Stage): Promise<ContractRef> {
  const rpc = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 20_000 });
  const two = [tokens.WETH, tokens.DAI].toSorted((a, b) => (a.address < b.address ? -1 : 1));
  for (const token of two) issue(steward, token, steward.address, 10n ** 30n);
  const vault = await placeVault({ chain, steward, rpc, tokens: two });
  const args = [two.map(({ address }) => address), [50n * E16, 50n * E16]];
  const terms = [vault.vault.address, "W", "W", ...args, 3n * 10n ** 15n, 0, 0, steward.address];
  const pool = steward.deploy(loadTask("20210418-weighted-pool", "WeightedPool"), terms);
  await steward.flush();
  await seed(vault, pool, [10n ** 20n, 10n ** 20n]);
  return pool;
}
