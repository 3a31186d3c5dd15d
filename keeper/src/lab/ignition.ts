import hre from "hardhat";
import type { NetworkHooks } from "hardhat/types/hooks";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { DevChain } from "./chain.js";

/** Runs an Ignition module of deploy/ on a chain that mines only when told to, so that the blocks come out the same. */

type Ignition = DevChain["hardhat"]["ignition"];
type Module = Parameters<Ignition["deploy"]>[0];
type Options = NonNullable<Parameters<Ignition["deploy"]>[1]>;

/** Ignition waits for new blocks between its steps by asking for the latest one. */
const WAITS_WITH = "eth_getBlockByNumber";
const CONFIG = { requiredConfirmations: 1, blockPollingInterval: 1, disableFeeBumping: true };

/**
 * Deploy `module` as `chain.deployer`. Whenever Ignition looks for a new block, one is mined a second after the last, with
 * whatever Ignition has sent since: the same module gives the same blocks. Its journal is of no use afterwards and removed.
 */
export async function deployModule<M extends Module>(
  chain: DevChain,
  module: M,
  parameters: NonNullable<Options["parameters"]>,
): ReturnType<typeof chain.hardhat.ignition.deploy<string, string, M["results"], "basic">> {
  const deploymentId = `lab-${randomUUID()}`;
  const hooks: Partial<NetworkHooks> = {
    async onRequest(context, connection, request, next) {
      if (connection.id === chain.hardhat.id && request.method === WAITS_WITH) {
        await chain.mine((await chain.timestamp()) + 1);
      }
      return next(context, connection, request);
    },
  };
  hre.hooks.registerHandlers("network", hooks);
  try {
    return await chain.hardhat.ignition.deploy(module, { parameters, deploymentId, config: CONFIG });
  } finally {
    hre.hooks.unregisterHandlers("network", hooks);
    await rm(path.join(hre.config.paths.ignition, "deployments", deploymentId), { recursive: true, force: true });
  }
}
