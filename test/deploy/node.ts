import { JsonRpcProvider } from "ethers";
import { readRecord, type DeploymentRecord } from "../../deploy/record.js";
import { deployTo } from "../../deploy/run.js";
import { requireAnvil } from "../fork/anvil-node.js";
import { startBareAnvil } from "../integration/world/anvil.js";
import { openWorkplace } from "./command.js";

/** A node over HTTP on which the deploy command has run to its end. */
export interface DeployedNode {
  readonly rpc: string;
  readonly provider: JsonRpcProvider;
  /** Folder with deployment.json. */
  readonly folder: string;
  readonly record: DeploymentRecord;
  close(): Promise<void>;
}

/** Start anvil and deploy what `file` says. Skips the running test where anvil is not installed. */
export async function startDeployed(context: Mocha.Context, file: object): Promise<DeployedNode> {
  // Not EDR: closing its server waits for connections that the simulation, in this process, keeps in its pool.
  const anvil = await startBareAnvil(requireAnvil(context));
  const place = await openWorkplace(file);
  const { name, parameters, out } = place;
  await deployTo({ network: "devchain", name, rpc: anvil.url, parameters, out, yes: true }, () => undefined);
  const provider = new JsonRpcProvider(anvil.url, undefined, { cacheTimeout: -1 });
  const close = async (): Promise<void> => {
    provider.destroy();
    await place.clear();
    await anvil.close();
  };
  return { rpc: anvil.url, provider, folder: out, record: await readRecord(out), close };
}
