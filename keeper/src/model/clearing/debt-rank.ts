import { expectAmounts } from "./amounts.js";
import { transpose, type SparseMatrix } from "./sparse.js";

/**
 * How distress spreads.
 *
 * - `distress`: every loss of buffer is passed on in proportion, again and again, up to the whole buffer;
 * - `singleHit`: a node passes on the loss that hits it first, and nothing after;
 * - `threshold`: a node passes on its default, and nothing before.
 */
export type Spread = "distress" | "singleHit" | "threshold";

/**
 * Who loses what share of its buffer where another loses all of its own.
 *
 * **Shapes.** `impact`: row j, the share of the column's buffer lost if j defaults; not capped. `bufferUsd[n]`.
 */
export interface ImpactNetwork {
  readonly impact: SparseMatrix;
  readonly bufferUsd: Float64Array;
}

/** How a run spreads stress and when it stops. */
export interface StressRules {
  readonly spread: Spread;
  readonly maxRounds: number;
  /** Euclidean norm of a round's additional stress below which nothing happened. */
  readonly tolerance: number;
}

/** Scratch and result of {@link spreadStress}; reusable. */
export interface Stress {
  /** Share of its buffer that each node has lost. Above 1 where losses exceed it; only the buffer is ever passed on. */
  readonly stressFrac: Float64Array;
  readonly passedFrac: Float64Array;
  readonly dueFrac: Float64Array;
  readonly addedFrac: Float64Array;
  readonly senders: Int32Array;
  readonly touched: Int32Array;
  rounds: number;
  converged: boolean;
  /** Norm of the last round's additional stress. */
  residual: number;
}

/** Sums over all nodes of a run, what the shock did itself apart. */
export interface StressSummary {
  /** Stress up to 1, weighted. */
  readonly originalStressFrac: number;
  readonly additionalStressFrac: number;
  readonly originalLossUsd: number;
  readonly additionalLossUsd: number;
  readonly additionalDefaults: number;
}

/** Stress from here on is a default: losses that add up to the buffer may miss it by rounding. */
const DEFAULT_STRESS = 1 - 1e-12;

/** Share of what a node passes on that is rounding if it is left over, and would go round in circles forever. */
const NOTHING_DUE = 4.5e-16;

/**
 * Prepare `exposures` (row: creditor, column: debtor) of nodes with these buffers.
 *
 * **Throws** `RangeError` for exposures below 0 and for buffers that are not above 0.
 */
export function impactNetwork(exposures: SparseMatrix, bufferUsd: Float64Array): ImpactNetwork {
  expectAmounts(exposures.value, exposures.value.length, "exposures");
  expectAmounts(bufferUsd, exposures.size, "buffers");
  const empty = bufferUsd.indexOf(0);
  if (empty >= 0) throw new RangeError(`buffers[${empty}] is 0, expected more: leave out nodes without a buffer`);
  const impact = transpose(exposures);
  const { column, value } = impact;
  for (let e = 0; e < value.length; e++) value[e] = value[e]! / bufferUsd[column[e]!]!;
  return { impact, bufferUsd };
}

/** Allocate the scratch of runs over `size` nodes. */
export function createStress(size: number): Stress {
  return {
    stressFrac: new Float64Array(size),
    passedFrac: new Float64Array(size),
    dueFrac: new Float64Array(size),
    addedFrac: new Float64Array(size),
    senders: new Int32Array(size),
    touched: new Int32Array(size),
    rounds: 0,
    converged: false,
    residual: 0,
  };
}

/**
 * Spread `initialFrac[n]` of stress in synchronous rounds until nothing is added.
 *
 * With `distress` this is `h = h(0) + Lambda min(1, h)`, from below; uncapped `(I - Lambda)^-1 h(0)`. Only nodes whose
 * stress rose in the last round have anything to pass on.
 *
 * **Throws** `RangeError` for stress that is not finite or below 0. **Source.** Bardoscia et al. 2015 (`distress`),
 * Battiston et al. 2012 (`singleHit`), Furfine 2003 (`threshold`); MODEL 13, T7.
 */
export function spreadStress(network: ImpactNetwork, initialFrac: Float64Array, rules: StressRules, run: Stress): void {
  expectAmounts(initialFrac, network.impact.size, "stress");
  run.stressFrac.set(initialFrac);
  run.passedFrac.fill(0);
  run.rounds = 0;
  for (let i = 0; i < initialFrac.length; i++) run.touched[i] = i;
  let senders = setDue(rules.spread, run, initialFrac.length);
  do {
    run.rounds++;
    const touched = pass(network.impact, run, senders);
    run.residual = addUp(run, touched);
    senders = setDue(rules.spread, run, touched);
  } while (run.residual >= rules.tolerance && run.rounds < rules.maxRounds);
  run.converged = run.residual < rules.tolerance;
}

/** Find what each of the first `count` nodes touched has to pass on next; returns how many have anything. */
function setDue(spread: Spread, run: Stress, count: number): number {
  const { stressFrac, passedFrac, dueFrac, touched, senders } = run;
  const once = spread !== "distress";
  const from = spread === "threshold" ? DEFAULT_STRESS : 0;
  let found = 0;
  for (let t = 0; t < count; t++) {
    const i = touched[t]!;
    const stress = stressFrac[i]!;
    const passed = passedFrac[i]!;
    if (stress < from || (once && passed > 0)) continue;
    const target = stress < 1 ? stress : 1;
    if (!(target - passed > NOTHING_DUE * target)) continue;
    dueFrac[i] = target - passed;
    passedFrac[i] = target;
    senders[found++] = i;
  }
  return found;
}

/** Let the first `count` senders pass on what is due; returns how many nodes were hit. */
function pass({ start, column, value }: SparseMatrix, run: Stress, count: number): number {
  const { senders, dueFrac, addedFrac, touched } = run;
  let hit = 0;
  for (let s = 0; s < count; s++) {
    const j = senders[s]!;
    const due = dueFrac[j]!;
    const end = start[j + 1]!;
    for (let e = start[j]!; e < end; e++) {
      const i = column[e]!;
      const before = addedFrac[i]!;
      const more = due * value[e]!;
      if (before === 0 && more > 0) touched[hit++] = i;
      addedFrac[i] = before + more;
    }
  }
  return hit;
}

/** Add the round's stress to the first `count` nodes touched; returns its Euclidean norm. */
function addUp({ touched, stressFrac, addedFrac }: Stress, count: number): number {
  let squares = 0;
  for (let t = 0; t < count; t++) {
    const i = touched[t]!;
    const added = addedFrac[i]!;
    addedFrac[i] = 0;
    stressFrac[i] = stressFrac[i]! + added;
    squares += added * added;
  }
  return Math.sqrt(squares);
}

/** Sum up a run that started from `initialFrac`; `weights[n]` need not add up to 1. */
export function summariseStress(
  { bufferUsd }: ImpactNetwork,
  initialFrac: Float64Array,
  weights: Float64Array,
  { stressFrac }: Stress,
): StressSummary {
  let weight = 0;
  let [stressBefore, stressAfter, lossBefore, lossAfter, defaults] = [0, 0, 0, 0, 0];
  for (let i = 0; i < bufferUsd.length; i++) {
    const before = initialFrac[i]!;
    const after = stressFrac[i]!;
    weight += weights[i]!;
    stressBefore += weights[i]! * Math.min(1, before);
    stressAfter += weights[i]! * Math.min(1, after);
    lossBefore += bufferUsd[i]! * before;
    lossAfter += bufferUsd[i]! * after;
    if (before < 1 && after > DEFAULT_STRESS) defaults++;
  }
  return {
    originalStressFrac: stressBefore / weight,
    additionalStressFrac: (stressAfter - stressBefore) / weight,
    originalLossUsd: lossBefore,
    additionalLossUsd: lossAfter - lossBefore,
    additionalDefaults: defaults,
  };
}
