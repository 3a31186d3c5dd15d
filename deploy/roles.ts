import { CircuitBreaker__factory, RiskOracle__factory } from "../typechain-types/index.js";

/** Role ids in the AccessManager; 0 is its own ADMIN_ROLE. */
export const ADMIN = 0n;
/** Changes parameters, behind the governance delay. */
export const GOVERNANCE = 1n;
/** Raises levels, within the pause budget. */
export const GUARDIAN = 2n;
/** Voids the current epoch. */
export const RISK_COUNCIL = 3n;
/** Lowers levels and re-arms guardians at once: held by governance, without its delay. */
export const RELEASE = 4n;

const oracle = RiskOracle__factory.createInterface();
const breaker = CircuitBreaker__factory.createInterface();

/** Selectors of the oracle's restricted functions, by the role that may call them. */
export const ORACLE_SELECTORS = {
  governance: [
    oracle.getFunction("registerSubjects").selector,
    oracle.getFunction("retireSubject").selector,
    oracle.getFunction("rotateSigners").selector,
    oracle.getFunction("approveModel").selector,
    oracle.getFunction("setLimits").selector,
  ],
  riskCouncil: [oracle.getFunction("quarantine").selector],
};

/** Selectors of the breaker's restricted functions, by the role that may call them. */
export const BREAKER_SELECTORS = {
  governance: [breaker.getFunction("configureTarget").selector],
  guardian: [breaker.getFunction("trip").selector, breaker.getFunction("heartbeat").selector],
  release: [breaker.getFunction("release").selector, breaker.getFunction("armGuardian").selector],
};
