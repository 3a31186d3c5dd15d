import { AbiCoder, ZeroAddress } from "ethers";

import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { type Artifact, loadForeign } from "../../../keeper/src/lab/world/artifacts.js";
import { deployFeed, type Feed } from "../../../keeper/src/lab/world/chainlink.js";
import { type ContractRef, read } from "../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import type { Steward } from "../../../keeper/src/lab/world/steward.js";
import { deployErc20 } from "../../../keeper/src/lab/world/tokens.js";
import type { Address } from "../../../keeper/src/units.js";

/** The genuine Aave v3.6, deployed the way its own orchestration does; the steward holds every role. */
export interface AaveV36 {
  readonly addressesProvider: ContractRef;
  readonly aclManager: ContractRef;
  readonly pool: ContractRef;
  readonly configurator: ContractRef;
  readonly oracle: ContractRef;
  readonly rateStrategy: ContractRef;
  /** Reserves by symbol, in the order of their ids. */
  readonly reserves: ReadonlyMap<string, Reserve>;
}

export interface Reserve extends ReserveSpec {
  readonly id: number;
  readonly token: ContractRef;
  readonly feed: Feed;
  readonly aToken: ContractRef;
}

export interface ReserveSpec {
  readonly symbol: string;
  readonly decimals: number;
  readonly ltvBps: number;
  readonly liquidationThresholdBps: number;
  /** Above 10 000: what a liquidator gets for 10 000. */
  readonly liquidationBonusBps: number;
  readonly canBeBorrowed: boolean;
}

const LOGIC = ["SupplyLogic", "BorrowLogic", "LiquidationLogic", "PoolLogic", "ConfiguratorLogic"] as const;
const FEED_DECIMALS = 8;
/** Optimal usage 80 %, 0 at first, 4 % up to it and 60 % more beyond: basis points, as the strategy takes them. */
const RATES = AbiCoder.defaultAbiCoder().encode(["uint16", "uint32", "uint32", "uint32"], [8_000, 0, 400, 6_000]);

/** A contract of Aave v3.6 by its path under `src/contracts/`, without ".sol". */
export function loadAaveV36(source: string): Artifact {
  return loadForeign(`@aave-dao/aave-v3-origin/src/contracts/${source}`);
}

/** Deploy a pool with these reserves, unpriced: see {@link Reserve.feed}. */
export async function deployAaveV36(steward: Steward, specs: readonly ReserveSpec[]): Promise<AaveV36> {
  const provider = steward.deploy(loadAaveV36("protocol/configuration/PoolAddressesProvider"), [
    "Bulkhead test",
    steward.address,
  ]);
  steward.call(provider, "setACLAdmin", [steward.address]);
  const aclManager = steward.deploy(loadAaveV36("protocol/configuration/ACLManager"), [provider.address]);
  steward.call(provider, "setACLManager", [aclManager.address]);
  for (const role of ["PoolAdmin", "EmergencyAdmin", "RiskAdmin"]) {
    steward.call(aclManager, `add${role}`, [steward.address]);
  }
  const rateStrategy = deployPool(steward, provider);
  const listed = specs.map((spec) => ({
    ...spec,
    token: deployErc20(steward, spec.symbol, spec.decimals),
    feed: deployFeed(steward, `${spec.symbol} / USD`, FEED_DECIMALS),
  }));
  const oracle = deployOracle(steward, provider, listed);
  await steward.flush();

  const { chain } = steward;
  const pool = await named(chain, provider, "instances/PoolInstance", ["getPool"]);
  const configurator = await named(chain, provider, "instances/PoolConfiguratorInstance", ["getPoolConfigurator"]);
  listReserves(steward, { pool, configurator }, listed);
  await steward.flush();
  const reserves = new Map<string, Reserve>();
  for (const [id, reserve] of listed.entries()) {
    const aToken = await named(chain, pool, "instances/ATokenInstance", ["getReserveAToken", reserve.token.address]);
    reserves.set(reserve.symbol, { ...reserve, id, aToken });
  }
  return { addressesProvider: provider, aclManager, pool, configurator, oracle, rateStrategy, reserves };
}

function deployPool(steward: Steward, provider: ContractRef): ContractRef {
  const libraries: Record<string, Address> = {};
  for (const name of [...LOGIC, "FlashLoanLogic"]) {
    libraries[name] = steward.deploy(loadAaveV36(`protocol/libraries/logic/${name}`), [], libraries).address;
  }
  const rates = steward.deploy(loadAaveV36("misc/DefaultReserveInterestRateStrategyV2"), [provider.address]);
  const pool = steward.deploy(loadAaveV36("instances/PoolInstance"), [provider.address, rates.address], libraries);
  const configurator = steward.deploy(loadAaveV36("instances/PoolConfiguratorInstance"), [], libraries);
  steward.call(provider, "setPoolImpl", [pool.address]);
  steward.call(provider, "setPoolConfiguratorImpl", [configurator.address]);
  const dataProvider = steward.deploy(loadAaveV36("helpers/AaveProtocolDataProvider"), [provider.address]);
  steward.call(provider, "setPoolDataProvider", [dataProvider.address]);
  return rates;
}

type Listed = ReserveSpec & Pick<Reserve, "token" | "feed">;

function deployOracle(steward: Steward, provider: ContractRef, listed: readonly Listed[]): ContractRef {
  const oracle = steward.deploy(loadAaveV36("misc/AaveOracle"), [
    provider.address,
    listed.map(({ token }) => token.address),
    listed.map(({ feed }) => feed.proxy.address),
    ZeroAddress,
    ZeroAddress,
    10n ** 8n,
  ]);
  steward.call(provider, "setPriceOracle", [oracle.address]);
  return oracle;
}

function listReserves(
  steward: Steward,
  { pool, configurator }: Pick<AaveV36, "pool" | "configurator">,
  listed: readonly Listed[],
): void {
  const treasury = derivedAddress("treasury");
  const aToken = steward.deploy(loadAaveV36("instances/ATokenInstance"), [pool.address, ZeroAddress, treasury]);
  const debtToken = steward.deploy(loadAaveV36("instances/VariableDebtTokenInstance"), [pool.address, ZeroAddress]);
  const input = ({ symbol, token }: Listed): Record<string, unknown> => ({
    aTokenImpl: aToken.address,
    variableDebtTokenImpl: debtToken.address,
    underlyingAsset: token.address,
    aTokenName: `Aave ${symbol}`,
    aTokenSymbol: `a${symbol}`,
    variableDebtTokenName: `Aave debt ${symbol}`,
    variableDebtTokenSymbol: `d${symbol}`,
    params: "0x",
    interestRateData: RATES,
  });
  for (const reserve of listed) {
    const { token, canBeBorrowed, ...risk } = reserve;
    const collateral = [risk.ltvBps, risk.liquidationThresholdBps, risk.liquidationBonusBps];
    steward.call(configurator, "initReserves", [[input(reserve)]]);
    steward.call(configurator, "configureReserveAsCollateral", [token.address, ...collateral]);
    steward.call(configurator, "setReserveBorrowing", [token.address, canBeBorrowed]);
    steward.call(configurator, "setReserveFactor", [token.address, 1_000]);
    steward.call(configurator, "setReserveFlashLoaning", [token.address, true]);
  }
}

/** The contract that `registry` names, with the interface of `source`. */
async function named(
  chain: DevChain,
  registry: ContractRef,
  source: string,
  [getter, ...args]: readonly [string, ...string[]],
): Promise<ContractRef> {
  const [address] = await read(chain, registry, getter, args);
  const { name, abi } = loadAaveV36(source);
  return { name, address: String(address).toLowerCase() as Address, abi };
}
