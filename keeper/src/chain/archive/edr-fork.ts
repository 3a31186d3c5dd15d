import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { HardhatMissing } from "./errors.js";
import type { ForkNode, ForkOptions } from "./reexecute.js";

/** The part of Hardhat that is used here. It is no dependency of the keeper: who verifies blocks installs it. */
interface Hardhat {
  readonly createHardhatRuntimeEnvironment: (config: object) => Promise<{
    readonly network: {
      readonly createServer: (
        params: { readonly network: string; readonly override: object },
        hostname: string,
        port: number,
      ) => Promise<{
        readonly listen: () => Promise<{ readonly address: string; readonly port: number }>;
        readonly close: () => Promise<void>;
      }>;
    };
  }>;
}

/** Name of the one network that the runtime environment below has. */
const NETWORK = "fork";
const GAS_LIMIT = 60_000_000;

type Resolve = (module: string) => string;

/** Path of Hardhat's module, as `resolve` finds it. **Throws** {@link HardhatMissing}. */
export function requireHardhat(resolve: Resolve = createRequire(import.meta.url).resolve): string {
  try {
    return resolve("hardhat/hre");
  } catch (cause) {
    throw new HardhatMissing(cause);
  }
}

/**
 * Load Hardhat, without a configuration file, for its EDR: a node in this process that mines only when told to, in the order
 * in which transactions came in.
 *
 * **Throws** {@link HardhatMissing} where it is not installed.
 */
export async function loadEdr(): Promise<(options: ForkOptions) => Promise<ForkNode>> {
  const file = requireHardhat();
  const hardhat = (await import(pathToFileURL(file).href)) as Hardhat;
  const networks = { [NETWORK]: { type: "edr-simulated", chainType: "l1" } };
  const { network } = await hardhat.createHardhatRuntimeEnvironment({ networks });
  return async ({ url, blockNumber, chainId, hardfork }) => {
    const forking = { url, blockNumber };
    const mining = { auto: false, mempool: { order: "fifo" } };
    const override = { accounts: [], chainId, hardfork, forking, mining, blockGasLimit: GAS_LIMIT };
    const server = await network.createServer({ network: NETWORK, override }, "127.0.0.1", 0);
    const { address, port } = await server.listen();
    return { url: `http://${address}:${port}`, dialect: "edr", close: () => server.close() };
  };
}
