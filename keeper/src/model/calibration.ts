import { z } from "zod";
import type { MarketRules } from "../graph/markets.js";

/** Changes with every change of a result. Part of modelHash. */
export const MODEL_VERSION = "1.0.0";

const origin = { source: z.string().min(1), window: z.string().min(1), date: z.iso.date() };
const known = <T extends z.ZodType>(value: T) => z.strictObject({ value, ...origin });
const positive = known(z.number().positive());
const share = known(z.number().min(0).max(1));
const symbols = known(z.array(z.string().min(1)));
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

const schema = z.strictObject({
  schema: z.literal("bulkhead/calibration/1"),
  name: z.string().min(1),
  /** Assets that the ladder leaves alone and that others are priced in. */
  stables: symbols,
  /** Usual quotes besides stables, most usual first. */
  quotes: symbols,
  /** Drops along `tailBeta`, ascending. */
  ladder: known(z.array(z.number().gt(0).lt(1)).min(1)),
  /** The ladder step of liquidation at risk. */
  referenceStep: known(z.number().gt(0).lt(1)),
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

/** The value for `symbol`, or the default's. */
export function valueFor(table: BySymbol, symbol: string): number {
  return (table[symbol] ?? table["default"]!).value;
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
