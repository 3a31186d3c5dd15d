import { Interface, MaxUint256, getCreate2Address, keccak256, AbiCoder } from "ethers";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { DevChain } from "../../../../keeper/src/lab/chain.js";
import { type Artifact, loadUniswapCore } from "../../../../keeper/src/lab/world/artifacts.js";
import { type Feed, deployFeed, openOracleNodes, pushPrice } from "../../../../keeper/src/lab/world/chainlink.js";
import type { ContractRef } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type Steward, beginSetup, openSteward } from "../../../../keeper/src/lab/world/steward.js";
import { deployErc20, deployWeth } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";

const require = createRequire(import.meta.url);
const FEE = 3_000;
const FEED_DECIMALS = 8;
const FEED_TIMEOUT_SEC = 365 * 86_400;
const TWAP_SEC = 900;
/** Average prices reach back half an hour. */
const HISTORY_SEC = 2_400;
const OBSERVATIONS = 200;
const MAX_TICKS_A_BLOCK = 1_000;

export interface PerpMarket {
  readonly symbol: string;
  readonly base: ContractRef;
  readonly pool: ContractRef;
  readonly feed: Feed;
  readonly priceFeed: ContractRef;
}

/** The genuine Perpetual v2, with USDC as settlement token and WETH as other collateral. */
export interface Perpetual {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly usdc: ContractRef;
  readonly weth: ContractRef;
  readonly clearingHouse: ContractRef;
  readonly vault: ContractRef;
  readonly exchange: ContractRef;
  readonly positions: ContractRef;
  readonly orderBook: ContractRef;
  readonly fund: ContractRef;
  readonly config: ContractRef;
  readonly collateralManager: ContractRef;
  readonly markets: readonly PerpMarket[];
}

export const PRICES = { vETH: 2_000, vBTC: 40_000 } as const;

/** Deploy everything that the npm packages hold and a keeper reads, with two markets open and an hour of price history. */
export async function deployPerpetual(chain: DevChain): Promise<Perpetual> {
  const steward = await openSteward(chain);
  await openOracleNodes(chain);
  await beginSetup(chain);
  const [usdc, weth] = [deployErc20(steward, "USDC", 6), deployWeth(steward)];
  const core = deployCore(steward, usdc, weth);
  const markets = Object.entries(PRICES).map(([symbol, price]) => openMarket(steward, core, symbol, price));
  await steward.flush();
  await setPrices({ chain, steward, markets }, PRICES);
  acceptWeth(steward, core, weth, markets[0]!.priceFeed);
  await steward.flush();
  await chain.mine((await chain.timestamp()) + HISTORY_SEC);
  return { chain, steward, usdc, weth, markets, ...core };
}

/** A round of each feed, taken over by its price feed. */
export async function setPrices(
  { chain, steward, markets }: Pick<Perpetual, "chain" | "steward" | "markets">,
  prices: Readonly<Record<string, number>>,
): Promise<void> {
  for (const { symbol, feed } of markets) {
    if (prices[symbol] !== undefined) await pushPrice(chain, feed, BigInt(Math.round(prices[symbol] * 1e8)));
  }
  await chain.mine((await chain.timestamp()) + 1);
  for (const { symbol, priceFeed } of markets) if (prices[symbol] !== undefined) steward.call(priceFeed, "update", []);
  await steward.flush();
}

type Core = Omit<Perpetual, "chain" | "steward" | "usdc" | "weth" | "markets"> & {
  readonly factory: ContractRef;
  readonly registry: ContractRef;
  readonly quote: ContractRef;
};

function deployCore(steward: Steward, usdc: ContractRef, weth: ContractRef): Core {
  const deploy = (name: string) => steward.deploy(loadPerp(name));
  const factory = steward.deploy(loadUniswapCore("UniswapV3Factory"));
  const quote = deployWhere(steward, "QuoteToken", (address) => address > "0xc");
  const [config, registry, orderBook] = [deploy("ClearingHouseConfig"), deploy("MarketRegistry"), deploy("OrderBook")];
  const [positions, fund, exchange] = [deploy("AccountBalance"), deploy("InsuranceFund"), deploy("Exchange")];
  const [vault, clearingHouse, collateralManager] = [
    deploy("Vault"),
    deploy("ClearingHouse"),
    deploy("CollateralManager"),
  ];
  const call = (target: ContractRef, method: string, ...args: unknown[]) =>
    steward.call(
      target,
      method,
      args.map((arg) => (isRef(arg) ? arg.address : arg)),
    );
  call(quote, "initialize", "vUSD", "vUSD");
  call(config, "initialize");
  call(registry, "initialize", factory, quote);
  call(orderBook, "initialize", registry);
  call(positions, "initialize", config, orderBook);
  call(fund, "initialize", usdc);
  call(exchange, "initialize", registry, orderBook, config);
  call(vault, "initialize", fund, config, positions, exchange);
  call(clearingHouse, "initialize", config, vault, quote, factory, exchange, positions, fund);
  call(collateralManager, "initialize", config, vault, 3, 750_000, 500_000, 5_000, 30_000, 10n ** 12n, 500_000_000n);
  call(orderBook, "setExchange", exchange);
  call(exchange, "setAccountBalance", positions);
  call(positions, "setVault", vault);
  call(fund, "setVault", vault);
  call(vault, "setClearingHouse", clearingHouse);
  call(vault, "setCollateralManager", collateralManager);
  call(vault, "setWETH9", weth);
  for (const part of [registry, orderBook, exchange, positions]) call(part, "setClearingHouse", clearingHouse);
  call(config, "setSettlementTokenBalanceCap", MaxUint256);
  call(quote, "addWhitelist", clearingHouse);
  call(quote, "mintMaximumTo", clearingHouse);
  const parts = { factory, quote, registry, clearingHouse, vault, exchange, positions, orderBook, fund, config };
  return { ...parts, collateralManager };
}

function openMarket(steward: Steward, core: Core, symbol: string, price: number): PerpMarket {
  const { clearingHouse, factory, quote, registry, exchange } = core;
  const feed = deployFeed(steward, `${symbol} / USD`, FEED_DECIMALS);
  const priceFeed = steward.deploy(loadOracle("ChainlinkPriceFeedV3"), [
    feed.proxy.address,
    FEED_TIMEOUT_SEC,
    TWAP_SEC,
  ]);
  const dispatcher = steward.deploy(loadOracle("PriceFeedDispatcher"), [priceFeed.address]);
  // The protocol takes base tokens only whose address is below the quote token's.
  const base = deployWhere(steward, "BaseToken", (address) => address < quote.address);
  const pool = {
    name: `${symbol} pool`,
    address: poolOf(factory, base, quote),
    abi: loadUniswapCore("UniswapV3Pool").abi,
  };
  steward.call(base, "initialize", [symbol, symbol, dispatcher.address]);
  steward.call(factory, "createPool", [base.address, quote.address, FEE]);
  steward.call(pool, "initialize", [sqrtX96(price)]);
  steward.call(pool, "increaseObservationCardinalityNext", [OBSERVATIONS]);
  for (const holder of [clearingHouse, pool]) steward.call(base, "addWhitelist", [holder.address]);
  steward.call(base, "mintMaximumTo", [clearingHouse.address]);
  steward.call(quote, "addWhitelist", [pool.address]);
  steward.call(registry, "addPool", [base.address, FEE]);
  steward.call(registry, "setInsuranceFundFeeRatio", [base.address, 100_000]);
  steward.call(exchange, "setMaxTickCrossedWithinBlock", [base.address, MAX_TICKS_A_BLOCK]);
  return { symbol, base, pool, feed, priceFeed };
}

/** WETH counts as margin at 70 % of its price. */
function acceptWeth(steward: Steward, { collateralManager }: Core, weth: ContractRef, priceFeed: ContractRef): void {
  const config = {
    priceFeed: priceFeed.address,
    collateralRatio: 700_000,
    discountRatio: 100_000,
    depositCap: MaxUint256,
  };
  steward.call(collateralManager, "addCollateral", [weth.address, config]);
}

/** Deploy until the address, which follows from the nonce, is as wanted. */
function deployWhere(steward: Steward, name: string, isWanted: (address: Address) => boolean): ContractRef {
  for (;;) {
    const ref = steward.deploy(loadPerp(name));
    if (isWanted(ref.address)) return ref;
  }
}

function poolOf(factory: ContractRef, base: ContractRef, quote: ContractRef): Address {
  const key = AbiCoder.defaultAbiCoder().encode(["address", "address", "uint24"], [base.address, quote.address, FEE]);
  const initCode = keccak256(loadUniswapCore("UniswapV3Pool").bytecode);
  return getCreate2Address(factory.address, keccak256(key), initCode).toLowerCase() as Address;
}

/** Square root of a price, 2^96-scaled; to eight digits, which is enough to open a pool or to limit a swap. */
export function sqrtX96(price: number): bigint {
  return (BigInt(Math.round(Math.sqrt(price) * 1e8)) << 96n) / 100_000_000n;
}

function isRef(value: unknown): value is ContractRef {
  return typeof value === "object" && value !== null && "abi" in value;
}

function loadPerp(name: string): Artifact {
  return load("@perp/curie-contract", name);
}

function loadOracle(name: string): Artifact {
  return load("@perp/perp-oracle-contract", name);
}

function load(packageName: string, name: string): Artifact {
  const root = path.dirname(require.resolve(`${packageName}/package.json`));
  const file = path.join(root, `artifacts/contracts/${name}.sol/${name}.json`);
  const raw = JSON.parse(readFileSync(file, "utf8")) as { abi: []; bytecode: Hex };
  return { name, abi: new Interface(raw.abi), bytecode: raw.bytecode, linkReferences: {} };
}
