import type { Interface } from "ethers";
import {
  CircuitBreaker__factory,
  CollateralFramework__factory,
  MarginPolicy__factory,
  RiskOracle__factory,
} from "../typechain-types/index.js";

/** Role ids in the AccessManager; ADMIN is its own ADMIN_ROLE. The admin of every role is ADMIN: nobody raises his own. */
export const ROLES = {
  /** Grants and revokes roles, and says which of them a function asks for: the owner, behind its delay. */
  ADMIN: 0n,
  /** Changes parameters: the owner, behind its delay. */
  GOVERNANCE: 1n,
  /** Raises levels, within the pause budget. */
  GUARDIAN: 2n,
  /** Voids the current epoch; cancels a change of parameters that GOVERNANCE has scheduled. */
  RISK_COUNCIL: 3n,
  /** Lowers levels, arms and disarms guardians, at once. */
  RELEASE: 4n,
} as const;

export type RoleName = keyof typeof ROLES;

/** Who may cancel what a role has scheduled, besides whoever scheduled it and ADMIN. */
export const ROLE_GUARDIANS: Partial<Record<RoleName, RoleName>> = { GOVERNANCE: "RISK_COUNCIL" };

/** Contracts that ask the AccessManager. */
export const MANAGED = {
  RiskOracle: RiskOracle__factory.createInterface() as Interface,
  CircuitBreaker: CircuitBreaker__factory.createInterface() as Interface,
  MarginPolicy: MarginPolicy__factory.createInterface() as Interface,
  CollateralFramework: CollateralFramework__factory.createInterface() as Interface,
};

export type ManagedName = keyof typeof MANAGED;

/** Every restricted function, and the one role that may call it. */
export const FUNCTION_ROLES: Readonly<Record<ManagedName, Readonly<Record<string, RoleName>>>> = {
  RiskOracle: {
    registerSubjects: "GOVERNANCE",
    retireSubject: "GOVERNANCE",
    rotateSigners: "GOVERNANCE",
    approveModel: "GOVERNANCE",
    setLimits: "GOVERNANCE",
    quarantine: "RISK_COUNCIL",
  },
  CircuitBreaker: {
    configureTarget: "GOVERNANCE",
    trip: "GUARDIAN",
    heartbeat: "GUARDIAN",
    release: "RELEASE",
    armGuardian: "RELEASE",
    disarmGuardian: "RELEASE",
  },
  MarginPolicy: {
    addMarket: "GOVERNANCE",
    setTerms: "GOVERNANCE",
    raiseThreshold: "GOVERNANCE",
    startRamp: "GOVERNANCE",
    // A ramp is announced 30 days ahead: time enough for the delay.
    cancelRamp: "GOVERNANCE",
  },
  CollateralFramework: {
    registerToken: "GOVERNANCE",
    removeToken: "GOVERNANCE",
    setTerms: "GOVERNANCE",
  },
};

export const roleNames = Object.keys(ROLES) as RoleName[];
export const managedNames = Object.keys(MANAGED) as ManagedName[];

/** Name of the role with this id; the id itself where it is none of ours. */
export function roleName(id: bigint): string {
  return roleNames.find((name) => ROLES[name] === id) ?? `role ${id}`;
}

/** Selector of a function of `contract` by its name. */
export function selectorOf(contract: ManagedName, name: string): string {
  const fragment = MANAGED[contract].getFunction(name);
  if (fragment === null) throw new Error(`saw no function ${name} in the ABI of ${contract}, expected one`);
  return fragment.selector;
}

/** Names of the functions of `contract` that ask for `role`. */
export function functionsOf(contract: ManagedName, role: RoleName): string[] {
  return Object.entries(FUNCTION_ROLES[contract]).flatMap(([name, asked]) => (asked === role ? [name] : []));
}
