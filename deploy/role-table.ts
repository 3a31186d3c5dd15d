import type { BulkheadParameters } from "./parameters.js";
import { FUNCTION_ROLES, managedNames, MANAGED, ROLE_GUARDIANS, roleNames, type ManagedName } from "./roles.js";

/** A role of the AccessManager. Delays are seconds; one that was set and is not in effect yet counts. */
export interface RoleRow {
  readonly admin: string;
  readonly guardian: string;
  readonly grantDelay: number;
  /** Account, in checksum case, to its execution delay. */
  readonly members: Readonly<Record<string, number>>;
}

/** A contract that asks the AccessManager. */
export interface TargetRow {
  readonly authority: string;
  readonly adminDelay: number;
  readonly closed: boolean;
  /** Signature of a restricted function to the role it asks for. */
  readonly functions: Readonly<Record<string, string>>;
}

/** The timelock of the example owner. */
export interface TimelockRow {
  readonly minDelay: number;
  /** Name of a role to its members; the zero address stands for everybody. */
  readonly members: Readonly<Record<string, readonly string[]>>;
}

/** Who may do what: as it is meant to be, or as a chain has it. */
export interface RoleTable {
  readonly roles: Readonly<Record<string, RoleRow>>;
  readonly targets: Readonly<Record<string, TargetRow>>;
  readonly timelock?: TimelockRow;
}

/** What a deployment has to end with. */
export interface Intended {
  readonly accessManager: string;
  /** The account that owns; its delay in the AccessManager. */
  readonly owner: string;
  readonly ownerDelay: number;
  readonly parameters: Pick<
    BulkheadParameters,
    "guardian" | "riskCouncil" | "releaser" | "grantDelay" | "targetAdminDelay"
  >;
  readonly timelock?: { readonly address: string; readonly minDelay: number; readonly governor: string };
}

/** The table that `intended` comes to. Addresses must be in checksum case. */
export function intendedRoles({ accessManager, owner, ownerDelay, parameters, timelock }: Intended): RoleTable {
  const members: Record<(typeof roleNames)[number], Record<string, number>> = {
    ADMIN: { [owner]: ownerDelay },
    GOVERNANCE: { [owner]: ownerDelay },
    GUARDIAN: { [parameters.guardian]: 0 },
    RISK_COUNCIL: { [parameters.riskCouncil]: 0 },
    RELEASE: { [parameters.releaser]: 0 },
  };
  const roles = roleNames.map((role): [string, RoleRow] => [
    role,
    {
      admin: "ADMIN",
      guardian: ROLE_GUARDIANS[role] ?? "ADMIN",
      grantDelay: parameters.grantDelay,
      members: members[role],
    },
  ]);
  const targets = managedNames.map((name): [string, TargetRow] => [
    name,
    { authority: accessManager, adminDelay: parameters.targetAdminDelay, closed: false, functions: intendedFor(name) },
  ]);
  const table = { roles: Object.fromEntries(roles), targets: Object.fromEntries(targets) };
  return timelock === undefined ? table : { ...table, timelock: intendedTimelock(timelock) };
}

function intendedFor(name: ManagedName): Record<string, string> {
  const rows = Object.entries(FUNCTION_ROLES[name]).map(([each, role]) => [signatureOf(name, each), role]);
  return Object.fromEntries(rows) as Record<string, string>;
}

function signatureOf(contract: ManagedName, name: string): string {
  const fragment = MANAGED[contract].getFunction(name);
  if (fragment === null) throw new Error(`saw no function ${name} in the ABI of ${contract}, expected one`);
  return fragment.format("sighash");
}

function intendedTimelock({ address, minDelay, governor }: NonNullable<Intended["timelock"]>): TimelockRow {
  const everybody = "0x0000000000000000000000000000000000000000";
  const members = {
    DEFAULT_ADMIN_ROLE: [address],
    PROPOSER_ROLE: [governor],
    CANCELLER_ROLE: [governor],
    EXECUTOR_ROLE: [everybody],
  };
  return { minDelay, members };
}

/** Each fact of a table by its path, e.g. `roles.GUARDIAN.members.0x…` to `0`. Of a list of words the order says nothing. */
export function factsOf(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path, String(value)]]);
  const isWords = Array.isArray(value) && value.every((inner) => typeof inner === "string");
  const entries = Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    const at = [path, isWords ? String(inner) : key].filter((part) => part !== "").join(".");
    return isWords ? [[at, "member"]] : [...factsOf(inner, at)];
  });
  return new Map(entries);
}

export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
}

/** Every fact of which the two say different things; "nothing" stands for a fact that one of them lacks. */
export function differences(expected: unknown, seen: unknown): Difference[] {
  const [a, b] = [factsOf(expected), factsOf(seen)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .map((what) => ({ what, expected: a.get(what) ?? "nothing", seen: b.get(what) ?? "nothing" }))
    .filter((row) => row.expected !== row.seen);
}
