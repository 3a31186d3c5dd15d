import { z } from "zod";
import type { MarketRules } from "../graph/markets.js";
import { choleskyFactor } from "./scenarios/cholesky.js";
import { fromTriangle, mixedCorrelation } from "./scenarios/correlation.js";

/** Changes with every change of a result. Part of modelHash. */
export const MODEL_VERSION = "2.1.0";

const origin = { source: z.string().min(1), window: z.string().min(1), date: z.iso.date() };
const known = <T extends z.ZodType>(value: T) => z.strictObject({ value, ...origin });
const positive = known(z.number().positive());
const share = known(z.number().min(0).max(1));
const symbols = known(z.array(z.string().min(1)));
const named = known(z.array(z.string().min(1)).min(1));
const bySymbol = (entry: z.ZodType<Known<number>>) => z.record(z.string().min(1), entry).refine((t) => "default" in t);

/** A calibrated value and where it comes from. */
export interface Known<T> {
  readonly value: T;
  readonly source: string;
  readonly window: string;
  readonly date: string;
}

/** Values by asset symbol; `default` stands for every other. */
export type BySymbol = Readonly<Record<string, Known<number>>>;

const jumps = z.strictObject({ perDay: known(z.number().min(0)), meanLog: positive, sdLog: known(z.number().min(0)) });
/** Rows of a lower triangle that end in the diagonal's 1. */
const triangle = known(z.array(z.array(z.number().min(-1).max(1))));

/** MODEL 5.8: how joint shocks are drawn. */
const scenarios = z
  .strictObject({
    /** Everybody who seeds with this text draws the same set, in every block. */
    seed: known(z.string().min(1)),
    /** Rows; they come in antithetic pairs. */
    count: known(z.int().positive().multipleOf(2)),
    horizonSec: positive,
    /** Degrees of freedom of the Student-t; even, so that its distribution is a polynomial. */
    nu: known(z.int().min(4).multipleOf(2)),
    /** w of `C_w = (1 - w) C_normal + w C_tail`. */
    tailWeight: share,
    correlation: z.strictObject({ symbols: named, normal: triangle, tail: triangle }),
    /** Correlation of an asset that `symbols` does not name with the first one that it does. */
    otherCorrelation: share,
    /** `market`: of the first symbol, everywhere by tail beta; `own`: of one asset alone. */
    jumps: z.strictObject({ market: jumps, own: jumps }),
    /** Share of rows with a depeg, and by how much a stable or derived asset falls in one. */
    depegs: z.strictObject({ share, dropFrac: bySymbol(share) }),
  })
  .superRefine(({ correlation: { symbols, normal, tail }, tailWeight }, context) => {
    for (const [name, { value: rows }] of Object.entries({ normal, tail })) {
      if (rows.length === symbols.value.length && rows.every((row, i) => row.length === i + 1 && row[i] === 1))
        continue;
      const message = `expected ${symbols.value.length} rows of a lower triangle, each one longer and ending in 1`;
      context.addIssue({ code: "custom", path: ["correlation", name], message });
      return;
    }
    const mixed = mixedCorrelation(fromTriangle(normal.value), fromTriangle(tail.value), tailWeight.value);
    if (choleskyFactor(mixed, symbols.value.length) !== null) return;
    const message = "the mix of normal and tail is not positive definite: estimate with more shrinkage";
    context.addIssue({ code: "custom", path: ["correlation"], message });
  });

const schema = z.strictObject({
  schema: z.literal("bulkhead/calibration/1"),
  name: z.string().min(1),
  /** Assets that the ladder leaves alone and that others are priced in. */
  stables: symbols,
  /** Usual quotes besides stables, most usual first. */
  quotes: symbols,
  /** Drops along `tailBeta`, ascending. */
  ladder: known(z.array(z.number().gt(0).lt(1)).min(1)),
  /** Volatility per square root of a day. */
  sigmaDaily: bySymbol(positive),
  /** u: drop of the asset per drop of ETH in a crash. */
  tailBeta: bySymbol(known(z.number().min(0))),
  /** tau_r: time constant in which temporary impact recovers. */
  recoverySec: positive,
  /** phi. */
  permanentShare: share,
  /** The one-hour drop at which market makers have withdrawn half of the depth. */
  depthHalvingDrop: positive,
  minCoverage: share,
  minPoolDepthUsd: known(z.number().min(0)),
  /** A venue price this far from the pools' is an oracle fault. */
  oracleGapCap: positive,
  /** What an oracle may lag behind by design: its deviation threshold. */
  oracleLag: share,
  /** Time in which nobody can liquidate: oracle update plus inclusion. */
  gapSec: positive,
  /** Normal quantile of gap and one-hour move, e.g. 2.326 for 99 %. */
  tailQuantile: positive,
  /** What a liquidator pays besides the pool's fee, as a share of what is seized. */
  liquidatorCost: share,
  maxPauseSec: positive,
  /** Below this health factor a halt stops no liquidation. */
  haltFloorHf: share,
  scenarios,
  /** MODEL 6.6: what a year of holding USD 1 against losses costs. */
  capitalChargeYearly: share,
  /** Insurance fund and safety module by venue address; `default` stands for every other. */
  backstopUsd: bySymbol(known(z.number().min(0))),
  /** MODEL 7.1. */
  margin: z.strictObject({
    /** c of SmartLTV: how many volatilities a liquidation must survive. */
    smartConfidence: positive,
    /** Thresholds of open books move by at most this at a time. */
    maxChange: share,
    /** Resolution of the systemic rule. */
    step: known(z.number().gt(0).max(1)),
    /** Target for the system's leverage. */
    maxLeverage: known(z.number().min(1)),
  }),
  thresholds: z.strictObject({
    noNewLeverageRho: share,
    noNewLeverageAtRisk: share,
    haltRho: share,
    toxicShare: share,
    minPauseGain: share,
    materialShare: share,
  }),
});

/** Every input of the model that is not read at a block. */
export type Calibration = z.infer<typeof schema>;

/** Thrown when a calibration file is not one. */
export class CalibrationError extends Error {
  override readonly name = "CalibrationError";
}

/** Validate parsed JSON. **Throws** `CalibrationError` naming each field that is wrong. */
export function parseCalibration(json: unknown): Calibration {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => `${issue.path.join(".") || "(root)"}: ${issue.message}`);
  throw new CalibrationError(`expected a calibration of schema bulkhead/calibration/1; correct ${fields.join("; ")}`, {
    cause: result.error,
  });
}

/** The value for `symbol`, or the default's. Tokens choose their symbols, so that one may be the name of a method. */
export function valueFor(table: BySymbol, symbol: string): number {
  return table[Object.hasOwn(table, symbol) ? symbol : "default"]!.value;
}

/** JSON with sorted keys and no spaces: the bytes that modelHash is taken over. */
export function canonicalCalibration(calibration: Calibration): string {
  return JSON.stringify(sorted(calibration));
}

/** How far back liquidations still press on prices: 5 tau_r leave less than 1 % of their impact. */
export function forcedSaleWindowSec(calibration: Calibration): number {
  return Math.ceil(5 * calibration.recoverySec.value);
}

/** What the graph needs to know of a calibration. */
export function marketRules(calibration: Calibration): MarketRules {
  return {
    stables: new Set(calibration.stables.value),
    quotes: calibration.quotes.value,
    minPoolDepthUsd: calibration.minPoolDepthUsd.value,
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
