import { Interface, type InterfaceAbi, ZeroAddress, parseUnits } from "ethers";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import type { DevChain } from "../../../../keeper/src/lab/chain.js";
import type { Artifact } from "../../../../keeper/src/lab/world/artifacts.js";
import { type Feed, deployFeed, openOracleNodes, roundOrders } from "../../../../keeper/src/lab/world/chainlink.js";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress } from "../../../../keeper/src/lab/world/orders.js";
import { type Steward, beginSetup, openSteward } from "../../../../keeper/src/lab/world/steward.js";
import { deployErc20 } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address } from "../../../../keeper/src/units.js";

/** The genuine Aave v2, deployed from the bytecode in its package; the steward administers it. */
export interface AaveV2 {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly pool: ContractRef;
  readonly configurator: ContractRef;
  readonly provider: ContractRef;
  readonly oracle: ContractRef;
  readonly dataProvider: ContractRef;
  readonly reserves: readonly Reserve[];
  /** Of the base currency, 8 decimals. */
  readonly etherUsd: Feed;
}

export interface Reserve extends ReserveSpec {
  readonly token: ContractRef;
  readonly aToken: ContractRef;
  /** In ETH, 18 decimals; of WETH none. */
  readonly feed: Feed | undefined;
}

interface ReserveSpec {
  readonly symbol: string;
  readonly decimals: number;
  /** LTV, liquidation threshold, and bonus above 10 000, basis points: mainnet's of 2021. */
  readonly risk: readonly [ltv: number, threshold: number, bonus: number];
  readonly priceEth: string;
  readonly isStableRate: boolean;
}

type Listed = ReserveSpec & Pick<Reserve, "token" | "feed">;

const SPECS: readonly ReserveSpec[] = [
  { symbol: "WETH", decimals: 18, risk: [8_000, 8_250, 10_500], priceEth: "1", isStableRate: true },
  { symbol: "WBTC", decimals: 8, risk: [7_000, 7_500, 11_000], priceEth: "20", isStableRate: false },
  { symbol: "USDC", decimals: 6, risk: [8_000, 8_500, 10_500], priceEth: "0.0005", isStableRate: true },
  { symbol: "DAI", decimals: 18, risk: [7_500, 8_000, 10_500], priceEth: "0.0005", isStableRate: true },
];
const ETHER_USD = "2000";
const RAY = 10n ** 27n;
const require = createRequire(import.meta.url);

/** A contract of Aave v2 by its path under `contracts/`, without ".sol". */
export function loadAaveV2(source: string): Artifact {
  const name = basename(source);
  const file = require.resolve(`@aave/protocol-v2/artifacts/contracts/${source}.sol/${name}.json`);
  const raw = JSON.parse(readFileSync(file, "utf8")) as Artifact & { readonly abi: InterfaceAbi };
  const { bytecode, linkReferences } = raw;
  return { name, abi: new Interface(raw.abi), bytecode, linkReferences };
}

/** Deploy a pool with four reserves that all can be collateral and be borrowed, and price them. */
export async function deployAaveV2(chain: DevChain): Promise<AaveV2> {
  await beginSetup(chain);
  await openOracleNodes(chain);
  const steward = await openSteward(chain);
  const provider = steward.deploy(loadAaveV2("protocol/configuration/LendingPoolAddressesProvider"), ["Bulkhead test"]);
  steward.call(provider, "setPoolAdmin", [steward.address]);
  steward.call(provider, "setEmergencyAdmin", [steward.address]);
  deployPool(steward, provider);
  const listed = SPECS.map((spec) => ({
    ...spec,
    token: deployErc20(steward, spec.symbol, spec.decimals),
    feed: spec.symbol === "WETH" ? undefined : deployFeed(steward, `${spec.symbol} / ETH`, 18),
  }));
  const etherUsd = deployFeed(steward, "ETH / USD", 8);
  const oracle = deployOracles(steward, provider, listed);
  const dataProvider = steward.deploy(loadAaveV2("misc/AaveProtocolDataProvider"), [provider.address]);
  await steward.flush();

  const pool = await named(chain, provider, "protocol/lendingpool/LendingPool", ["getLendingPool"]);
  const source = "protocol/lendingpool/LendingPoolConfigurator";
  const configurator = await named(chain, provider, source, ["getLendingPoolConfigurator"]);
  for (const reserve of listed) listReserve(steward, { pool, configurator, provider }, reserve);
  steward.call(configurator, "setPoolPause", [false]);
  for (const { feed, priceEth } of listed) if (feed !== undefined) await queuePrice(steward, feed, priceEth);
  await queuePrice(steward, etherUsd, ETHER_USD);
  await steward.flush();
  const reserves: Reserve[] = [];
  for (const reserve of listed) {
    const [address] = await read(chain, dataProvider, "getReserveTokensAddresses", [reserve.token.address]);
    const { name, abi } = loadAaveV2("protocol/tokenization/AToken");
    reserves.push({ ...reserve, aToken: { name, abi, address: String(address).toLowerCase() as Address } });
  }
  return { chain, steward, pool, configurator, provider, oracle, dataProvider, reserves, etherUsd };
}

/** Queue a round of a feed; `price` in its own unit, a decimal string. */
export async function queuePrice(steward: Steward, feed: Feed, price: string): Promise<void> {
  const orders = await roundOrders(steward.chain, feed, parseUnits(price, feed.decimals));
  orders.forEach((order) => steward.add(order));
}

function deployPool(steward: Steward, provider: ContractRef): void {
  const libraries: Record<string, Address> = {};
  for (const name of ["ReserveLogic", "GenericLogic", "ValidationLogic"]) {
    libraries[name] = steward.deploy(loadAaveV2(`protocol/libraries/logic/${name}`), [], libraries).address;
  }
  const deploy = (name: string): ContractRef =>
    steward.deploy(loadAaveV2(`protocol/lendingpool/${name}`), [], libraries);
  const collateralManager = deploy("LendingPoolCollateralManager");
  const pool = deploy("LendingPool");
  const configurator = deploy("LendingPoolConfigurator");
  steward.call(provider, "setLendingPoolCollateralManager", [collateralManager.address]);
  steward.call(provider, "setLendingPoolImpl", [pool.address]);
  steward.call(provider, "setLendingPoolConfiguratorImpl", [configurator.address]);
}

/** The price oracle, and the oracle of rates elsewhere, from which stable rates start: 4 % a year for everything. */
function deployOracles(steward: Steward, provider: ContractRef, listed: readonly Listed[]): ContractRef {
  const priced = listed.flatMap(({ token, feed }) => (feed === undefined ? [] : [{ token, feed }]));
  const oracle = steward.deploy(loadAaveV2("misc/AaveOracle"), [
    priced.map(({ token }) => token.address),
    priced.map(({ feed }) => feed.proxy.address),
    ZeroAddress,
    listed.find(({ symbol }) => symbol === "WETH")!.token.address,
  ]);
  steward.call(provider, "setPriceOracle", [oracle.address]);
  const rates = steward.deploy(loadAaveV2("mocks/oracle/LendingRateOracle"));
  for (const { token } of listed) steward.call(rates, "setMarketBorrowRate", [token.address, (4n * RAY) / 100n]);
  steward.call(provider, "setLendingRateOracle", [rates.address]);
  return oracle;
}

function listReserve(
  steward: Steward,
  { pool, configurator, provider }: Pick<AaveV2, "pool" | "configurator" | "provider">,
  { symbol, decimals, token, risk, isStableRate }: Listed,
): void {
  const tokens = "protocol/tokenization";
  const of = [pool.address, token.address];
  const aToken = [...of, derivedAddress("treasury"), `Aave ${symbol}`, `a${symbol}`, ZeroAddress];
  const debt = [...of, `Aave debt ${symbol}`, `d${symbol}`, ZeroAddress];
  // optimal usage, base, variable slopes, stable slopes
  const rates = [80, 1, 4, 75, 2, 75].map((percent) => (RAY * BigInt(percent)) / 100n);
  const strategy = loadAaveV2("protocol/lendingpool/DefaultReserveInterestRateStrategy");
  steward.call(configurator, "initReserve", [
    steward.deploy(loadAaveV2(`${tokens}/AToken`), aToken).address,
    steward.deploy(loadAaveV2(`${tokens}/StableDebtToken`), debt).address,
    steward.deploy(loadAaveV2(`${tokens}/VariableDebtToken`), debt).address,
    decimals,
    steward.deploy(strategy, [provider.address, ...rates]).address,
  ]);
  steward.call(configurator, "configureReserveAsCollateral", [token.address, ...risk]);
  steward.call(configurator, "enableBorrowingOnReserve", [token.address, isStableRate]);
  steward.call(configurator, "setReserveFactor", [token.address, 1_000]);
}

async function named(
  chain: DevChain,
  registry: ContractRef,
  source: string,
  [getter, ...args]: readonly [string, ...string[]],
): Promise<ContractRef> {
  const [address] = await read(chain, registry, getter, args);
  const { name, abi } = loadAaveV2(source);
  return { name, address: String(address).toLowerCase() as Address, abi };
}
