import { getAddress } from "ethers";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

import type { Step } from "./journal.js";
import { localBuild } from "./local-build.js";
import { ParametersInvalid, type DeploymentFile } from "./parameter-file.js";
import type { Deployed } from "./read-roles.js";
import { intendedRoles, type RoleTable } from "./role-table.js";
import { managedNames } from "./roles.js";

const FILE = "deployment.json";
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const delays = z.record(z.string(), z.number());
const roleTable = z.strictObject({
  roles: z.record(
    z.string(),
    z.strictObject({ admin: z.string(), guardian: z.string(), grantDelay: z.number(), members: delays }),
  ),
  targets: z.record(
    z.string(),
    z.strictObject({
      authority: address,
      adminDelay: z.number(),
      closed: z.boolean(),
      functions: z.record(z.string(), z.string()),
    }),
  ),
  timelock: z.strictObject({ minDelay: z.number(), members: z.record(z.string(), z.array(address)) }).exactOptional(),
});

/** Schema of deployment.json; deployments/README.md explains it. */
const deploymentRecord = z.strictObject({
  format: z.literal(1),
  chainId: z.number().int().positive(),
  module: z.string(),
  deployer: address,
  contracts: z.record(
    z.string(),
    z.strictObject({
      address,
      abi: z.string(),
      source: z.string(),
      constructorArguments: z.array(z.unknown()),
      blockNumber: z.number().int(),
      transactionHash: hash,
    }),
  ),
  roles: roleTable,
});

export type DeploymentRecord = z.output<typeof deploymentRecord>;

/** The contracts that `steps` created, by name. */
function created(steps: readonly Step[]): Record<string, Step> {
  return Object.fromEntries(steps.filter(({ method }) => method === undefined).map((step) => [step.contract, step]));
}

/** Where to read the roles of a deployment. */
export function deployedAt(contracts: Readonly<Record<string, { address: string; blockNumber: number }>>): Deployed {
  const { AccessManager: manager, TimelockController: timelock } = contracts;
  if (manager === undefined) throw new Error("saw no AccessManager among the contracts, expected one");
  const managed = managedNames.flatMap((name) => {
    const found = contracts[name];
    return found === undefined ? [] : [[name, found.address] as const];
  });
  const where = {
    accessManager: manager.address,
    managed: Object.fromEntries(managed),
    fromBlock: manager.blockNumber,
  };
  return timelock === undefined ? where : { ...where, timelock: timelock.address };
}

/** The roles that `file` asks for, once its contracts are where `contracts` says. */
export function rolesOf(file: DeploymentFile, contracts: Readonly<Record<string, { address: string }>>): RoleTable {
  const at = (name: string): string => contracts[name]?.address ?? "not deployed";
  const { guardian, riskCouncil, releaser, grantDelay, targetAdminDelay } = file.parameters;
  const parameters = {
    ...{ guardian: getAddress(guardian), riskCouncil: getAddress(riskCouncil), releaser: getAddress(releaser) },
    ...{ grantDelay, targetAdminDelay },
  };
  if (file.module === "Bulkhead") {
    const { governance, governanceDelay: ownerDelay } = file.parameters;
    const owner = getAddress(governance);
    return intendedRoles({ accessManager: at("AccessManager"), owner, ownerDelay, parameters });
  }
  const [owner, governor] = [at("TimelockController"), at("ExampleGovernor")];
  const timelock = { address: owner, minDelay: file.parameters.timelockDelay, governor };
  return intendedRoles({ accessManager: at("AccessManager"), owner, ownerDelay: 0, parameters, timelock });
}

/** {@link deployedAt} and {@link rolesOf} for what a journal has done. */
export function afterSteps(file: DeploymentFile, steps: readonly Step[]): { where: Deployed; roles: RoleTable } {
  const contracts = created(steps);
  return { where: deployedAt(contracts), roles: rolesOf(file, contracts) };
}

/** Write deployment.json and the ABIs into `folder`. */
export async function writeRecord(
  folder: string,
  from: { readonly file: DeploymentFile; readonly deployer: string; readonly steps: readonly Step[] },
): Promise<DeploymentRecord> {
  await mkdir(path.join(folder, "abi"), { recursive: true });
  const contracts: Record<string, DeploymentRecord["contracts"][string]> = {};
  for (const [name, { address: at, args, blockNumber, hash: transactionHash }] of Object.entries(created(from.steps))) {
    const { abi, source } = await localBuild(name);
    const file = `abi/${name}.json`;
    await writeFile(path.join(folder, file), json(abi));
    contracts[name] = {
      ...{ address: at, abi: file, source, constructorArguments: [...args], blockNumber, transactionHash },
    };
  }
  const { chainId, module } = from.file;
  const roles = rolesOf(from.file, contracts);
  const record = { format: 1 as const, chainId, module, deployer: getAddress(from.deployer), contracts, roles };
  await writeFile(path.join(folder, FILE), json(record));
  return deploymentRecord.parse(JSON.parse(json(record)));
}

/** Read deployment.json, or the one in a folder of that name. Throws {@link ParametersInvalid}. */
export async function readRecord(file: string): Promise<DeploymentRecord> {
  const at = file.endsWith(".json") ? file : path.join(file, FILE);
  const text = await readFile(at, "utf8").catch((error: unknown) => {
    throw new ParametersInvalid(at, ["expected a deployment.json that `npm run deploy` wrote"], error);
  });
  const parsed = deploymentRecord.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new ParametersInvalid(
    at,
    parsed.error.issues.map(({ path: where, message }) => `${where.join(".")}: ${message}`),
    parsed.error,
  );
}

function json(value: unknown): string {
  const plain = (_: string, each: unknown): unknown => (typeof each === "bigint" ? each.toString() : each);
  return `${JSON.stringify(value, plain, 2)}\n`;
}
