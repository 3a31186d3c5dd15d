import { JsonRpcProvider } from "ethers";
import hre, { network } from "hardhat";
import path from "node:path";

import { readJournal } from "./journal.js";
import Bulkhead from "./modules/Bulkhead.js";
import BulkheadWithExampleOwner from "./modules/BulkheadWithExampleOwner.js";
import { ParametersInvalid, readParameterFile, type DeploymentFile } from "./parameter-file.js";
import { preflight } from "./preflight.js";
import { writeRecord } from "./record.js";
import { renderDifferences, renderSimulation } from "./render.js";
import { differences } from "./role-table.js";
import { simulate, SimulationFailed, type Simulation } from "./simulate.js";

const DEVELOPMENT = 31_337;

/** What the command line says. */
export interface DeployOptions {
  readonly network: string;
  /** Of the deployment; the network's where left out. */
  readonly name?: string;
  readonly parameters: string;
  readonly rpc?: string;
  readonly deployer?: string;
  readonly out?: string;
  readonly yes?: boolean;
  /** Show Ignition's own progress. */
  readonly progress?: boolean;
}

type Say = (line: string) => void;
type Connection = Awaited<ReturnType<typeof network.create>>;

/** Simulate, print, and where `yes` says so, send and record. Throws when a parameter, the chain or the simulation is not as it has to be. */
export async function deployTo(options: DeployOptions, say: Say): Promise<void> {
  const file = readParameterFile(options.parameters);
  const url = await urlOf(options);
  const deployer = options.deployer ?? (await firstAccount(options, url));
  const provider = new JsonRpcProvider(url);
  const name = options.name ?? options.network;
  const journal = path.join(hre.config.paths.ignition, "deployments", name);
  try {
    const remarks = await preflight(provider, file, deployer);
    const plan = await simulate({ url, file, deployer, journal });
    say(`${file.module} on chain ${file.chainId} as ${deployer}, simulated on block ${plan.blockNumber}\n`);
    for (const line of await renderSimulation(plan, file, deployer)) say(line);
    for (const remark of remarks) say(`note: ${remark}`);
    requireIntended(plan);
    if (options.yes !== true) return say("\nnothing was sent: --yes sends it");
    const sending = { deploymentId: name, displayUi: options.progress === true };
    await send(await connect(options.network, url), file, sending);
    const steps = await readJournal(journal, provider);
    const folder = options.out ?? defaultFolder(name, file.chainId);
    await writeRecord(folder, { file, deployer, steps });
    say(
      `\nsent; addresses and ABIs are in ${folder}. Now: npm run verify-deployment -- --rpc URL --deployment ${folder}`,
    );
  } finally {
    provider.destroy();
  }
}

/** Development chains are nobody's business but the developer's: git ignores that folder. */
function defaultFolder(name: string, chainId: number): string {
  return path.join(chainId === DEVELOPMENT ? ".bulkhead/deployments" : "deployments", name);
}

function requireIntended(plan: Simulation): void {
  const found = differences(plan.intended, plan.roles);
  if (found.length > 0) throw new SimulationFailed(renderDifferences(found).join("\n"));
}

async function urlOf({ network: name, rpc }: DeployOptions): Promise<string> {
  if (rpc !== undefined) return rpc;
  const config = hre.config.networks[name];
  if (config === undefined || config.type !== "http") {
    const known = Object.entries(hre.config.networks).flatMap(([each, { type }]) => (type === "http" ? [each] : []));
    throw new ParametersInvalid("--network", [`saw ${name}, expected one of ${known.join(", ")}`]);
  }
  return config.url.get();
}

async function firstAccount(options: DeployOptions, url: string): Promise<string> {
  const connection = await connect(options.network, url);
  try {
    const accounts = (await connection.provider.request({ method: "eth_accounts" })) as string[];
    if (accounts[0] !== undefined) return accounts[0];
    throw new ParametersInvalid("--deployer", [
      "saw no account of the network, expected a key in its config, or --deployer",
    ]);
  } finally {
    await connection.close();
  }
}

const connect = (name: string, url: string): Promise<Connection> =>
  network.create({ network: name, override: { url } });

/** Ignition resumes from its journal: what was sent before is not sent again. */
async function send(
  connection: Connection,
  file: DeploymentFile,
  how: { readonly deploymentId: string; readonly displayUi: boolean },
): Promise<void> {
  const config = file.chainId === DEVELOPMENT ? { blockPollingInterval: 100 } : {};
  const shared = { ...how, config };
  try {
    if (file.module === "Bulkhead") {
      await connection.ignition.deploy(Bulkhead, { ...shared, parameters: { Bulkhead: { ...file.parameters } } });
    } else {
      const parameters = { BulkheadWithExampleOwner: { ...file.parameters } };
      await connection.ignition.deploy(BulkheadWithExampleOwner, { ...shared, parameters });
    }
  } finally {
    await connection.close();
  }
}
