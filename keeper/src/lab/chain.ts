import { HDNodeWallet, JsonRpcProvider, JsonRpcSigner, Network, Wallet } from "ethers";
import type { BaseWallet } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { Address } from "../units.js";
import { blockControls, quantity } from "./block-controls.js";
import type { BlockControls } from "./block-controls.js";
import { ChainIdError, KeyFileError, PortTakenError } from "./chain-errors.js";
import { connectRpc } from "./dev-rpc.js";
import type { DevRpc } from "./dev-rpc.js";

/** The chain id of every local development chain, and the only one that is used without being named. */
export const DEV_CHAIN_ID = 31_337;

/** The mnemonic that Hardhat and anvil fund by default: public, worth nothing. */
const DEV_MNEMONIC = "test test test test test test test test test test test junk";
const DEPLOYER_MINIMUM_WEI = 1_000n * 10n ** 18n;

/** A development chain that the lab drives: embedded or one that was there before, over the same JSON-RPC. */
export interface DevChain extends BlockControls {
  readonly url: string;
  readonly chainId: number;
  readonly provider: JsonRpcProvider;
  readonly rpc: DevRpc;
  /** For Ignition: an http connection to the same node that signs as `deployer`. */
  readonly hardhat: NetworkConnection;
  readonly deployer: BaseWallet;
  impersonate(address: Address): Promise<JsonRpcSigner>;
  setBalance(address: Address, wei: bigint): Promise<void>;
  /** Let go of every handle; an embedded chain ends, an attached one mines by itself again. */
  close(): Promise<void>;
}

/**
 * Start a chain inside this process, with a JSON-RPC server on 127.0.0.1.
 *
 * **Units.** `genesisTime` in unix seconds. **Throws** {@link PortTakenError}.
 */
export async function startEmbeddedChain(options: { genesisTime: number; port?: number }): Promise<DevChain> {
  const port = options.port ?? 0;
  if (port !== 0) await requireFreePort(port);
  const initialDate = new Date(options.genesisTime * 1_000);
  const server = await network.createServer({ network: "lab", override: { initialDate } }, "127.0.0.1", port);
  const listening = await server.listen();
  const rpc = connectRpc(`http://127.0.0.1:${listening.port}`);
  const deployer = HDNodeWallet.fromPhrase(DEV_MNEMONIC);
  return drive(rpc, DEV_CHAIN_ID, deployer, () => server.close()).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
}

/**
 * Use a development chain that is already there.
 *
 * `allowChainId` names the one id besides 31337 that may be used; it needs `keyFile`, a file with the deployer's key.
 * **Throws** {@link ChainUnreachableError}, {@link ChainIdError}, {@link KeyFileError}, {@link DevMethodMissingError}.
 */
export async function attachChain(options: {
  url: string;
  allowChainId?: number;
  keyFile?: string;
}): Promise<DevChain> {
  const rpc = connectRpc(options.url);
  const chainId = Number.parseInt(String(await rpc.call("eth_chainId")), 16);
  const allowed = [DEV_CHAIN_ID, ...(options.allowChainId === undefined ? [] : [options.allowChainId])];
  if (!allowed.includes(chainId)) throw new ChainIdError(options.url, chainId, allowed);
  const isKeyNeeded = chainId !== DEV_CHAIN_ID || options.keyFile !== undefined;
  const deployer = isKeyNeeded ? await readKeyFile(options.keyFile) : HDNodeWallet.fromPhrase(DEV_MNEMONIC);
  await requireDevMethods(rpc);
  return drive(rpc, chainId, deployer, () => rpc.call("evm_setAutomine", [true]).then(() => undefined));
}

async function drive(
  rpc: DevRpc,
  chainId: number,
  wallet: HDNodeWallet | Wallet,
  release: () => Promise<void>,
): Promise<DevChain> {
  const provider = connectEthers(rpc.url, chainId);
  const accounts = [wallet.privateKey];
  const hardhat = await network.create({ network: "devchain", override: { url: rpc.url, accounts } });
  const chain: DevChain = {
    url: rpc.url,
    chainId,
    provider,
    rpc,
    hardhat,
    deployer: wallet.connect(provider),
    ...blockControls(rpc),
    async impersonate(address) {
      await rpc.call("hardhat_impersonateAccount", [address]);
      return new JsonRpcSigner(provider, address);
    },
    async setBalance(address, wei) {
      await rpc.call("hardhat_setBalance", [address, quantity(wei)]);
    },
    async close() {
      provider.destroy();
      await hardhat.close();
      await release();
    },
  };
  await fundDeployer(chain);
  return chain;
}

/** No polling in the background, and no cache: two reads in the same quarter second may be of different blocks. */
function connectEthers(url: string, chainId: number): JsonRpcProvider {
  const staticNetwork = Network.from(chainId);
  return new JsonRpcProvider(url, staticNetwork, {
    staticNetwork,
    batchMaxCount: 1,
    cacheTimeout: -1,
    pollingInterval: 100,
  });
}

async function fundDeployer(chain: DevChain): Promise<void> {
  const address = chain.deployer.address.toLowerCase() as Address;
  if ((await chain.provider.getBalance(address)) >= DEPLOYER_MINIMUM_WEI) return;
  await chain.setBalance(address, DEPLOYER_MINIMUM_WEI);
}

/** Ask for one method of each kind that has no effect, so that a node without them is named before anything is sent. */
async function requireDevMethods(rpc: DevRpc): Promise<void> {
  await rpc.call("evm_revert", [await rpc.call("evm_snapshot")]);
  await rpc.call("hardhat_stopImpersonatingAccount", ["0x0000000000000000000000000000000000000001"]);
}

async function readKeyFile(keyFile: string | undefined): Promise<Wallet> {
  if (keyFile === undefined) throw new KeyFileError(keyFile, `a chain other than ${DEV_CHAIN_ID} needs one`);
  const text = await readFile(keyFile, "utf8").catch((cause: unknown) => {
    throw new KeyFileError(keyFile, "cannot be read", cause);
  });
  const key = text.trim();
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) throw new KeyFileError(keyFile, `holds ${key.length} characters`);
  return new Wallet(key);
}

function requireFreePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (cause) => reject(new PortTakenError(port, cause)));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}
