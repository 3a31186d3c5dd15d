import { ZeroAddress } from "ethers";
import { intToBig } from "../../units.js";
import type { Address } from "../../units.js";
import type { DevChain } from "../chain.js";
import { loadAave } from "./artifacts.js";
import type { Feed } from "./chainlink.js";
import { BASE_DECIMALS } from "./spec.js";
import type { WorldSpec } from "./spec.js";
import { read } from "./contract-ref.js";
import { derivedAddress } from "./orders.js";
import type { ContractRef } from "./contract-ref.js";
import type { Steward } from "./steward.js";

/** The genuine Aave v3.0 deployment; the steward holds every role. */
export interface Aave {
  readonly addressesProvider: ContractRef;
  readonly aclManager: ContractRef;
  readonly pool: ContractRef;
  readonly configurator: ContractRef;
  readonly oracle: ContractRef;
  readonly dataProvider: ContractRef;
  /** Gets the protocol's share of interest and of liquidation bonuses. */
  readonly treasury: Address;
  /** The implementations behind every reserve's tokens. */
  readonly tokenImplementations: TokenImplementations;
  /** Charges nothing: every reserve's strategy until {@link startInterest}. */
  readonly zeroStrategy: ContractRef;
}

export interface TokenImplementations {
  readonly aToken: ContractRef;
  readonly stableDebt: ContractRef;
  readonly variableDebt: ContractRef;
}

/** An asset's token and feed; the base currency itself has no feed. */
export interface OracleAsset {
  readonly token: ContractRef;
  readonly feed: Feed | null;
}

/** What {@link deployAaveCore} leaves for {@link finishAave}: the proxies' addresses are read from the provider. */
export interface AaveCore {
  readonly addressesProvider: ContractRef;
  readonly aclManager: ContractRef;
}

const MARKET_ID = "Bulkhead lab";
const LIBRARIES = ["SupplyLogic", "BorrowLogic", "LiquidationLogic", "EModeLogic", "BridgeLogic", "PoolLogic"] as const;

/** One unit of the base currency: 1e8 for USD, 1e18 for ETH. */
export function baseUnitOf(spec: WorldSpec): bigint {
  return 10n ** intToBig(BASE_DECIMALS[spec.baseCurrency]);
}

/** Queue the addresses provider, roles, pool and configurator. */
export function deployAaveCore(steward: Steward): AaveCore {
  const addressesProvider = steward.deploy(loadAave("protocol/configuration/PoolAddressesProvider"), [
    MARKET_ID,
    steward.address,
  ]);
  const provider = addressesProvider.address;
  steward.call(addressesProvider, "setACLAdmin", [steward.address]);
  const aclManager = steward.deploy(loadAave("protocol/configuration/ACLManager"), [provider]);
  steward.call(addressesProvider, "setACLManager", [aclManager.address]);
  for (const role of ["addPoolAdmin", "addEmergencyAdmin", "addRiskAdmin"]) {
    steward.call(aclManager, role, [steward.address]);
  }
  const libraries = deployLibraries(steward);
  const pool = steward.deploy(loadAave("protocol/pool/Pool"), [provider], libraries);
  const configurator = steward.deploy(loadAave("protocol/pool/PoolConfigurator"), [], libraries);
  steward.call(addressesProvider, "setPoolImpl", [pool.address]);
  steward.call(addressesProvider, "setPoolConfiguratorImpl", [configurator.address]);
  return { addressesProvider, aclManager };
}

/** Queue oracle, data provider and token implementations, once the core has been mined. */
export async function finishAave(
  steward: Steward,
  core: AaveCore,
  spec: WorldSpec,
  market: { readonly assets: readonly OracleAsset[]; readonly weth: ContractRef },
): Promise<Aave> {
  const { chain } = steward;
  const provider = core.addressesProvider;
  const pool = await proxyAt(chain, provider, "getPool", "protocol/pool/Pool");
  const configurator = await proxyAt(chain, provider, "getPoolConfigurator", "protocol/pool/PoolConfigurator");
  const oracle = deployOracle(steward, provider, spec, market);
  const dataProvider = steward.deploy(loadAave("misc/AaveProtocolDataProvider"), [provider.address]);
  steward.call(provider, "setPriceOracle", [oracle.address]);
  steward.call(provider, "setPoolDataProvider", [dataProvider.address]);
  const tokens = `protocol/tokenization`;
  return {
    ...core,
    pool,
    configurator,
    oracle,
    dataProvider,
    treasury: derivedAddress("treasury"),
    tokenImplementations: {
      aToken: steward.deploy(loadAave(`${tokens}/AToken`), [pool.address]),
      stableDebt: steward.deploy(loadAave(`${tokens}/StableDebtToken`), [pool.address]),
      variableDebt: steward.deploy(loadAave(`${tokens}/VariableDebtToken`), [pool.address]),
    },
    zeroStrategy: steward.deploy(loadAave("misc/ZeroReserveInterestRateStrategy"), [provider.address]),
  };
}

function deployLibraries(steward: Steward): Record<string, Address> {
  const source = (name: string): ReturnType<typeof loadAave> => loadAave(`protocol/libraries/logic/${name}`);
  const libraries: Record<string, Address> = {};
  for (const name of [...LIBRARIES, "ConfiguratorLogic"]) libraries[name] = steward.deploy(source(name)).address;
  libraries.FlashLoanLogic = steward.deploy(source("FlashLoanLogic"), [], libraries).address;
  return libraries;
}

function deployOracle(
  steward: Steward,
  provider: ContractRef,
  spec: WorldSpec,
  market: { readonly assets: readonly OracleAsset[]; readonly weth: ContractRef },
): ContractRef {
  const priced = market.assets.flatMap(({ token, feed }) => (feed === null ? [] : [{ token, feed }]));
  return steward.deploy(loadAave("misc/AaveOracle"), [
    provider.address,
    priced.map(({ token }) => token.address),
    priced.map(({ feed }) => feed.proxy.address),
    ZeroAddress,
    spec.baseCurrency === "USD" ? ZeroAddress : market.weth.address,
    baseUnitOf(spec),
  ]);
}

async function proxyAt(chain: DevChain, provider: ContractRef, getter: string, source: string): Promise<ContractRef> {
  const [address] = await read(chain, provider, getter, []);
  const { name, abi } = loadAave(source);
  return { name, address: String(address).toLowerCase() as Address, abi };
}
