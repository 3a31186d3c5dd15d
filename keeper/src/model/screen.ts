import type { Book } from "./book.js";
import { copyReach, createReach, dearestDebt, extendReach, PRUNE_MARGIN, type Reach } from "./reach.js";
import { createKernel, LANES, LIMIT_AT, NEXT_AT, PRICES_AT, PRICES_BYTES, type ScreenKernel } from "./screen-kernel.js";
import { takeFound, type Watch } from "./watch.js";

/**
 * The candidates of up to {@link LANES} scenarios, before anybody is liquidated, found in one walk over the debtors: what
 * it costs to read a row of positions is paid once, and no step depends on what is in it. A kernel in WebAssembly walks
 * (ADR 0021). It computes in float32, four lanes at a time, which `margin` makes up for.
 *
 * **Shapes.** L lanes. `limit[L]`, `next[L]`, and `prices[K*2*L]`: asset k has those of {@link Reach} in entries
 * `2kL <= e < (2k+1)L` and, behind them, those of now. By lane, `candidate` holds ranks and `share` what their collateral
 * is worth now after thresholds, as a multiple of debt at t0, up to where `next` points. All of it lies in the kernel's memory.
 */
export interface Screen {
  readonly kernel: ScreenKernel;
  readonly limit: Float32Array;
  readonly next: Int32Array;
  readonly prices: Float32Array;
  readonly candidate: readonly Int32Array[];
  readonly share: readonly Float32Array[];
  readonly reach: readonly Reach[];
  /** `Float64Array[L]`: the dearest debt of now. */
  readonly dearest: Float64Array;
  /** A sum of the kernel is no more than this times what it should be, nor less than it divided by this. */
  readonly margin: number;
}

/** The distance between 1 and the next float32: twice what one rounding changes. */
const FLOAT32_STEP = 1.1920928955078125e-7;
/** More than this is infinite in float32. */
const FLOAT32_MAX = 3.4e38;
const PAGE_BYTES = 65_536;

/** Lay out for the kernel what it reads of `book`. */
export function createScreen({ held, order, state }: Book): Screen {
  const [debtors, entries, assets] = [order.length, held.asset.length, state.assets.length];
  /** One more than can be: what the kernel writes before it knows that it is no candidate. */
  const room = debtors + 1;
  const sharesAt = PRICES_AT + PRICES_BYTES * assets;
  const foundAt = sharesAt + 4 * entries;
  const assetsAt = foundAt + 4 * room * LANES;
  const endsAt = assetsAt + 4 * entries;
  const ranksAt = endsAt + 4 * debtors;
  const bytes = ranksAt + 4 * room * LANES;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  const { buffer } = memory;
  new Float32Array(buffer, sharesAt, entries).set(held.hfShare);
  new Int32Array(buffer, assetsAt, entries).set(held.asset.map((k) => PRICES_AT + PRICES_BYTES * k));
  new Int32Array(buffer, endsAt, debtors).set(held.start.subarray(1).map((end) => assetsAt + 4 * end));
  const layout = { ends: endsAt, assets: assetsAt, shares: sharesAt, found: foundAt - ranksAt };
  const lanes = Array.from({ length: LANES }, (_, l) => l);
  return {
    kernel: createKernel(memory, layout),
    limit: new Float32Array(buffer, LIMIT_AT, LANES),
    next: new Int32Array(buffer, NEXT_AT, LANES),
    prices: new Float32Array(buffer, PRICES_AT, (assets * PRICES_BYTES) / 4),
    candidate: lanes.map((l) => new Int32Array(buffer, ranksAt + 4 * room * l, room)),
    share: lanes.map((l) => new Float32Array(buffer, foundAt + 4 * room * l, room)),
    reach: lanes.map(() => createReach(assets)),
    dearest: new Float64Array(LANES),
    margin: 1 + FLOAT32_STEP * (4 + longestRow(held.start)),
  };
}

/** Find the candidates below `hf` at `prices[l][K]`, at most {@link LANES} of them, and within reach of those. */
export function screenLanes(screen: Screen, book: Book, prices: readonly Float64Array[], hf: number): void {
  screen.limit.fill(-Infinity);
  let belowHf = 0;
  prices.forEach((price, l) => (belowHf = Math.max(belowHf, setLane(screen, book, { l, price, hf }))));
  screen.candidate.forEach(({ byteOffset }, l) => (screen.next[l] = byteOffset));
  screen.kernel(debtorsBelow(book, belowHf));
}

/** Let `watch` start from the candidates of lane `l`, at its prices. */
export function takeLane(watch: Watch, { candidate, share, next, reach, dearest, margin }: Screen, l: number): void {
  const count = (next[l]! - candidate[l]!.byteOffset) / 4;
  const found = { candidate: candidate[l]!.subarray(0, count), share: share[l]!.subarray(0, count) };
  takeFound(watch, found, 1 / (margin * dearest[l]!));
  copyReach(reach[l]!, watch.reach);
}

/** Set prices and limit. Returns the health factor at t0 from which on nobody can be a candidate. */
function setLane(
  { reach: reaches, limit, prices, dearest, margin }: Screen,
  book: Book,
  { l, price, hf }: { readonly l: number; readonly price: Float64Array; readonly hf: number },
): number {
  const reach = reaches[l]!;
  extendReach(reach, book, price, hf);
  let lowest = 1;
  for (let k = 0; k < price.length; k++) {
    prices[2 * k * LANES + l] = Math.min(reach.low[k]!, FLOAT32_MAX);
    prices[(2 * k + 1) * LANES + l] = Math.min(price[k]!, FLOAT32_MAX);
    if (reach.low[k]! < lowest) lowest = reach.low[k]!;
  }
  dearest[l] = dearestDebt(book, price);
  const least = hf * PRUNE_MARGIN * reach.dearest;
  limit[l] = least * margin;
  return (least * PRUNE_MARGIN) / lowest;
}

/** Each of the products of a row is rounded, so are its two factors, and every sum; and the limit. */
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
