/** One thing that is measured, ours beside a straightforward implementation of the same mathematics. */
export interface BenchCase {
  readonly name: string;
  /** What the time is of. */
  readonly unit: string;
  /** MODEL 9, in milliseconds for `unit`; null where there is none. */
  readonly barMs: number | null;
  /** Everything that is not measured. `quick`: a size at which the command can be tried out in seconds. */
  prepare(quick: boolean): Prepared;
}

/** Inputs made and code ready to run. */
export interface Prepared {
  /** What was made, so that anybody knows what the numbers are of. */
  readonly input: string;
  readonly ours: Side;
  readonly straightforward: Side;
  /** Largest relative difference of the results on what both ran. */
  difference(): number;
  close?(): Promise<void>;
}

/** `parts`: how many of the `of` equal parts of its unit one run does; more than `of` where it does it all again. */
export interface Side {
  run(): void | Promise<void>;
  readonly parts: number;
  readonly of: number;
}

/** Largest difference of two lists, relative to the expected one. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  for (let e = 0; e < expected.length; e++) {
    const difference = Math.abs(actual[e]! - expected[e]!) / Math.max(1e-9, Math.abs(expected[e]!));
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

/** Runs of what takes microseconds, so that a clock can tell them. */
const REPEAT = 20;

/** A side that does all of its unit, several times in one run. */
export function repeated(once: () => void): Side {
  const run = () => {
    for (let r = 0; r < REPEAT; r++) once();
  };
  return { run, parts: REPEAT, of: 1 };
}
