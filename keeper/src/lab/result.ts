/** What a run of the crash lab comes to: the JSON object for programs. */

/** A stretch of time that a target spent in one level, seen at block times: an expiry is dated to the next block. */
export interface LevelInterval {
  readonly target: string;
  /** 0 Normal, 1 Watch, 2 NoNewLeverage, 3 Throttle, 4 Halt. */
  readonly level: number;
  /** Chain time, unix seconds. */
  readonly from: number;
  /** Chain time, unix seconds; null while open at the end of the run. */
  readonly to: number | null;
}

/** One block of a run, for pictures. */
export interface Sample {
  /** Unix seconds. */
  readonly timestamp: number;
  /** Price of the shocked asset on its pool, USD. */
  readonly price: number;
  /** Debt repaid by liquidators so far. */
  readonly liquidatedUsd: number;
  readonly leverage: number;
  readonly level: number;
}

/** What one replay came to. USD at the market prices of the moment; gas in units. */
export interface RunOutcome {
  /** Debt that liquidators repaid. */
  readonly liquidatedUsd: number;
  /** Debt not covered by collateral at the end, realised or not. */
  readonly badDebtUsd: number;
  /** Largest drop of the shocked asset on its pool at the end of a block, as a share of its starting price there. */
  readonly maxDrop: number;
  /** Units of gas that operators, liquidators and price nodes spent. */
  readonly gas: number;
  readonly liquidations: number;
  readonly reports: number;
  readonly peakLeverage: number;
  readonly levels: readonly LevelInterval[];
  /**
   * Median gas of one `publishAndPoke`, of one liquidation within its transaction, and of the one poke that a bystander sends
   * after the path, when nothing is left to move; 0 where none happened.
   */
  readonly gasOf: { readonly publish: number; readonly poke: number; readonly liquidate: number };
  /** Price of the shocked asset on its pool, USD. */
  readonly price: { readonly start: number; readonly low: number; readonly end: number };
  readonly samples: readonly Sample[];
}

export interface LabResult {
  readonly seed: number;
  readonly scenario: string;
  readonly source: string;
  readonly off: RunOutcome;
  readonly on: RunOutcome | null;
}

/** The published shape: sorted keys, no wall-clock value, the same bytes for the same seed. */
export function resultJson(result: LabResult): string {
  const { off, on } = result;
  const watched = on ?? off;
  return JSON.stringify(
    sortKeys({
      seed: result.seed,
      scenario: result.scenario,
      source: result.source,
      off: totals(off),
      on: on === null ? null : totals(on),
      reports: watched.reports,
      peakLeverage: watched.peakLeverage,
      levels: on === null ? [] : on.levels,
      gas: watched.gasOf,
    }),
  );
}

function totals({ liquidatedUsd, badDebtUsd, maxDrop, gas }: RunOutcome): Record<string, number> {
  return { liquidatedUsd, badDebtUsd, maxDrop, gas };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
