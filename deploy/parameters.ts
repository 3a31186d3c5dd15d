import { z } from "zod";

import { DEFAULT_COLLATERAL_MAX_AGE, DEFAULT_GRANT_DELAY, DEFAULT_TARGET_ADMIN_DELAY } from "./defaults.js";

const NOBODY = /^0x0{40}$/;
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "expected an address of 20 bytes in hex, in quotes");
const account = address.refine((text) => !NOBODY.test(text), "saw the zero address, expected somebody's");
const bytes32 = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "expected 32 bytes in hex, in quotes");
const seconds = z.number().int().nonnegative().max(0xffff_ffff);
const bps = z.number().int().min(0).max(10_000);
const uint16 = z.number().int().min(0).max(65_535);
/** A file writes big numbers as decimal strings, underscores allowed. */
const big = z.union([
  z.bigint(),
  z
    .string()
    .regex(/^\d[\d_]*$/, "expected a whole number as a decimal string")
    .transform((text) => BigInt(text.replaceAll("_", ""))),
]);

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
  /** 0.9 to 1, in steps of 0.0001. */
  healthFactorFloor: big.refine(
    (wad) => wad >= 9n * 10n ** 17n && wad <= 10n ** 18n && wad % 10n ** 14n === 0n,
    "expected 0.9e18 to 1e18, a multiple of 0.0001e18",
  ),
  maxAge: uint16,
  stalePolicy: z.union([z.literal(0), z.literal(1)]),
  shadow: z.boolean(),
  throttleCapacity: big.refine((value) => value > 0n && value < 1n << 96n, "expected more than 0, in 96 bits"),
  throttleWindow: seconds.min(1).max(86_400),
});

const limits = z.strictObject({ maxReportAge: seconds, maxEase: bps, minCoverage: bps });

const subjectKey = z.strictObject({
  kind: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  venue: address,
  asset: address,
});

const shared = {
  guardian: account,
  riskCouncil: account,
  /** Least time between two blocks; 0 on development chains. */
  slotSeconds: seconds,
  limits,
  /** Subjects after SYSTEM, in the order of their lanes: kind 1 asset, 2 venue, 3 market; unused parts zero. */
  subjects: z.array(subjectKey).max(255),
  /** Ascending, distinct. */
  signers: z.array(account).min(1).max(32),
  threshold: z.number().int().positive(),
  modelHash: bytes32,
  heartbeatPeriod: seconds.positive(),
  /** Subject whose level the sentinel applies. */
  target: bytes32,
  targetConfig,
  /** At least one slot. */
  openSeconds: seconds.min(12),
  cycleSeconds: seconds.positive(),
  /** Age in seconds from which the collateral register takes a score for unknown. */
  collateralMaxAge: seconds.positive().default(DEFAULT_COLLATERAL_MAX_AGE),
  /** Seconds until a newly granted role counts; in effect five days after the deployment. */
  grantDelay: seconds.default(DEFAULT_GRANT_DELAY),
  /** Least seconds until a change of who may call what; in effect five days after the deployment. */
  targetAdminDelay: seconds.default(DEFAULT_TARGET_ADMIN_DELAY),
};

type Rules = readonly (readonly [broken: boolean, at: string, message: string])[];

/** What no field can say alone. */
function crossRules(p: {
  guardian: string;
  riskCouncil: string;
  signers: readonly string[];
  threshold: number;
}): Rules {
  const ascending = p.signers.every((signer, i) => i === 0 || BigInt(p.signers[i - 1]!) < BigInt(signer));
  return [
    [same(p.guardian, p.riskCouncil), "riskCouncil", "saw the guardian's address, expected another: powers are apart"],
    [!ascending, "signers", "expected addresses in ascending order, each once"],
    [
      p.threshold > p.signers.length,
      "threshold",
      `saw ${p.threshold} of ${p.signers.length} signers, expected at most as many as there are`,
    ],
  ];
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function report(rules: Rules, context: z.core.$RefinementCtx): void {
  for (const [broken, at, message] of rules) {
    if (broken) context.addIssue({ code: "custom", path: [at], message });
  }
}

/** Schema of the parameters of the `Bulkhead` module. */
export const bulkheadParameters = z
  .strictObject({
    /** Ends up with every power of configuration; never the deployer. */
    governance: account,
    /** Lowers levels and re-arms guardians at once; governance where it is left out. */
    releaser: account.optional(),
    /** Seconds between scheduling and executing a change of parameters; 0 for an owner with a delay of its own. */
    governanceDelay: seconds,
    ...shared,
  })
  .transform((p) => ({ ...p, releaser: p.releaser ?? p.governance }))
  .superRefine((p, context) => {
    const both = (role: "guardian" | "riskCouncil" | "releaser") => same(p[role], p.governance);
    report(
      [
        ...crossRules(p),
        [both("guardian"), "guardian", "saw the address of governance, expected another: powers are apart"],
        [both("riskCouncil"), "riskCouncil", "saw the address of governance, expected another: powers are apart"],
        [same(p.releaser, p.guardian), "releaser", "saw the guardian's address, expected another: it may only raise"],
      ],
      context,
    );
  });

/** Schema of the parameters of the `BulkheadWithExampleOwner` module. */
export const exampleOwnerParameters = z
  .strictObject({
    /** Gets every vote. */
    votesHolder: account,
    votesSupply: big,
    votingRules: z.strictObject({
      votingDelay: seconds,
      votingPeriod: seconds.positive(),
      proposalThreshold: big,
      quorumPercent: z.number().int().min(1).max(100),
    }),
    /** Seconds between queueing and executing a proposal: what everybody has to see it coming. */
    timelockDelay: seconds.min(3_600),
    /** Lowers levels and re-arms guardians at once: a vote takes days, a Halt hours. */
    releaser: account,
    ...shared,
  })
  .superRefine((p, context) =>
    report(
      [
        ...crossRules(p),
        [same(p.releaser, p.guardian), "releaser", "saw the guardian's address, expected another: it may only raise"],
      ],
      context,
    ),
  );

export type BulkheadParameters = z.output<typeof bulkheadParameters>;
export type ExampleOwnerParameters = z.output<typeof exampleOwnerParameters>;
export type TargetConfigParameter = z.output<typeof targetConfig>;
export type LimitsParameter = z.output<typeof limits>;
export type SubjectKeyParameter = z.output<typeof subjectKey>;
