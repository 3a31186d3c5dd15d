/** Jumps of a log price: a Poisson number of them, each a normal fall. */
export interface Jumps {
  readonly perDay: number;
  /** Mean and standard deviation of one, as a log fall. */
  readonly meanLog: number;
  readonly sdLog: number;
}

/**
 * Falls beyond a threshold that ordinary days do not explain.
 *
 * A Student-t day is symmetric: as many rises beyond the threshold as falls. What there is more of falls is counted as
 * jumps, as large as the falls beyond the threshold are. Pass no rises to count every fall.
 *
 * **Units.** `fallsLog`, `risesLog`: largest fall and rise of each day, as positive log moves.
 */
export function estimateJumps(fallsLog: Float64Array, risesLog: Float64Array, thresholdLog: number): Jumps {
  const beyond = fallsLog.filter((fall) => fall > thresholdLog);
  const ordinary = risesLog.filter((rise) => rise > thresholdLog).length;
  const meanLog = beyond.reduce((sum, fall) => sum + fall, 0) / Math.max(1, beyond.length);
  const squares = beyond.reduce((sum, fall) => sum + (fall - meanLog) * (fall - meanLog), 0);
  return {
    perDay: Math.max(0, beyond.length - ordinary) / fallsLog.length,
    meanLog,
    sdLog: Math.sqrt(squares / Math.max(1, beyond.length)),
  };
}
