import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import TimelockArtifact from "@openzeppelin/contracts/build/contracts/TimelockController.json" with { type: "json" };
import { Contract, Interface, type LogDescription, type Provider } from "ethers";

import { MANAGED, managedNames, roleName, ROLES } from "./roles.js";
import type { RoleRow, RoleTable, TargetRow, TimelockRow } from "./role-table.js";

const manager = new Interface(AccessManagerArtifact.abi);
const timelock = new Interface(TimelockArtifact.abi);
const authority = new Interface(["function authority() view returns (address)"]);
/** Blocks asked for at once: what public endpoints still answer. */
const SPAN = 10_000;

/** Where to look. */
export interface Deployed {
  readonly accessManager: string;
  readonly timelock?: string;
  /** Addresses of the managed contracts, by name. */
  readonly managed: Readonly<Record<string, string>>;
  /** Block of the AccessManager's creation, or any before it. */
  readonly fromBlock: number;
}

/**
 * Read who may do what from the chain at its newest block. Whoever was ever named in an event is asked about: a member that
 * this leaves out does not exist.
 */
export async function readRoles(provider: Provider, deployed: Deployed): Promise<RoleTable> {
  const events = await eventsOf(provider, deployed.accessManager, manager, deployed.fromBlock);
  const contract = new Contract(deployed.accessManager, manager, provider);
  const ids = new Set(Object.values<bigint>(ROLES));
  for (const { fragment, args } of events) {
    const at = fragment.inputs.findIndex(({ name }) => name === "roleId");
    if (at >= 0) ids.add(args[at] as bigint);
  }
  const roles: Record<string, RoleRow> = {};
  for (const id of ids) roles[roleName(id)] = await readRole(contract, id, events);
  const named = new Map(Object.entries(deployed.managed).map(([name, address]) => [address, name]));
  const targets: Record<string, TargetRow> = {};
  const touched = events
    .filter(({ name }) => name.startsWith("Target"))
    .flatMap(({ args }) => stringAt(args, "target"));
  for (const address of new Set([...named.keys(), ...touched])) {
    targets[named.get(address) ?? address] = await readTarget(contract, { address, name: named.get(address) }, events);
  }
  if (deployed.timelock === undefined) return { roles, targets };
  return { roles, targets, timelock: await readTimelock(provider, deployed.timelock, deployed.fromBlock) };
}

async function readRole(contract: Contract, id: bigint, events: readonly LogDescription[]): Promise<RoleRow> {
  const ofRole = events.filter(({ args }) => args.toObject()["roleId"] === id);
  const accounts = new Set(ofRole.flatMap(({ args }) => stringAt(args, "account")));
  const members: Record<string, number> = {};
  for (const account of accounts) {
    const [since, delay, pending, effect] = (await contract.getFunction("getAccess")(id, account)) as bigint[];
    if (since !== 0n) members[account] = Number(effect === 0n ? delay : pending);
  }
  return {
    admin: roleName((await contract.getFunction("getRoleAdmin")(id)) as bigint),
    guardian: roleName((await contract.getFunction("getRoleGuardian")(id)) as bigint),
    grantDelay: newestDelay(ofRole, "RoleGrantDelayChanged"),
    members,
  };
}

/** A delay as it was set last: until it is in effect, the getters still say the one before. */
function newestDelay(events: readonly LogDescription[], name: string): number {
  const newest = events.filter((event) => event.name === name).at(-1);
  return newest === undefined ? 0 : Number(newest.args.toObject()["delay"]);
}

async function readTarget(
  contract: Contract,
  { address, name }: { address: string; name: string | undefined },
  events: readonly LogDescription[],
): Promise<TargetRow> {
  const own = events.filter(({ args }) => args.toObject()["target"] === address);
  const known = managedNames.find((each) => each === name);
  const functions: Record<string, string> = {};
  for (const selector of new Set(own.flatMap(({ args }) => stringAt(args, "selector")))) {
    const signature =
      known === undefined ? selector : (MANAGED[known].getFunction(selector)?.format("sighash") ?? selector);
    const id = (await contract.getFunction("getTargetFunctionRole")(address, selector)) as bigint;
    functions[signature] = roleName(id);
  }
  const asked = new Contract(address, authority, contract.runner).getFunction("authority");
  return {
    authority: known === undefined ? "not asked: none of ours" : ((await asked()) as string),
    adminDelay: newestDelay(own, "TargetAdminDelayUpdated"),
    closed: (await contract.getFunction("isTargetClosed")(address)) as boolean,
    functions,
  };
}

async function readTimelock(provider: Provider, address: string, fromBlock: number): Promise<TimelockRow> {
  const contract = new Contract(address, timelock, provider);
  const names = ["DEFAULT_ADMIN_ROLE", "PROPOSER_ROLE", "CANCELLER_ROLE", "EXECUTOR_ROLE"];
  const ids = await Promise.all(names.map((name) => contract.getFunction(name)() as Promise<string>));
  const members: Record<string, string[]> = {};
  for (const { name, args } of await eventsOf(provider, address, timelock, fromBlock)) {
    if (name !== "RoleGranted") continue;
    const [role, account] = [String(args[0]), String(args[1])];
    const label = names[ids.indexOf(role)] ?? role;
    const seen = (members[label] ??= []);
    if (!seen.includes(account) && (await contract.getFunction("hasRole")(role, account))) seen.push(account);
  }
  return { minDelay: Number(await contract.getFunction("getMinDelay")()), members };
}

async function eventsOf(provider: Provider, address: string, abi: Interface, from: number): Promise<LogDescription[]> {
  const last = await provider.getBlockNumber();
  const found: LogDescription[] = [];
  for (let fromBlock = from; fromBlock <= last; fromBlock += SPAN) {
    const toBlock = Math.min(last, fromBlock + SPAN - 1);
    for (const log of await provider.getLogs({ address, fromBlock, toBlock })) {
      const event = abi.parseLog(log);
      if (event !== null) found.push(event);
    }
  }
  return found;
}

/** The argument `name` of an event, where it has one that is a string. */
function stringAt(args: LogDescription["args"], name: string): string[] {
  const value: unknown = args.toObject()[name];
  return typeof value === "string" ? [value] : [];
}
