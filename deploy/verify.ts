import { concat, getBytes, hexlify, JsonRpcProvider, type Provider } from "ethers";

import { localBuild, type LocalBuild } from "./local-build.js";
import { readRoles } from "./read-roles.js";
import { deployedAt, type DeploymentRecord } from "./record.js";
import { differences, type Difference, type RoleTable } from "./role-table.js";

type RecordedContract = DeploymentRecord["contracts"][string];

/** What was found about one contract. */
export interface ContractFinding {
  readonly name: string;
  readonly address: string;
  readonly differences: readonly Difference[];
}

export interface Findings {
  readonly contracts: readonly ContractFinding[];
  /** Who holds what on the chain. */
  readonly roles: RoleTable;
  readonly roleDifferences: readonly Difference[];
}

/**
 * Compare a deployment with this checkout's build and with its own record: the deployed code of every contract, immutables
 * masked; the transaction that created it, whose data is the creation code and the arguments, immutables therefore included;
 * and every role.
 */
export async function verifyDeployment(record: DeploymentRecord, url: string): Promise<Findings> {
  const provider = new JsonRpcProvider(url);
  try {
    const { chainId } = await provider.getNetwork();
    if (chainId !== BigInt(record.chainId)) {
      throw new Error(`saw a node of chain ${chainId}, expected ${record.chainId} as in deployment.json`);
    }
    const contracts: ContractFinding[] = [];
    for (const [name, contract] of Object.entries(record.contracts)) {
      const found = await compareContract(provider, { name, contract, deployer: record.deployer });
      contracts.push({ name, address: contract.address, differences: found });
    }
    const roles = await readRoles(provider, deployedAt(record.contracts));
    return {
      contracts,
      roles,
      roleDifferences: [...differences(record.roles, roles), ...leftOn(record.deployer, roles)],
    };
  } finally {
    provider.destroy();
  }
}

/** A role that the deployer holds is a fault even where the record says so. */
function leftOn(deployer: string, { roles }: RoleTable): Difference[] {
  return Object.entries(roles)
    .filter(([, { members }]) => deployer in members)
    .map(([role]) => ({ what: `${role} of the deployer`, expected: "nothing", seen: deployer }));
}

interface Compared {
  readonly name: string;
  readonly contract: RecordedContract;
  readonly deployer: string;
}

async function compareContract(provider: Provider, { name, contract, deployer }: Compared): Promise<Difference[]> {
  const build = await localBuild(name);
  const code = await provider.getCode(contract.address);
  const sent = await provider.getTransaction(contract.transactionHash);
  const receipt = await provider.getTransactionReceipt(contract.transactionHash);
  const creation = concat([build.bytecode, build.contract.encodeDeploy(contract.constructorArguments)]);
  const rows: (readonly [what: string, expected: string, seen: string])[] = [
    ["code", masked(build.deployedBytecode, build), masked(code, build)],
    ["creation code and arguments", creation, sent?.data ?? "no such transaction"],
    ["created at", contract.address, receipt?.contractAddress ?? "nowhere"],
    ["created in block", String(contract.blockNumber), String(receipt?.blockNumber ?? "none")],
    ["created by", deployer, sent?.from ?? "nobody"],
    ["source", contract.source, build.source],
  ];
  return rows
    .filter(([, expected, seen]) => expected.toLowerCase() !== seen.toLowerCase())
    .map(([what, expected, seen]) => ({ what, ...pointed(expected, seen) }));
}

/** Code with the bytes that the constructor filled in set to zero. */
function masked(code: string, { immutables }: LocalBuild): string {
  const bytes = getBytes(code);
  for (const { start, length } of immutables) bytes.fill(0, start, start + length);
  return hexlify(bytes);
}

const WINDOW = 16;

/** Long hex strings are cut to where they begin to differ. */
function pointed(expected: string, seen: string): { expected: string; seen: string } {
  if (!/^0x[0-9a-f]{128}/.test(expected)) return { expected, seen };
  let at = 2;
  while (at < expected.length && expected[at] === seen[at]) at += 1;
  const around = (text: string): string =>
    `${(text.length - 2) / 2} bytes, from byte ${Math.floor((at - 2) / 2)} on ${text.slice(at - (at % 2), at + 2 * WINDOW)}…`;
  return { expected: around(expected), seen: /^0x/.test(seen) ? around(seen) : seen };
}

/** The findings, for people. */
export function renderFindings({ contracts, roleDifferences }: Findings): string[] {
  const rows = contracts.map(({ name, address, differences: found }) => {
    const verdict = found.length === 0 ? "same code, same arguments" : counted(found);
    return [`${name.padEnd(20)} ${address}  ${verdict}`, ...found.map(line)];
  });
  return [
    ...rows.flat(),
    `${"roles".padEnd(20)} ${roleDifferences.length === 0 ? "as recorded, and nobody else" : counted(roleDifferences)}`,
    ...roleDifferences.map(line),
  ];
}

const counted = ({ length }: readonly Difference[]): string => `${length} difference${length === 1 ? "" : "s"}`;
const line = ({ what, expected, seen }: Difference): string => `  DIFFERS ${what}: expected ${expected}, saw ${seen}`;

/** Whether anything at all differs. */
export function isClean({ contracts, roleDifferences }: Findings): boolean {
  return roleDifferences.length === 0 && contracts.every(({ differences: found }) => found.length === 0);
}
