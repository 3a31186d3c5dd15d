import {
  errorDeploymentResultToExceptionMessage,
  HardhatArtifactResolver,
} from "@nomicfoundation/hardhat-ignition/helpers";
import { deploy, DeploymentResultType } from "@nomicfoundation/ignition-core";
import { JsonRpcProvider, toQuantity } from "ethers";
import { artifacts, network } from "hardhat";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { readJournal, type Step } from "./journal.js";
import Bulkhead from "./modules/Bulkhead.js";
import BulkheadWithExampleOwner from "./modules/BulkheadWithExampleOwner.js";
import type { DeploymentFile } from "./parameter-file.js";
import { readRoles } from "./read-roles.js";
import { afterSteps } from "./record.js";
import type { RoleTable } from "./role-table.js";

const MODULES = { Bulkhead, BulkheadWithExampleOwner };
const PLENTY = 10n ** 24n;

/** A deployment that would be refused; the message is Ignition's, with the decoded revert. */
export class SimulationFailed extends Error {
  override readonly name = "SimulationFailed";
}

/** What a deployment would do. */
export interface Simulation {
  readonly blockNumber: number;
  /** Steps up to `blockNumber` were sent by an earlier run. */
  readonly steps: readonly Step[];
  /** As the simulated chain has them at the end, and as the parameters ask for them. */
  readonly roles: RoleTable;
  readonly intended: RoleTable;
  /** Wei per gas of the newest block. */
  readonly baseFee: bigint;
  /** Wei that the deployer has. */
  readonly balance: bigint;
}

/** What to simulate, and on top of what. */
export interface SimulationOptions {
  readonly url: string;
  readonly file: DeploymentFile;
  readonly deployer: string;
  /** Folder of the journal of an earlier run, if there was one: it is continued, in a copy. */
  readonly journal: string;
}

/**
 * Run the whole deployment in this process, on a fork of the newest block of `url`. Nothing is sent there.
 *
 * **Throws** {@link SimulationFailed}.
 */
export async function simulate({ url, file, deployer, journal }: SimulationOptions): Promise<Simulation> {
  const remote = new JsonRpcProvider(url, file.chainId, { staticNetwork: true });
  const block = await remote.getBlock("latest");
  const balance = await remote.getBalance(deployer);
  remote.destroy();
  if (block === null) throw new SimulationFailed(`saw no newest block at ${url}, expected one`);
  const forking = { url, blockNumber: block.number };
  const connection = await network.create({
    network: "lab",
    override: { chainId: file.chainId, accounts: [], forking },
  });
  const folder = await mkdtemp(path.join(tmpdir(), "bulkhead-dry-run-"));
  try {
    if (existsSync(journal)) await cp(journal, folder, { recursive: true });
    // A block of our own: of a development chain's blocks nobody knows which rules they were made under.
    await connection.networkHelpers.mine();
    await connection.provider.request({ method: "hardhat_impersonateAccount", params: [deployer] });
    await connection.provider.request({ method: "hardhat_setBalance", params: [deployer, toQuantity(PLENTY)] });
    const result = await deploy({
      provider: connection.provider,
      deploymentDir: folder,
      artifactResolver: new HardhatArtifactResolver(artifacts),
      ignitionModule: MODULES[file.module],
      deploymentParameters: { [file.module]: { ...file.parameters } },
      // As nodes spell it: Ignition takes an account in another case for another account.
      accounts: [deployer.toLowerCase()],
      config: { requiredConfirmations: 1, blockPollingInterval: 10 },
    });
    if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
      throw new SimulationFailed(errorDeploymentResultToExceptionMessage(result));
    }
    const provider = connection.ethers.provider;
    const steps = await readJournal(folder, provider);
    const { where, roles: intended } = afterSteps(file, steps);
    const roles = await readRoles(provider, where);
    return { blockNumber: block.number, steps, roles, intended, baseFee: block.baseFeePerGas ?? 0n, balance };
  } finally {
    await connection.close();
    await rm(folder, { recursive: true, force: true });
  }
}
