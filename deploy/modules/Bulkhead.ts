import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };

import { ADMIN, BREAKER_SELECTORS, GOVERNANCE, GUARDIAN, ORACLE_SELECTORS, RELEASE, RISK_COUNCIL } from "../roles.js";

/**
 * Deploys and wires everything, and leaves no role on the deployer.
 *
 * Parameters are those of `bulkheadParameters` in ../parameters.ts. While configuring, the deployer is the only admin;
 * the last two steps give that to `governance` and renounce it.
 */
export default buildModule("Bulkhead", (m) => {
  const deployer = m.getAccount(0);
  const governance = m.getParameter("governance");
  const guardian = m.getParameter("guardian");
  const delay = m.getParameter("governanceDelay");

  const accessManager = m.contract("AccessManager", AccessManagerArtifact, [deployer]);
  const oracle = m.contract("RiskOracle", [accessManager, m.getParameter("slotSeconds"), m.getParameter("limits")]);
  const breaker = m.contract("CircuitBreaker", [oracle, accessManager, m.getParameter("heartbeatPeriod")]);
  const target = m.getParameter("target");
  const duty = [m.getParameter("openSeconds"), m.getParameter("cycleSeconds")];
  const sentinel = m.contract("AaveV3Sentinel", [breaker, target, ...duty]);

  const registered = m.call(oracle, "registerSubjects", [m.getParameter("subjects")]);
  const rotated = m.call(oracle, "rotateSigners", [m.getParameter("signers"), m.getParameter("threshold")]);
  const approved = m.call(oracle, "approveModel", [m.getParameter("modelHash")]);
  const configured = m.call(breaker, "configureTarget", [target, m.getParameter("targetConfig")]);
  const armed = m.call(breaker, "armGuardian", [guardian]);
  const wired = [registered, rotated, approved, configured, armed];

  const assign = (id: string, contract: typeof oracle | typeof breaker, selectors: string[], role: bigint) =>
    m.call(accessManager, "setTargetFunctionRole", [contract, selectors, role], { id, after: wired });
  const assigned = [
    assign("OracleGovernance", oracle, ORACLE_SELECTORS.governance, GOVERNANCE),
    assign("OracleRiskCouncil", oracle, ORACLE_SELECTORS.riskCouncil, RISK_COUNCIL),
    assign("BreakerGovernance", breaker, BREAKER_SELECTORS.governance, GOVERNANCE),
    assign("BreakerGuardian", breaker, BREAKER_SELECTORS.guardian, GUARDIAN),
    assign("BreakerRelease", breaker, BREAKER_SELECTORS.release, RELEASE),
  ];

  const grants = [
    m.call(accessManager, "grantRole", [GOVERNANCE, governance, delay], { id: "GrantGovernance", after: assigned }),
    m.call(accessManager, "grantRole", [RELEASE, governance, 0], { id: "GrantRelease", after: assigned }),
    m.call(accessManager, "grantRole", [GUARDIAN, guardian, 0], { id: "GrantGuardian", after: assigned }),
    m.call(accessManager, "grantRole", [RISK_COUNCIL, m.getParameter("riskCouncil"), 0], {
      id: "GrantRiskCouncil",
      after: assigned,
    }),
  ];
  const handed = m.call(accessManager, "grantRole", [ADMIN, governance, delay], { id: "GrantAdmin", after: grants });
  m.call(accessManager, "renounceRole", [ADMIN, deployer], { id: "RenounceAdmin", after: [handed] });

  return { accessManager, oracle, breaker, sentinel };
});
