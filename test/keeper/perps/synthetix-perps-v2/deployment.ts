import {
  Interface,
  type InterfaceAbi,
  ZeroAddress,
  encodeBytes32String,
  keccak256,
  parseEther,
  toUtf8Bytes,
} from "ethers";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { DevChain } from "../../../../keeper/src/lab/chain.js";
import type { Artifact } from "../../../../keeper/src/lab/world/artifacts.js";
import { type Feed, deployFeed, openOracleNodes, pushPrice } from "../../../../keeper/src/lab/world/chainlink.js";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type Steward, beginSetup, openSteward } from "../../../../keeper/src/lab/world/steward.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";

const require = createRequire(import.meta.url);
const FEED_DECIMALS = 8;
const STALE_SEC = 86_400;
/** Twenty-two new values. */
const SETTING_GAS = 15_000_000n;

/** What changes positions. */
const TRADING = [
  "transferMargin",
  "withdrawAllMargin",
  "modifyPosition",
  "closePosition",
  "flagPosition",
  "liquidatePosition",
];

/** A market behind its proxy: `proxy` has the functions of all its parts. */
export interface SynthetixMarket {
  readonly asset: "sETH" | "sBTC";
  readonly proxy: ContractRef;
  readonly feed: Feed;
}

/** The genuine Perps v2, of Optimism's bytecode, with what it calls of Synthetix. */
export interface Synthetix {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly manager: ContractRef;
  readonly settings: ContractRef;
  readonly data: ContractRef;
  /** The token sUSD, through its proxy. */
  readonly currency: ContractRef;
  readonly markets: readonly SynthetixMarket[];
}

export const PRICES = { sETH: 2_000, sBTC: 40_000 } as const;

/**
 * Deploy Perps v2 with everything that it calls, and `holders` with a million sUSD each. Contracts whose functions are
 * never called stand in the resolver under their names as the steward's account: caches take no zeros.
 */
export async function deploySynthetix(chain: DevChain, holders: readonly Address[]): Promise<Synthetix> {
  const steward = await openSteward(chain);
  await openOracleNodes(chain);
  await beginSetup(chain);
  const core = deployCore(steward, holders);
  const markets = [openMarket(steward, core, "sETH"), openMarket(steward, core, "sBTC")];
  await steward.flush();
  await fillResolver(steward, core);
  const { settings, systemSettings, manager } = core;
  steward.call(systemSettings, "setPriceDeviationThresholdFactor", [parseEther("3")]);
  steward.call(systemSettings, "setRateStalePeriod", [STALE_SEC]);
  // Keeper fees of the package's defaults; the least margin first, which bounds the others.
  steward.call(settings, "setMinInitialMargin", [parseEther("40")]);
  steward.call(settings, "setMaxKeeperFee", [parseEther("1000")]);
  steward.call(settings, "setMinKeeperFee", [parseEther("1")]);
  steward.call(settings, "setLiquidationFeeRatio", [parseEther("0.0035")]);
  steward.call(settings, "setKeeperLiquidationFee", [parseEther("2")]);
  steward.call(manager, "addProxiedMarkets", [markets.map(({ proxy }) => proxy.address)]);
  for (const { asset } of markets) {
    const data = settings.abi.encodeFunctionData("setParameters", [name(`${asset}PERP`), parametersOf(asset)]) as Hex;
    steward.add({ label: "parameters", from: steward.address, to: settings.address, data, gas: SETTING_GAS });
  }
  await setPrices({ chain, markets }, PRICES);
  await steward.flush();
  return { chain, steward, markets, ...core };
}

/** A round of each feed. */
export async function setPrices(
  { chain, markets }: Pick<Synthetix, "chain" | "markets">,
  prices: Readonly<Record<string, number>>,
): Promise<void> {
  for (const { asset, feed } of markets) {
    if (prices[asset] !== undefined) await pushPrice(chain, feed, BigInt(Math.round(prices[asset] * 1e8)));
  }
  await chain.mine((await chain.timestamp()) + 1);
}

interface Core extends Omit<Synthetix, "chain" | "steward" | "markets"> {
  readonly resolver: ContractRef;
  readonly rates: ContractRef;
  readonly systemSettings: ContractRef;
  /** Contracts by their names in the resolver. */
  readonly named: Map<string, ContractRef>;
  /** Contracts that look others up. */
  readonly cached: ContractRef[];
}

function deployCore(steward: Steward, holders: readonly Address[]): Core {
  const owner = steward.address;
  const deploy = (source: string, args: readonly unknown[], libraries: Record<string, Address> = {}) =>
    steward.deploy(load(source, libraries), args);
  const SafeDecimalMath = deploy("SafeDecimalMath", []).address;
  const math = { SafeDecimalMath };
  const resolver = deploy("AddressResolver", [owner]);
  const at = resolver.address;
  const ExchangeSettlementLib = deploy("ExchangeSettlementLib", [], math).address;
  const SystemSettingsLib = deploy("SystemSettingsLib", [], math).address;
  const [currency, balances] = [deploy("ProxyERC20", [owner]), deploy("TokenState", [owner, owner])];
  const supply = parseEther("1000000") * BigInt(holders.length);
  const synth = ["Synth sUSD", "sUSD", owner, name("sUSD"), supply, at];
  const sUsd = deploy("MultiCollateralSynth", [currency.address, balances.address, ...synth]);
  for (const holder of holders) steward.call(balances, "setBalanceOf", [holder, parseEther("1000000")]);
  steward.call(balances, "setAssociatedContract", [sUsd.address]);
  steward.call(currency, "setTarget", [sUsd.address]);

  const exchanger = deploy("Exchanger", [owner, at], { ...math, ExchangeSettlementLib });
  const rates = deploy("ExchangeRates", [owner, at], math);
  const systemSettings = deploy("SystemSettings", [owner, at], { SystemSettingsLib });
  const feePool = deploy("FeePool", [deploy("Proxy", [owner]).address, owner, at], math);
  const issuer = deploy("Issuer", [owner, at], math);
  const collateral = deploy("CollateralManager", [owner, owner, at, 1, 1, 0, 0], math);
  const [manager, settings] = [
    deploy("FuturesMarketManager", [owner, at]),
    deploy("PerpsV2MarketSettings", [owner, at]),
  ];
  const breaker = deploy("CircuitBreaker", [owner, at]);
  const integrations = deploy("DirectIntegrationManager", [owner, at]);
  const perpRate = deploy("PerpsV2ExchangeRate", [owner, at]);
  const data = deploy("PerpsV2MarketData", [at]);
  const named = new Map([
    ["FlexibleStorage", deploy("FlexibleStorage", [at])],
    ["SystemStatus", deploy("SystemStatus", [owner])],
    ["ExchangeState", deploy("ExchangeState", [owner, exchanger.address])],
    ["Exchanger", exchanger],
    ["ExchangeRates", rates],
    ["SystemSettings", systemSettings],
    ["FeePool", feePool],
    ["Issuer", issuer],
    ["CollateralManager", collateral],
    ["FuturesMarketManager", manager],
    ["PerpsV2MarketSettings", settings],
    ["PerpsV2ExchangeRate", perpRate],
    ["CircuitBreaker", breaker],
    ["DirectIntegrationManager", integrations],
    ["SynthsUSD", sUsd],
    ["ProxysUSD", currency],
  ]);
  const cached = [exchanger, rates, systemSettings, feePool, manager, settings, breaker, integrations, perpRate, sUsd];
  const token = { ...currency, abi: sUsd.abi };
  return { resolver, rates, systemSettings, named, cached, manager, settings, data, currency: token };
}

function openMarket(steward: Steward, core: Core, asset: SynthetixMarket["asset"]): SynthetixMarket {
  const owner = steward.address;
  const feed = deployFeed(steward, `${asset} / USD`, FEED_DECIMALS);
  steward.call(core.rates, "addAggregator", [name(asset), feed.proxy.address]);
  const proxy = steward.deploy(load("ProxyPerpsV2"), [owner]);
  const state = steward.deploy(load("PerpsV2MarketState"), [
    owner,
    [owner],
    name(asset),
    name(`${asset}PERP`),
    ZeroAddress,
  ]);
  const at = core.resolver.address;
  const views = steward.deploy(load("PerpsV2MarketViews"), [state.address, owner, at]);
  const parts = ["PerpsV2Market", "PerpsV2MarketLiquidate"].map((source) =>
    steward.deploy(load(source), [proxy.address, state.address, owner, at]),
  );
  for (const part of [views, ...parts]) {
    part.abi.forEachFunction((fragment) => {
      const isView = part === views && fragment.stateMutability === "view";
      if (isView || TRADING.includes(fragment.name)) {
        steward.call(proxy, "addRoute", [fragment.selector, part.address, isView]);
      }
    });
    core.cached.push(part);
  }
  steward.call(state, "addAssociatedContracts", [parts.map(({ address }) => address)]);
  steward.call(state, "linkOrInitializeState", []);
  const abi = new Interface(
    [views, ...parts].flatMap(({ abi: own }) => own.fragments.filter(({ type }) => type !== "constructor")),
  );
  return { asset, proxy: { name: `${asset} market`, address: proxy.address, abi }, feed };
}

/** Register every name that a cache asks for, then build the caches. */
async function fillResolver(steward: Steward, { resolver, named, cached }: Core): Promise<void> {
  const asked = await Promise.all(
    cached.map(async (part) => (await read(steward.chain, part, "resolverAddressesRequired", []))[0] as Hex[]),
  );
  const known = new Map([...named].map(([key, ref]) => [name(key), ref.address] as const));
  const names = [...new Set([...known.keys(), ...asked.flat()])];
  steward.call(resolver, "importAddresses", [names, names.map((key) => known.get(key) ?? steward.address)]);
  for (const part of cached) steward.call(part, "rebuildCache", []);
  await steward.flush();
}

/** The parameters that Optimism's market has, but for the fees of atomic orders, which are closed there by a fee of 30 %. */
function parametersOf(asset: string): Record<string, unknown> {
  const file = readPackage("perpsv2-markets.json") as readonly Record<string, string>[];
  const market = file.find(({ marketKey }) => marketKey === `${asset}PERP`)!;
  const { inputs } = load("PerpsV2MarketSettings").abi.getFunction("setParameters")!;
  const whole = new Set(
    ["Window", "Delta", "Age"].flatMap((end) => Object.keys(market).filter((key) => key.endsWith(end))),
  );
  whole.delete("maxLiquidationDelta");
  const given: Record<string, string> = { ...market, takerFee: "0.0006", makerFee: "0.000001" };
  return Object.fromEntries(
    inputs[1]!.components!.map(({ name: key, type }) => {
      const value = given[key]!;
      return [key, type === "bytes32" ? name(value) : whole.has(key) ? BigInt(value) : parseEther(value)];
    }),
  );
}

function name(text: string): Hex {
  return encodeBytes32String(text) as Hex;
}

/** A contract as deployment.json has it; libraries stand in its code as hashes of their full names. */
function load(source: string, libraries: Readonly<Record<string, Address>> = {}): Artifact {
  const { abi, bytecode } = sources()[source]!;
  let linked = bytecode;
  for (const [library, address] of Object.entries(libraries)) {
    const hash = keccak256(toUtf8Bytes(`${source}.sol:${library}`)).slice(2, 36);
    linked = linked.replaceAll(`__$${hash}$__`, address.slice(2));
  }
  if (linked.includes("__$")) throw new Error(`${source} needs a library beside ${Object.keys(libraries).join(", ")}`);
  // Libraries' interfaces name types of their source, and nobody calls them from outside.
  const isLibrary = /Lib$|Math$/.test(source);
  return { name: source, abi: new Interface(isLibrary ? [] : abi), bytecode: `0x${linked}`, linkReferences: {} };
}

type Sources = Readonly<Record<string, { readonly abi: InterfaceAbi; readonly bytecode: string }>>;

/** Deployed on Optimism when it was no EVM yet, or told as running code: these are taken of its test network's file. */
const OF_TEST_NETWORK = [
  "AddressResolver",
  "CollateralManager",
  "ExchangeState",
  "FlexibleStorage",
  "Proxy",
  "SafeDecimalMath",
];

function sources(): Sources {
  const of = (network: string): Sources => (readPackage("deployment.json", network) as { sources: Sources }).sources;
  if (loaded === undefined) {
    const test = of("sepolia-ovm");
    loaded = { ...of("mainnet-ovm"), ...Object.fromEntries(OF_TEST_NETWORK.map((source) => [source, test[source]!])) };
  }
  return loaded;
}
let loaded: Sources | undefined;

function readPackage(file: string, network = "mainnet-ovm"): unknown {
  const root = path.dirname(require.resolve("synthetix/package.json"));
  return JSON.parse(readFileSync(path.join(root, "publish/deployed", network, file), "utf8"));
}
