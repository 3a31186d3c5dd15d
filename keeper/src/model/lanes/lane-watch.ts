import type { Book } from "../book.js";
import { addDrift, createDrift, LEAST_DRIFT, startDrift, type Drift } from "../drift.js";
import { createReach, dearestDebt, extendReach, PRUNE_MARGIN, reaches, type Reach } from "../reach.js";
import { createKernels, type LaneKernels } from "./lane-kernels.js";
import { MOST_FACTOR } from "./follow-kernel.js";
import { CHUNK, createLaneMemory, LANES, layOut, type LaneMemory } from "./lane-memory.js";

/**
 * {@link Watch} of up to {@link LANES} cascades over one book that run in step: what it costs to read a row of positions is
 * paid once. Kernels in WebAssembly walk over them (ADR 0021). Their bounds are in float32, four lanes at a time, which
 * `margin` makes up for.
 */
export interface LaneWatch {
  readonly memory: LaneMemory;
  readonly kernels: LaneKernels;
  readonly reach: readonly Reach[];
  readonly drift: readonly Drift[];
  /** Cells of those who are left alone. */
  readonly left: number[];
  /** Candidates of any lane. */
  count: number;
  /** The first of them who has not been looked at in this round. */
  next: number;
  /** Lanes that are followed, a bit for each. */
  among: number;
  /** Whether floors are those of the prices where lanes started, and nobody has used them. */
  isFresh: boolean;
  /** Whether they were when lanes were last followed, to the same prices. */
  areNew: boolean;
  /** A bound of the kernels is no more than this times what it should be. */
  readonly margin: number;
}

/** By lane, prices as multiples of t0; null where the lane takes no part. */
type LanePrices = readonly (Float64Array | null)[];

/** The distance between 1 and the next float32: twice what one rounding changes. */
const FLOAT32_STEP = 1.1920928955078125e-7;
/**
 * Prices that are not 0 and not within these are left to a cascade alone. Within them, and with factors of a bound cut off at
 * {@link MOST_FACTOR}, which only lowers it, what float32 loses below its smallest number is nothing beside a limit.
 */
const LEAST_PRICE = 1e-12;
const MOST_PRICE = 1e12;
/** Roundings of a bound: two for each sum besides those of its entries, and nine for what it is multiplied with. */
const OTHER_ROUNDINGS = 13;

/** Allocate what cascades over `book` need. */
export function createLaneWatch(book: Book): LaneWatch {
  const memory = createLaneMemory(book);
  const assets = book.state.assets.length;
  return {
    memory,
    kernels: createKernels(memory),
    reach: Array.from({ length: LANES }, () => createReach(assets)),
    drift: Array.from({ length: LANES }, () => createDrift(assets)),
    left: [],
    count: 0,
    next: 0,
    among: 0,
    isFresh: false,
    areNew: false,
    margin: 1 + FLOAT32_STEP * (OTHER_ROUNDINGS + longestRow(book.held.start) + longestRow(book.owed.start)),
  };
}

/**
 * Find the candidates at `prices[l][K]`, where nobody has been liquidated, for health factor `hf`. Returns the lanes, a bit
 * for each, that have to do without.
 */
export function startLanes(watch: LaneWatch, book: Book, prices: readonly Float64Array[], hf: number): number {
  const { memory, margin } = watch;
  memory.limit.fill(-Infinity);
  watch.left.length = 0;
  let outside = 0;
  let belowHf = 0;
  prices.forEach((price, l) => {
    const reach = watch.reach[l]!;
    startDrift(watch.drift[l]!, price);
    extendReach(reach, book, price, hf);
    if (!writePrices(memory, l, price)) return void (outside |= 1 << l);
    let lowest = 1;
    reach.low.forEach((low, k) => {
      memory.prices[(2 * k + 1) * LANES + l] = low;
      if (low < lowest) lowest = low;
    });
    const least = hf * PRUNE_MARGIN * reach.dearest;
    memory.limit[l] = least * margin;
    memory.scale[l] = 1 / (margin * dearestDebt(book, price));
    belowHf = Math.max(belowHf, (least * PRUNE_MARGIN) / lowest);
  });
  const debtors = debtorsBelow(book, belowHf);
  layOut(memory, book, debtors);
  watch.count = watch.kernels.screen(debtors);
  watch.isFresh = true;
  return outside;
}

/**
 * Follow prices to `prices[l][K]`: {@link findDue} then finds everybody whose health factor may be below `hf` in a lane.
 * Returns the lanes, a bit for each, whose candidates are no longer all there are.
 */
export function followLanes(watch: LaneWatch, book: Book, prices: LanePrices, hf: number): number {
  const { memory, margin } = watch;
  memory.limit.fill(-Infinity);
  watch.among = 0;
  watch.areNew = watch.isFresh;
  watch.isFresh = false;
  let outside = 0;
  prices.forEach((price, l) => {
    if (price === null) return;
    const drift = watch.drift[l]!;
    if (addDrift(drift, price)) watch.areNew = false;
    const isWithin = drift.frac >= LEAST_DRIFT && reaches(watch.reach[l]!, book, price, hf);
    if (!isWithin || !writePrices(memory, l, price)) return void (outside |= 1 << l);
    const dearest = dearestDebt(book, price);
    memory.limit[l] = (hf * PRUNE_MARGIN * margin) / drift.frac;
    memory.scale[l] = 1 / (margin * dearest * drift.frac);
    memory.dearest[l] = dearest;
    watch.among |= 1 << l;
  });
  watch.next = 0;
  return outside;
}

/** Find more of those who are due, in `memory`. Returns false where there are none. */
export function findDue(watch: LaneWatch): boolean {
  const { kernels, count, among, areNew } = watch;
  let due = 0;
  while (due === 0 && watch.next < count) {
    const first = watch.next;
    watch.next = Math.min(first + CHUNK, count);
    due = kernels.follow(first, watch.next, among, areNew ? 1 : 0);
  }
  return due > 0;
}

/** Remember that a candidate has at least health factor `hf` at the prices that its lane follows, and so much left. */
export function settleLane(
  { memory, drift }: LaneWatch,
  { c, l }: { readonly c: number; readonly l: number },
  hf: number,
  left: { readonly collateral: number; readonly debt: number },
): void {
  memory.floor[LANES * c + l] = hf / drift[l]!.frac;
  memory.ratio[LANES * c + l] = left.debt > 0 ? Math.min(left.collateral / left.debt, MOST_FACTOR) : MOST_FACTOR;
}

/** Candidate `c` is not due in lane `l`, whatever it is worth, until its floor is found anew or {@link lookAtLanesAgain}. */
export function leaveLaneAlone({ memory, left }: LaneWatch, c: number, l: number): void {
  memory.floor[LANES * c + l] = Infinity;
  left.push(LANES * c + l);
}

/** Nothing is known of those who were left alone. */
export function lookAtLanesAgain({ memory, left }: LaneWatch): void {
  for (const cell of left) memory.floor[cell] = 0;
  left.length = 0;
}

/** False where they are beyond float32. */
function writePrices({ prices, exactPrices }: LaneMemory, l: number, price: Float64Array): boolean {
  let isWithin = true;
  for (let k = 0; k < price.length; k++) {
    const multiple = price[k]!;
    isWithin &&= multiple === 0 || (multiple >= LEAST_PRICE && multiple <= MOST_PRICE);
    prices[2 * k * LANES + l] = multiple;
    exactPrices[k * LANES + l] = multiple;
  }
  return isWithin;
}

function longestRow(start: Int32Array): number {
  let longest = 0;
  for (let m = 0; m + 1 < start.length; m++) longest = Math.max(longest, start[m + 1]! - start[m]!);
  return longest;
}

/** How many debtors start from a health factor below `hf`. */
function debtorsBelow({ orderHf }: Book, hf: number): number {
  let [from, to] = [0, orderHf.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (orderHf[middle]! < hf) from = middle + 1;
    else to = middle;
  }
  return from;
}
