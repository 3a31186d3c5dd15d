import type { Book } from "../book.js";
import { WORTH_SIZE, WORTH_STEP } from "../liquidation.js";

/** Scenarios that run in step; each has a lane in vectors, and what is known of a debtor in one lies beside that in others. */
export const LANES = WORTH_STEP;

/** One number of each lane: in float32, and in float64. */
export const LANES_BYTES = 4 * LANES;
export const EXACT_LANES_BYTES = 8 * LANES;

/** What bounds are compared with, what makes them health factors, and the dearest debt, by lane. */
export const LIMIT_AT = 0;
export const SCALE_AT = LIMIT_AT + LANES_BYTES;
export const DEAREST_AT = SCALE_AT + LANES_BYTES;
/** How many are due, by lane. */
export const COUNTS_AT = DEAREST_AT + LANES_BYTES;
/** How many are due in some lane of each half. */
export const HALF_COUNTS_AT = COUNTS_AT + LANES_BYTES;
/** Prices of an asset in float32: those of now of each lane and, behind them, the lowest within reach. */
export const PRICES_AT = HALF_COUNTS_AT + LANES_BYTES;
export const LOWEST_AT = PRICES_AT + LANES_BYTES;
/** What belongs to an asset lies this far from what belongs to the one before. */
const ASSET_BYTES = 2 * LANES_BYTES;

/** An entry of a row: where its asset lies and, behind it, its part. */
export const PART_AT = 4;
export const ENTRY_BYTES = 8;
/** The same entry in float64: amount, threshold, bonus, amount for sale; of debt, amount and amount for sale. */
export const HELD = { usd: 0, lt: 8, bonus: 16, saleUsd: 24, bytes: 32 } as const;
export const OWED = { usd: 0, saleUsd: 8, bytes: 16 } as const;
/** What is known of somebody who is due, in float64: {@link WORTH}, by lane. */
export const WORTH_BYTES = 8 * WORTH_SIZE;

/** Lanes in float64 are dealt with by halves: all eight of them do not fit registers, and often none of a half is due. */
export const HALVES = 2;
/** So many candidates are followed at a time: what is known of them stays in a cache until they are dealt with. */
export const CHUNK = 512;
/** Of a list of them: one more than can be, as kernels write before they know that somebody is none of them. */
export const LIST = CHUNK + 1;
export const LIST_BYTES = 4 * LIST;

/** Addresses that depend on the book, by the names under which kernels import them. */
export const ADDRESSES = [
  "heldStarts",
  "owedStarts",
  "heldRows",
  "owedRows",
  "exactHeld",
  "exactOwed",
  "exactPrices",
  "sold",
  "ranks",
  "places",
  "floors",
  "ratios",
  "due",
  "dueLanes",
  "dueInHalf",
  "dueInLane",
  "worth",
] as const;
export type Addresses = Readonly<Record<(typeof ADDRESSES)[number], number>>;

/**
 * What the kernels read and write.
 *
 * **Shapes.** L lanes, K assets, M debtors, D due. In float32 `limit[L]`, `scale[L]`, `dearest[L]` and `prices[K*2*L]`: asset k
 * has those of now in entries `2kL <= e < (2k+1)L` and, behind them, the lowest. In float64 `exactPrices[K*L]` and
 * `sold[K*L]` USD. By candidate c, ascending: `rank[c]`, and of each lane, in entries `cL <= e < (c+1)L`, `floor`, the least
 * that its health factor can be over the lane's drift, `ratio`, what is left of its collateral over what is left of its debt, and `place`, where it
 * stands in the lane's rounds, plus 1; 0 before it is touched. By d, ascending, who has to be looked at: `due[d]`, a candidate,
 * and `worth`, its {@link WORTH} in lane l from entry `d WORTH_SIZE + l` on. `dueInLane`: by lane, from entry `lLIST` on, the
 * d who are due in it, the first `counts[l]`.
 */
export interface LaneMemory {
  readonly memory: WebAssembly.Memory;
  readonly at: Addresses;
  readonly limit: Float32Array;
  readonly scale: Float32Array;
  readonly dearest: Float32Array;
  readonly counts: Int32Array;
  readonly prices: Float32Array;
  readonly exactPrices: Float64Array;
  readonly sold: Float64Array;
  readonly rank: Int32Array;
  readonly place: Int32Array;
  readonly floor: Float32Array;
  readonly ratio: Float32Array;
  readonly due: Int32Array;
  readonly dueInLane: Int32Array;
  readonly worth: Float64Array<ArrayBuffer>;
  /** Rows of this many debtors are laid out. */
  debtors: number;
}

const PAGE_BYTES = 65_536;

/** Room for everything that kernels read of `book`; it is laid out as far as {@link layOut} is asked to. */
export function createLaneMemory({ held, owed, order, state }: Book): LaneMemory {
  const assets = state.assets.length;
  const debtors = order.length;
  let end = PRICES_AT + ASSET_BYTES * assets;
  const take = (bytes: number): number => (end += bytes) - bytes;
  const at = {
    exactPrices: take(ASSET_BYTES * assets),
    sold: take(ASSET_BYTES * assets),
    worth: take(WORTH_BYTES * CHUNK),
    exactHeld: take(HELD.bytes * held.asset.length),
    exactOwed: take(OWED.bytes * owed.asset.length),
    heldRows: take(ENTRY_BYTES * held.asset.length),
    owedRows: take(ENTRY_BYTES * owed.asset.length),
    places: take(LANES_BYTES * debtors),
    floors: take(LANES_BYTES * debtors),
    ratios: take(LANES_BYTES * debtors),
    heldStarts: take(4 * held.start.length),
    owedStarts: take(4 * owed.start.length),
    ranks: take(4 * debtors),
    due: take(LIST_BYTES),
    dueLanes: take(LIST_BYTES),
    dueInHalf: take(HALVES * LIST_BYTES),
    dueInLane: take(LANES * LIST_BYTES),
  };
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES) });
  const singles = (address: number, length: number) => new Float32Array(memory.buffer, address, length);
  const doubles = (address: number, length: number) => new Float64Array(memory.buffer, address, length);
  const integers = (address: number, length: number) => new Int32Array(memory.buffer, address, length);
  // In a lane that nobody has used yet, too, a bound is a number.
  singles(LIMIT_AT, (PRICES_AT + ASSET_BYTES * assets) / 4).fill(1);
  return {
    memory,
    at,
    limit: singles(LIMIT_AT, LANES),
    scale: singles(SCALE_AT, LANES),
    dearest: singles(DEAREST_AT, LANES),
    counts: integers(COUNTS_AT, LANES),
    prices: singles(PRICES_AT, 2 * LANES * assets),
    exactPrices: doubles(at.exactPrices, LANES * assets),
    sold: doubles(at.sold, LANES * assets),
    rank: integers(at.ranks, debtors),
    place: integers(at.places, LANES * debtors),
    floor: singles(at.floors, LANES * debtors),
    ratio: singles(at.ratios, LANES * debtors),
    due: integers(at.due, LIST),
    dueInLane: integers(at.dueInLane, LANES * LIST),
    worth: doubles(at.worth, WORTH_SIZE * CHUNK),
    debtors: 0,
  };
}

/** Lay out the rows of the first `debtors`; the memory of others is not touched. */
export function layOut(lanes: LaneMemory, book: Book, debtors: number): void {
  if (debtors <= lanes.debtors) return;
  const from = lanes.debtors;
  layOutHeld(lanes, book, { from, to: debtors });
  layOutOwed(lanes, book, { from, to: debtors });
  lanes.debtors = debtors;
}

interface Ranks {
  readonly from: number;
  readonly to: number;
}

function layOutHeld({ memory: { buffer }, at }: LaneMemory, { held, sellable }: Book, { from, to }: Ranks): void {
  const size = held.asset.length;
  const starts = new Int32Array(buffer, at.heldStarts, held.start.length);
  const assets = new Int32Array(buffer, at.heldRows, (ENTRY_BYTES / 4) * size);
  const parts = new Float32Array(buffer, at.heldRows, (ENTRY_BYTES / 4) * size);
  const exact = new Float64Array(buffer, at.exactHeld, (HELD.bytes / 8) * size);
  for (let m = from; m <= to; m++) starts[m] = at.heldRows + ENTRY_BYTES * held.start[m]!;
  for (let e = held.start[from]!, end = held.start[to]!; e < end; e++) {
    const k = held.asset[e]!;
    assets[(ENTRY_BYTES / 4) * e] = ASSET_BYTES * k;
    parts[(ENTRY_BYTES * e + PART_AT) / 4] = held.hfShare[e]!;
    exact[(HELD.bytes * e + HELD.usd) / 8] = held.usd[e]!;
    exact[(HELD.bytes * e + HELD.lt) / 8] = held.lt[e]!;
    exact[(HELD.bytes * e + HELD.bonus) / 8] = held.bonus[e]!;
    exact[(HELD.bytes * e + HELD.saleUsd) / 8] = sellable[k] === 1 ? held.saleUsd[e]! : 0;
  }
}

function layOutOwed({ memory: { buffer }, at }: LaneMemory, { owed }: Book, { from, to }: Ranks): void {
  const size = owed.asset.length;
  const starts = new Int32Array(buffer, at.owedStarts, owed.start.length);
  const assets = new Int32Array(buffer, at.owedRows, (ENTRY_BYTES / 4) * size);
  const parts = new Float32Array(buffer, at.owedRows, (ENTRY_BYTES / 4) * size);
  const exact = new Float64Array(buffer, at.exactOwed, (OWED.bytes / 8) * size);
  for (let m = from; m <= to; m++) starts[m] = at.owedRows + ENTRY_BYTES * owed.start[m]!;
  for (let m = from; m < to; m++) {
    for (let e = owed.start[m]!, end = owed.start[m + 1]!; e < end; e++) {
      assets[(ENTRY_BYTES / 4) * e] = ASSET_BYTES * owed.asset[e]!;
      parts[(ENTRY_BYTES * e + PART_AT) / 4] = owed.usd[e]! / owed.totalUsd[m]!;
      exact[(OWED.bytes * e + OWED.usd) / 8] = owed.usd[e]!;
      exact[(OWED.bytes * e + OWED.saleUsd) / 8] = owed.saleUsd[e]!;
    }
  }
}
