import { Contract, ContractFactory, HDNodeWallet, Interface, JsonRpcProvider, id, toQuantity } from "ethers";
import type { Signer } from "ethers";
import { network } from "hardhat";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { DEFAULT_LIMITS, DEFAULT_TARGET_CONFIG } from "../../deploy/defaults.js";
import { loadForeign } from "../../keeper/src/lab/world/artifacts.js";
import { CircuitBreaker__factory, RiskOracle__factory, type CircuitBreaker } from "../../typechain-types/index.js";
import { root } from "../repo/sources.js";
import { requireMainnet } from "./fork-source.js";

const require = createRequire(import.meta.url);
const ETHER = 10n ** 18n;
const MONTH = 30 * 24 * 3_600;

/** A breaker of our own on a live fork of mainnet, whose every role is the deployer's. */
export interface LiveBreaker {
  readonly deployer: Signer;
  readonly breaker: CircuitBreaker;
  /** Configures `target` anew, its throttle as given, and raises it to `level` for half an hour. */
  raise(target: string, level: number, throttleCapacity?: bigint): Promise<void>;
  /** A fresh account with a thousand ether. */
  account(name: string): Promise<Signer>;
  /** A token of ours, all of which goes to the deployer. */
  token(symbol: string): Promise<Contract>;
  /** Deploys a contract that the tests bring, by its name under test/contracts/support/. */
  support(name: string, args: readonly unknown[]): Promise<Contract>;
  close(): Promise<void>;
}

/** Forks mainnet where `requireMainnet` finds it; skips the running suite, loudly, where it does not. */
export async function startLiveBreaker(context: Mocha.Context): Promise<LiveBreaker> {
  const { url, blockNumber, close } = await requireMainnet(context);
  const override = { chainId: 1, forking: { url, ...(blockNumber === undefined ? {} : { blockNumber }) } };
  const server = await network.createServer({ network: "lab", override }, "127.0.0.1", 0);
  const { address, port } = await server.listen();
  const provider = new JsonRpcProvider(`http://${address}:${port}`, 1, { staticNetwork: true, cacheTimeout: -1 });
  return stage(provider, async () => {
    provider.destroy();
    await server.close();
    await close();
  });
}

async function stage(provider: JsonRpcProvider, close: () => Promise<void>): Promise<LiveBreaker> {
  const account = async (name: string): Promise<Signer> => {
    const wallet = HDNodeWallet.fromSeed(id(name)).connect(provider); // everybody can derive it: worth nothing
    await provider.send("hardhat_setBalance", [wallet.address, toQuantity(1_000n * ETHER)]);
    return wallet;
  };
  const deployer = await account("deployer");
  const me = await deployer.getAddress();
  const manager = await deploy(deployer, openZeppelin("AccessManager"), [me]);
  const oracle = await new RiskOracle__factory(deployer).deploy(manager, 12, DEFAULT_LIMITS);
  const breaker = await new CircuitBreaker__factory(deployer).deploy(oracle, manager, MONTH);
  await (await breaker.armGuardian(me)).wait();
  return {
    ...{ deployer, breaker, account, close },
    async raise(target, level, throttleCapacity = DEFAULT_TARGET_CONFIG.throttleCapacity) {
      const config = { ...DEFAULT_TARGET_CONFIG, throttleCapacity };
      await (await breaker.configureTarget(target, config)).wait();
      if (level > 0) await (await breaker.trip(target, level, level === 1 ? 0 : 1_800, "drill")).wait();
    },
    async token(symbol) {
      const { abi, bytecode } = loadForeign("@chainlink/contracts/src/v0.8/shared/token/ERC20/BurnMintERC20");
      return deploy(deployer, { abi, bytecode }, [symbol, symbol, 18, 0, 1_000_000n * ETHER]);
    },
    support: (name, args) => deploy(deployer, supportArtifact(name), args),
  };
}

interface Deployable {
  readonly abi: Interface;
  readonly bytecode: string;
}

async function deploy(deployer: Signer, { abi, bytecode }: Deployable, args: readonly unknown[]): Promise<Contract> {
  const created = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
  await created.waitForDeployment();
  return new Contract(await created.getAddress(), abi, deployer);
}

function parse(file: string): Deployable {
  const { abi, bytecode } = JSON.parse(readFileSync(file, "utf8")) as { abi: string[]; bytecode: string };
  return { abi: new Interface(abi), bytecode };
}

const openZeppelin = (name: string): Deployable =>
  parse(require.resolve(`@openzeppelin/contracts/build/contracts/${name}.json`));

const supportArtifact = (name: string): Deployable =>
  parse(path.join(root, `artifacts/test/contracts/support/${name}.sol/${name}.json`));
