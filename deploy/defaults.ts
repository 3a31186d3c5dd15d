import type { LimitsParameter, TargetConfigParameter } from "./parameters.js";

const MINUTE = 60;
const HOUR = 3600;

/** How fast and from how much of the market reports are believed: first guesses until a backtest replaces them. */
export const DEFAULT_LIMITS: LimitsParameter = {
  maxReportAge: HOUR,
  maxEase: 5_000, // half of the last value an hour
  minCoverage: 9_000, // 90 %: MODEL 7.3
};

/** Confirmations in the packed form of `TargetTerms`: two bits a level, Watch lowest. */
export function packConfirmations(watch: number, noNewLeverage: number, throttle: number, halt: number): number {
  return watch | (noNewLeverage << 2) | (throttle << 4) | (halt << 6);
}

/** Target configuration (leverage thresholds of MODEL 7.3) used where a network's parameters do not say otherwise. */
export const DEFAULT_TARGET_CONFIG: TargetConfigParameter = {
  rules: [
    { enterLeverage: 125, exitLeverage: 120, enterLiquidationAtRisk: 1_000, exitLiquidationAtRisk: 800 },
    { enterLeverage: 143, exitLeverage: 135, enterLiquidationAtRisk: 2_000, exitLiquidationAtRisk: 1_600 },
    { enterLeverage: 160, exitLeverage: 150, enterLiquidationAtRisk: 3_000, exitLiquidationAtRisk: 2_500 },
    { enterLeverage: 200, exitLeverage: 185, enterLiquidationAtRisk: 5_000, exitLiquidationAtRisk: 4_000 },
  ],
  terms: {
    noNewLeverageSeconds: 12 * HOUR,
    throttleSeconds: 90 * MINUTE,
    haltSeconds: 30 * MINUTE,
    graceSeconds: 10 * MINUTE,
    minDwell: 15 * MINUTE,
    budgetCapacity: 6 * HOUR,
    budgetRefillPerDay: 6 * HOUR,
    confirmations: packConfirmations(1, 1, 2, 2),
    minCoverage: 9_000,
  },
  healthFactorFloor: 950_000_000_000_000_000n, // 0.95, the floor of Aave v3 itself
  maxAge: HOUR,
  stalePolicy: 0, // block new borrowing
  shadow: false,
  throttleCapacity: 1_000_000n * 10n ** 8n, // 1M USD at 8 decimals
  throttleWindow: HOUR,
};

/** At Throttle a sentinel lets liquidations through for the first part of every cycle. */
export const DEFAULT_DUTY_CYCLE = { openSeconds: 10 * MINUTE, cycleSeconds: 30 * MINUTE };

/** Longest time between two heartbeats of a guardian. */
export const DEFAULT_HEARTBEAT_PERIOD = 30 * 24 * HOUR;

/** Least time between two blocks of Ethereum L1, seconds. */
export const MAINNET_SLOT_SECONDS = 12;

/** Age from which the collateral register takes a score for unknown, seconds. */
export const DEFAULT_COLLATERAL_MAX_AGE = HOUR;

/** From a grant until it counts, seconds: a new holder is seen before it can act. */
export const DEFAULT_GRANT_DELAY = 24 * HOUR;

/** Least time until another role, or another authority, is asked, seconds. */
export const DEFAULT_TARGET_ADMIN_DELAY = 48 * HOUR;
