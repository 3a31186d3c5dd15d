import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import {
  Contract,
  ContractFactory,
  Interface,
  JsonRpcProvider,
  JsonRpcSigner,
  MaxUint256,
  Network,
  ZeroAddress,
} from "ethers";

import { DEFAULT_LIMITS, DEFAULT_TARGET_CONFIG } from "../../../deploy/defaults.js";
import type { TargetConfigParameter } from "../../../deploy/parameters.js";
import type { Archive } from "../../../keeper/src/chain/archive/archive.js";
import { type RecordedFork, openFork } from "../../../keeper/src/chain/archive/reexecute.js";
import { type BlockControls, blockControls, quantity } from "../../../keeper/src/lab/block-controls.js";
import { type DevRpc, connectRpc } from "../../../keeper/src/lab/dev-rpc.js";
import { loadForeign } from "../../../keeper/src/lab/world/artifacts.js";
import type { Address } from "../../../keeper/src/units.js";
import {
  type CircuitBreaker,
  CircuitBreaker__factory,
  type CometMom,
  CometMom__factory,
  RiskOracle__factory,
} from "../../../typechain-types/index.js";
import { venueSubject } from "../../deploy/bulkhead-fixture.js";
import { startEdr } from "../../fork/edr-node.js";
import { BORROWER, COMET, DEPLOYER, ETH_USD, GENUINE, LENDER, LIQUIDATOR, PAUSE_GUARDIAN } from "./market-archive.js";
import { USDC, USDC_USD, WETH, loadMarket } from "./market-archive.js";

export const THROTTLE = 3;
export const HALT = 4;
export const ETHER = 10n ** 18n;
export const DOLLARS = 10n ** 6n;
/** The market's flags: supply, transfer, withdraw, absorb, buy. */
export const OPEN = [false, false, false, false, false];
/** What the adapter pauses. */
export const OURS = [false, true, true, false, false];
const HOUR = 3_600;

/** The parts of the genuine market that the tests use. */
const MARKET = new Interface([
  "function initializeStorage()",
  "function governor() view returns (address)",
  "function pauseGuardian() view returns (address)",
  "function baseToken() view returns (address)",
  "function supply(address asset, uint256 amount)",
  "function supplyTo(address account, address asset, uint256 amount)",
  "function withdraw(address asset, uint256 amount)",
  "function transferAsset(address to, address asset, uint256 amount)",
  "function absorb(address absorber, address[] accounts)",
  "function buyCollateral(address asset, uint256 minimum, uint256 baseAmount, address recipient)",
  "function pause(bool supply, bool transfer, bool withdraw, bool absorb, bool buy)",
  "function isSupplyPaused() view returns (bool)",
  "function isTransferPaused() view returns (bool)",
  "function isWithdrawPaused() view returns (bool)",
  "function isAbsorbPaused() view returns (bool)",
  "function isBuyPaused() view returns (bool)",
  "function borrowBalanceOf(address account) view returns (uint256)",
  "function balanceOf(address account) view returns (uint256)",
  "function isLiquidatable(address account) view returns (bool)",
  "error Paused()",
  "error Unauthorized()",
]);
const TOKEN = new Interface(["function approve(address spender, uint256 amount)", "function deposit() payable"]);
const FEEDS = "chainlink-contracts-0.8/src/v0.6";

/** The genuine market on a fork of the block that recorded it, with a lender, a borrower, feeds and a breaker. */
export interface Market extends BlockControls {
  readonly archive: Archive;
  readonly fork: RecordedFork;
  readonly rpc: DevRpc;
  readonly provider: JsonRpcProvider;
  readonly comet: Contract;
  readonly breaker: CircuitBreaker;
  readonly target: string;
  as(account: Address): Promise<JsonRpcSigner>;
  /** "done", or what the market said. */
  act(account: string, method: string, args: readonly unknown[]): Promise<string>;
  /** Supply, transfer, withdraw, absorb, buy, as the market's own views say. */
  flags(): Promise<boolean[]>;
  setEthPrice(usd: bigint): Promise<void>;
  /** Put the adapter's code where the market's code expects its pause guardian. */
  appointMom(fromLevel: number): Promise<CometMom>;
  configure(config: Partial<TargetConfigParameter>): Promise<void>;
  trip(level: number, seconds?: number): Promise<void>;
  /** Back to Normal, as governance. */
  release(): Promise<void>;
  close(): Promise<void>;
}

/** Open the market: 500,000 USDC lent, 25,000 borrowed against 10 WETH at 3,800. `strangers` as in {@link loadMarket}. */
export async function openMarket(context: Mocha.Context, strangers: readonly Address[] = []): Promise<Market> {
  const archive = await loadMarket(context, strangers);
  const fork = await openFork(archive, startEdr);
  const rpc = connectRpc(fork.url);
  const staticNetwork = Network.from(1);
  const options = { staticNetwork, batchMaxCount: 1, cacheTimeout: -1, pollingInterval: 20 };
  const provider = new JsonRpcProvider(fork.url, staticNetwork, options);
  const as = async (account: Address): Promise<JsonRpcSigner> => {
    await rpc.call("hardhat_impersonateAccount", [account]);
    await rpc.call("hardhat_setBalance", [account, quantity(1_000n * ETHER)]);
    return new JsonRpcSigner(provider, account);
  };
  await rpc.call("evm_setAutomine", [true]);
  const deployer = await as(DEPLOYER);
  const target = venueSubject(1n, COMET);
  const comet = new Contract(COMET, MARKET, provider);
  const breaker = await deployBreaker(deployer);
  const setEthPrice = await deployFeeds(deployer);
  const market: Market = {
    ...{ archive, fork, rpc, provider, comet, breaker, target, as, setEthPrice },
    ...blockControls(rpc),
    async act(account, method, args) {
      const signed = comet.connect(await as(account as Address)) as Contract;
      return outcome(signed.getFunction(method).send(...args));
    },
    async flags() {
      const names = ["Supply", "Transfer", "Withdraw", "Absorb", "Buy"];
      const views = names.map((name): Promise<boolean> => comet.getFunction(`is${name}Paused`)());
      return Promise.all(views);
    },
    async appointMom(fromLevel) {
      const mom = await new CometMom__factory(deployer).deploy(breaker, target, COMET, fromLevel);
      await rpc.call("hardhat_setCode", [PAUSE_GUARDIAN, await provider.getCode(mom)]);
      return CometMom__factory.connect(PAUSE_GUARDIAN, deployer);
    },
    async configure(config) {
      await (await breaker.configureTarget(target, { ...DEFAULT_TARGET_CONFIG, ...config })).wait();
    },
    async trip(level, seconds = HOUR) {
      await (await breaker.trip(target, level, level === 1 ? 0 : seconds, "drill")).wait();
    },
    async release() {
      await (await breaker.release(target, 0, "over")).wait();
    },
    async close() {
      provider.destroy();
      await fork.close();
    },
  };
  await market.configure({});
  await (await breaker.armGuardian(DEPLOYER)).wait();
  await openPositions(market);
  return market;
}

/** Every test of the suite starts from the market as it was opened, and reads no state that is not in the archive. */
export function useSnapshots(market: () => Market): void {
  let id = "";
  beforeEach(async () => void (id = await market().snapshot()));
  afterEach(async () => {
    const { misses, assumedEmpty } = market().fork;
    expect([...misses]).to.deep.equal([], "read, not recorded");
    expect(GENUINE.filter((address) => assumedEmpty.has(address))).to.deep.equal([], "taken for empty");
    await market().revert(id);
  });
}

async function outcome(sent: Promise<{ wait(): Promise<unknown> }>): Promise<string> {
  try {
    await (await sent).wait();
    return "done";
  } catch (error) {
    const { data } = error as { data?: string };
    return (typeof data === "string" ? MARKET.parseError(data)?.name : undefined) ?? (error as Error).message;
  }
}

async function deployBreaker(deployer: JsonRpcSigner): Promise<CircuitBreaker> {
  const { abi, bytecode } = AccessManagerArtifact;
  const manager = await (await new ContractFactory(abi, bytecode, deployer).deploy(DEPLOYER)).waitForDeployment();
  const oracle = await new RiskOracle__factory(deployer).deploy(manager, 0, DEFAULT_LIMITS);
  await oracle.registerSubjects([{ kind: 2, venue: COMET, asset: ZeroAddress }]);
  return new CircuitBreaker__factory(deployer).deploy(oracle, manager, 30 * 24 * HOUR);
}

/** Put a FluxAggregator with one node behind each feed, through the proxy's own functions. */
async function deployFeeds(deployer: JsonRpcSigner): Promise<(usd: bigint) => Promise<void>> {
  const push = await deployFeed(deployer, ETH_USD);
  await (
    await deployFeed(deployer, USDC_USD)
  )(1n);
  await push(3_800n);
  return push;
}

async function deployFeed(deployer: JsonRpcSigner, feed: Address): Promise<(usd: bigint) => Promise<void>> {
  const { abi, bytecode } = loadForeign(`${FEEDS}/FluxAggregator`);
  const settings = [ZeroAddress, 0, 1_800, ZeroAddress, 1, 2n ** 127n, 8, "recorded feed"];
  const deployed = await new ContractFactory(abi, bytecode, deployer).deploy(...settings);
  const aggregator = new Contract(await deployed.getAddress(), abi, deployer);
  const proxy = new Contract(feed, loadForeign(`${FEEDS}/EACAggregatorProxy`).abi, deployer);
  const send = async (contract: Contract, method: string, ...args: unknown[]) =>
    (await contract.getFunction(method).send(...args)).wait();
  await send(aggregator, "changeOracles", [], [DEPLOYER], [DEPLOYER], 1, 1, 0);
  await send(proxy, "proposeAggregator", aggregator);
  await send(proxy, "confirmAggregator", aggregator);
  return async (usd) => {
    const round: bigint = await aggregator.getFunction("latestRound")();
    await send(aggregator, "submit", round + 1n, usd * 10n ** 8n);
  };
}

async function openPositions(market: Market): Promise<void> {
  const call = async (account: Address, to: Contract, method: string, args: unknown[]) =>
    (await (to.connect(await market.as(account)) as Contract).getFunction(method).send(...args)).wait();
  const [usdc, weth] = [USDC, WETH].map((token) => new Contract(token, TOKEN, market.provider)) as [Contract, Contract];
  await call(DEPLOYER, market.comet, "initializeStorage", []);
  for (const account of [LENDER, BORROWER, LIQUIDATOR]) {
    await call(account, usdc, "approve", [COMET, MaxUint256]);
    await call(account, weth, "deposit", [{ value: 100n * ETHER }]);
    await call(account, weth, "approve", [COMET, MaxUint256]);
  }
  await call(LENDER, market.comet, "supply", [USDC, 500_000n * DOLLARS]);
  await call(BORROWER, market.comet, "supply", [WETH, 10n * ETHER]);
  await call(BORROWER, market.comet, "withdraw", [USDC, 25_000n * DOLLARS]);
}
