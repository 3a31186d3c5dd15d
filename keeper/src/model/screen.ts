import type { Book } from "./book.js";
import { copyReach, createReach, dearestDebt, extendReach, PRUNE_MARGIN, type Reach } from "./reach.js";
import { createKernel, LANES, LIMIT_AT, NEXT_AT, PRICES_AT, PRICES_BYTES, type ScreenKernel } from "./screen-kernel.js";
import { takeFound, type Watch } from "./watch.js";

/**
 * The candidates of up to {@link LANES} scenarios, before anybody is liquidated, found in one walk over the debtors: what
 * it costs to read a row of positions is paid once, and no step depends on what is in it. A kernel in WebAssembly walks
 * (ADR 0021); its sums are those of the same numbers in JavaScript, in the same order.
 *
 * **Shapes.** L lanes. `limit[L]`, `next[L]`, and `prices[K*2*L]`: asset k has those of {@link Reach} in entries
 * `2kL <= e < (2k+1)L` and, behind them, those of now over that of the dearest debt. By lane, `candidate` holds ranks and
 * `floorHf` the health factors if no debt were cheaper than the dearest, up to where `next` points. All of it lies in the
 * kernel's memory.
 */
export interface Screen {
  readonly kernel: ScreenKernel;
  readonly limit: Float64Array;
  readonly next: Int32Array;
  readonly prices: Float64Array;
  readonly candidate: readonly Int32Array[];
  readonly floorHf: readonly Float64Array[];
  readonly reach: readonly Reach[];
}

const PAGE_BYTES = 65_536;

/** Lay out for the kernel what it reads of `book`. */
export function createScreen({ held, order, state }: Book): Screen {
  const [debtors, entries, assets] = [order.length, held.asset.length, state.assets.length];
  /** One more than can be: what the kernel writes before it knows that it is no candidate. */
  const room = debtors + 1;
  const sharesAt = PRICES_AT + PRICES_BYTES * assets;
  const floorsAt = sharesAt + 8 * entries;
  const assetsAt = floorsAt + 8 * room * LANES;
  const endsAt = assetsAt + 4 * entries;
  const ranksAt = endsAt + 4 * debtors;
  const bytes = ranksAt + 4 * room * LANES;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  const { buffer } = memory;
  new Float64Array(buffer, sharesAt, entries).set(held.hfShare);
  new Int32Array(buffer, assetsAt, entries).set(held.asset.map((k) => PRICES_AT + PRICES_BYTES * k));
  new Int32Array(buffer, endsAt, debtors).set(held.start.subarray(1).map((end) => assetsAt + 4 * end));
  const layout = { ends: endsAt, assets: assetsAt, shares: sharesAt, floors: floorsAt - 2 * ranksAt };
  const lanes = Array.from({ length: LANES }, (_, l) => l);
  return {
    kernel: createKernel(memory, layout),
    limit: new Float64Array(buffer, LIMIT_AT, LANES),
    next: new Int32Array(buffer, NEXT_AT, LANES),
    prices: new Float64Array(buffer, PRICES_AT, (assets * PRICES_BYTES) / 8),
    candidate: lanes.map((l) => new Int32Array(buffer, ranksAt + 4 * room * l, room)),
    floorHf: lanes.map((l) => new Float64Array(buffer, floorsAt + 8 * room * l, room)),
    reach: lanes.map(() => createReach(assets)),
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
export function takeLane(watch: Watch, { candidate, floorHf, next, reach }: Screen, l: number): void {
  const count = (next[l]! - candidate[l]!.byteOffset) / 4;
  takeFound(watch, { candidate: candidate[l]!.subarray(0, count), floorHf: floorHf[l]!.subarray(0, count) });
  copyReach(reach[l]!, watch.reach);
}

/** Set prices and limit. Returns the health factor at t0 from which on nobody can be a candidate. */
function setLane(
  { reach: reaches, limit, prices }: Screen,
  book: Book,
  { l, price, hf }: { readonly l: number; readonly price: Float64Array; readonly hf: number },
): number {
  const reach = reaches[l]!;
  extendReach(reach, book, price, hf);
  const dearest = dearestDebt(book, price);
  let lowest = 1;
  for (let k = 0; k < price.length; k++) {
    prices[2 * k * LANES + l] = reach.low[k]!;
    prices[(2 * k + 1) * LANES + l] = price[k]! / dearest;
    if (reach.low[k]! < lowest) lowest = reach.low[k]!;
  }
  const least = hf * PRUNE_MARGIN * reach.dearest;
  limit[l] = least;
  return (least * PRUNE_MARGIN) / lowest;
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
