import type { ArgumentType, Future, IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";
import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };

import { functionsOf, managedNames, ROLE_GUARDIANS, roleNames, ROLES, selectorOf, type RoleName } from "./roles.js";

/** Who ends up as the owner, and how long the AccessManager makes it wait. */
export interface Owner {
  readonly account: ArgumentType;
  readonly delay: ArgumentType;
  /** What must be done before the owner is given anything. */
  readonly after?: Future[];
}

/**
 * Deploys and wires everything, and leaves no role on the deployer. Parameters are those of ./parameters.ts.
 *
 * While configuring, the deployer is the only admin. The last step is one transaction: it says who may call what, sets the
 * delays, gives every role away and renounces its own. Before it nobody else has a power; after it the deployer has none.
 */
export function deployBulkhead(m: IgnitionModuleBuilder, owner: Owner) {
  const deployer = m.getAccount(0);
  const accessManager = m.contract("AccessManager", AccessManagerArtifact, [deployer]);
  const oracle = m.contract("RiskOracle", [accessManager, m.getParameter("slotSeconds"), m.getParameter("limits")]);
  const breaker = m.contract("CircuitBreaker", [oracle, accessManager, m.getParameter("heartbeatPeriod")]);
  const target = m.getParameter("target");
  const duty = [m.getParameter("openSeconds"), m.getParameter("cycleSeconds")];
  const sentinel = m.contract("AaveV3Sentinel", [breaker, target, ...duty]);
  const margin = m.contract("MarginPolicy", [oracle, accessManager]);
  const collateral = m.contract("CollateralFramework", [oracle, accessManager, m.getParameter("collateralMaxAge")]);

  const configured = [
    m.call(oracle, "registerSubjects", [m.getParameter("subjects")]),
    m.call(oracle, "rotateSigners", [m.getParameter("signers"), m.getParameter("threshold")]),
    m.call(oracle, "approveModel", [m.getParameter("modelHash")]),
    m.call(breaker, "configureTarget", [target, m.getParameter("targetConfig")]),
    m.call(breaker, "armGuardian", [m.getParameter("guardian")]),
  ];

  let count = 0;
  const encode = (name: string, args: ArgumentType[]) =>
    m.encodeFunctionCall(accessManager, name, args, { id: `${name}_${(count += 1)}` });
  const managed = {
    ...{ RiskOracle: oracle, CircuitBreaker: breaker, MarginPolicy: margin, CollateralFramework: collateral },
  };
  const holders: Record<RoleName, [account: ArgumentType, delay: ArgumentType]> = {
    GOVERNANCE: [owner.account, owner.delay],
    GUARDIAN: [m.getParameter("guardian"), 0],
    RISK_COUNCIL: [m.getParameter("riskCouncil"), 0],
    RELEASE: [m.getParameter("releaser"), 0],
    ADMIN: [owner.account, owner.delay],
  };
  const handover = [
    ...managedNames.flatMap((name) =>
      roleNames
        .map((role) => [role, functionsOf(name, role).map((each) => selectorOf(name, each))] as const)
        .filter(([, selectors]) => selectors.length > 0)
        .map(([role, selectors]) => encode("setTargetFunctionRole", [managed[name], selectors, ROLES[role]])),
    ),
    ...roleNames.filter((role) => role !== "ADMIN").map((role) => encode("labelRole", [ROLES[role], role])),
    ...Object.entries(ROLE_GUARDIANS).map(([role, by]) =>
      encode("setRoleGuardian", [ROLES[role as RoleName], ROLES[by]]),
    ),
    ...Object.entries(holders).map(([role, to]) => encode("grantRole", [ROLES[role as RoleName], ...to])),
    // A delay that rises takes effect after the AccessManager's setback of five days.
    ...roleNames.map((role) => encode("setGrantDelay", [ROLES[role], m.getParameter("grantDelay")])),
    ...managedNames.map((name) => encode("setTargetAdminDelay", [managed[name], m.getParameter("targetAdminDelay")])),
    encode("renounceRole", [ROLES.ADMIN, deployer]),
  ];
  m.call(accessManager, "multicall", [handover], { id: "HandOver", after: [...configured, ...(owner.after ?? [])] });

  return { accessManager, oracle, breaker, sentinel, margin, collateral };
}
