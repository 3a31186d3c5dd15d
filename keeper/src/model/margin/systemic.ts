import type { SystemState } from "../../graph/system-state.js";
import { openBook, type Book } from "../book.js";
import { withHealthKept } from "./changed-thresholds.js";

/** True where a book keeps within every limit: see {@link engineLimits} for the engine's answer. */
export type WithinLimits = (book: Book) => boolean;

/** Thresholds that the whole system can bear. */
export interface SystemicLts {
  /** `Float64Array[R]`: at most the ceiling; 0 in each where not even a system without loans keeps within the limits. */
  readonly ltFrac: Float64Array;
  /** Times that the limits were asked for. */
  readonly probes: number;
}

/**
 * Largest thresholds, up to `ceilingFrac[R]`, at which the system keeps within its limits once borrowers have answered
 * ({@link withHealthKept}).
 *
 * Mostly the ceilings themselves do, which one probe tells. Otherwise every threshold is brought down by one common
 * factor until the limits hold, and then one Gauss-Seidel sweep in the order of the reserves raises each as far as they
 * still hold with the others where they are, in steps of `stepFrac`. So the result as a whole is within the limits, and
 * no single threshold can go a step higher, as long as risk does not fall with a threshold: where it does, bisection
 * finds a point at which the limits hold and a step further do not.
 *
 * **Cost.** With p = log2(1/stepFrac): 1 probe, or at most 2 + p + R (1 + p). **Source.** MODEL 7.1 rule 4.
 */
export function systemicLts(
  state: SystemState,
  ceilingFrac: Float64Array,
  stepFrac: number,
  within: WithinLimits,
): SystemicLts {
  let probes = 0;
  const holds = (ltFrac: Float64Array): boolean => {
    probes++;
    return within(openBook(withHealthKept(state, ltFrac)));
  };
  if (holds(ceilingFrac)) return { ltFrac: Float64Array.from(ceilingFrac), probes };
  const common = commonLts(ceilingFrac, stepFrac, holds);
  if (common === null) return { ltFrac: new Float64Array(ceilingFrac.length), probes };
  let ltFrac = common;
  const used = reservesInUse(state);
  for (let r = 0; r < ltFrac.length; r++) {
    const raised = (lt: number) => ltFrac.map((old, other) => (other === r ? lt : old));
    const start = ltFrac[r]!;
    const room = Math.ceil((ceilingFrac[r]! - start) / stepFrac);
    if (used[r] === 0 || holds(raised(ceilingFrac[r]!))) ltFrac = raised(ceilingFrac[r]!);
    else ltFrac = raised(start + stepFrac * largest(room, (m) => holds(raised(start + stepFrac * m))));
  }
  return { ltFrac, probes };
}

/**
 * The ceilings, which do not hold, times the largest common factor at which they do: a lower bound of
 * {@link systemicLts}, which goes on from there. Null where not even loans of nothing hold.
 *
 * **Cost.** 1 + log2(1/stepFrac) probes.
 */
export function commonLts(
  ceilingFrac: Float64Array,
  stepFrac: number,
  holds: (ltFrac: Float64Array) => boolean,
): Float64Array | null {
  const steps = Math.ceil(1 / stepFrac);
  const scaledBy = (m: number) => ceilingFrac.map((lt) => lt * (m / steps));
  return holds(scaledBy(0)) ? scaledBy(largest(steps, (m) => holds(scaledBy(m)))) : null;
}

/** Largest m in [0, end) for which `test` holds, where it holds at 0 and not at `end`. */
function largest(end: number, test: (m: number) => boolean): number {
  let low = 0;
  let high = end;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (test(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** 1 for reserves that anybody with debt holds as collateral: no other threshold matters to the engine. */
function reservesInUse({ collateral, debt, reserves }: SystemState): Uint8Array {
  const used = new Uint8Array(reserves.length);
  for (let i = 0; i + 1 < collateral.start.length; i++) {
    if (debt.start[i] === debt.start[i + 1]) continue;
    for (let e = collateral.start[i]!; e < collateral.start[i + 1]!; e++) used[collateral.reserve[e]!] = 1;
  }
  return used;
}
