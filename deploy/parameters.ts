import { z } from "zod";

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "expected an address of 20 bytes in hex");
const bytes32 = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "expected 32 bytes in hex");
const seconds = z.number().int().nonnegative();
const bps = z.number().int().min(0).max(10_000);
const uint16 = z.number().int().min(0).max(65_535);

const levelRule = z.strictObject({
  enterLeverage: uint16,
  exitLeverage: uint16,
  enterLiquidationAtRisk: uint16,
  exitLiquidationAtRisk: uint16,
});

const targetTerms = z.strictObject({
  noNewLeverageSeconds: seconds,
  throttleSeconds: seconds,
  haltSeconds: seconds,
  graceSeconds: seconds,
  minDwell: seconds,
  budgetCapacity: seconds,
  budgetRefillPerDay: seconds,
  confirmations: z.number().int().min(0).max(255),
  minCoverage: bps,
});

const targetConfig = z.strictObject({
  rules: z.tuple([levelRule, levelRule, levelRule, levelRule]),
  terms: targetTerms,
  /** 0.9 to 1. */
  healthFactorFloor: z.bigint().min(900_000_000_000_000_000n).max(1_000_000_000_000_000_000n),
  maxAge: uint16,
  stalePolicy: z.union([z.literal(0), z.literal(1)]),
  shadow: z.boolean(),
  throttleCapacity: z.bigint(),
  throttleWindow: seconds,
});

const limits = z.strictObject({ maxReportAge: seconds, maxEase: bps, minCoverage: bps });

const subjectKey = z.strictObject({
  kind: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  venue: address,
  asset: address,
});

/** Schema of the parameters of the `Bulkhead` module. */
export const bulkheadParameters = z.strictObject({
  /** Ends up with every power of configuration; never the deployer. */
  governance: address,
  guardian: address,
  riskCouncil: address,
  /** Seconds between scheduling and executing a change of parameters; lowering a level is not delayed. */
  governanceDelay: seconds,
  /** Least time between two blocks; 0 on development chains. */
  slotSeconds: seconds,
  limits,
  /** Subjects after SYSTEM, in the order of their lanes: kind 1 asset, 2 venue, 3 market; unused parts zero. */
  subjects: z.array(subjectKey).max(255),
  /** Ascending, distinct. */
  signers: z.array(address).min(1).max(32),
  threshold: z.number().int().positive(),
  modelHash: bytes32,
  heartbeatPeriod: seconds.positive(),
  /** Subject whose level the sentinel applies. */
  target: bytes32,
  targetConfig,
  /** At least one slot. */
  openSeconds: seconds.min(12),
  cycleSeconds: seconds.positive(),
});

export type BulkheadParameters = z.infer<typeof bulkheadParameters>;
export type TargetConfigParameter = z.infer<typeof targetConfig>;
export type LimitsParameter = z.infer<typeof limits>;
export type SubjectKeyParameter = z.infer<typeof subjectKey>;
