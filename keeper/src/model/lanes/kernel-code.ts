import {
  ADDRESSES,
  ENTRY_BYTES,
  EXACT_LANES_BYTES,
  LANES,
  LANES_BYTES,
  PART_AT,
  WORTH_BYTES,
  type Addresses,
} from "./lane-memory.js";
import { f32x4, i32, imported, local, loopUntil, type Code, type Local } from "./wasm-code.js";

/** What the kernels of {@link LaneMemory} are written with. */

/** A vector, or as many as hold all lanes. */
type Vectors = readonly Local[];

const VECTOR_BYTES = 16;
/** As many hold all lanes in float32. */
export const VECTORS = LANES_BYTES / VECTOR_BYTES;
/** Bit l: lane l. */
export const ALL = (1 << LANES) - 1;

/** Where vector v of the numbers of all lanes lies. */
export const VECTOR_AT = Array.from({ length: EXACT_LANES_BYTES / VECTOR_BYTES }, (_, v) => v * VECTOR_BYTES);

/** Of {@link Addresses}. */
export const AT = Object.fromEntries(ADDRESSES.map((name, index) => [name, imported(index)])) as Readonly<
  Record<keyof Addresses, Code>
>;

/** Where a row is being read. */
export interface Row {
  /** Its entry, and the end of its entries. */
  readonly at: Local;
  readonly end: Local;
  readonly asset: Local;
  readonly part: Local;
}

/** Go to the first entry of the row of the debtor whose rank, times 4, is `rankAt`. */
export function toRow({ at, end }: Row, starts: Code, rankAt: Local): Code {
  return [...at.set(i32.load(i32.add(starts, rankAt.get))), ...end.set(i32.load(i32.add(starts, rankAt.get), 4))];
}

/** Run `body` for each entry from here on. */
export function forEachEntry({ at, end }: Row, ...body: readonly Code[]): Code {
  return loopUntil(i32.notBelow(at.get, end.get), ...body, at.advance(ENTRY_BYTES));
}

/** The sum over the entries from here on of their parts, each times the price at `offset`, by lane. */
export function sumRow(sums: Vectors, row: Row, offset: number): Code {
  const { at, asset, part } = row;
  return [
    ...sums.flatMap((sum) => sum.set(f32x4.constToAll(0))),
    ...forEachEntry(
      row,
      part.set(f32x4.loadToAll(at.get, PART_AT)),
      asset.set(i32.load(at.get)),
      ...sums.map((sum, v) =>
        sum.set(f32x4.add(sum.get, f32x4.mul(part.get, f32x4.load(asset.get, offset + VECTOR_AT[v]!)))),
      ),
    ),
  ];
}

/** Bits of the lanes whose bound is not at least its limit. */
export function unsafeLanes(bounds: Vectors, limits: Vectors): Code {
  const safe = bounds.map((bound, v) => i32.shiftLeft(f32x4.bitmask(f32x4.atLeast(bound.get, limits[v]!.get)), 4 * v));
  return i32.xor(
    safe.reduce((a, b) => i32.add(a, b)),
    i32.const(ALL),
  );
}

/** 1 where there is one of {@link unsafeLanes}, else 0. */
export function isAnyUnsafe(bounds: Vectors, limits: Vectors): Code {
  const safe = bounds.map((bound, v) => f32x4.atLeast(bound.get, limits[v]!.get));
  return i32.differ(f32x4.bitmask(safe.reduce((a, b) => f32x4.and(a, b))), i32.const(0b1111));
}

export function loadEach(vectors: Vectors, address: Code): Code {
  return vectors.flatMap((vector, v) => vector.set(f32x4.load(address, VECTOR_AT[v])));
}

export function storeEach(address: Code, values: readonly Code[]): Code {
  return values.flatMap((value, v) => f32x4.store(address, value, VECTOR_AT[v]));
}

/** Where number `index`, of 4 bytes, of a list lies. */
export function numberAt(list: Code, index: Code): Code {
  return i32.add(list, i32.times(index, 4));
}

/** Where the float32 of all lanes of candidate `c` lie. */
export function lanesAt(numbers: Code, c: Code): Code {
  return i32.add(numbers, i32.times(c, LANES_BYTES));
}

/** Where what is known of due debtor `d` lies. */
export function worthOf(d: Code): Code {
  return i32.add(AT.worth, i32.times(d, WORTH_BYTES));
}

export function locals(first: number, count: number): Local[] {
  return Array.from({ length: count }, (_, index) => local(first + index));
}

/** Variables from `first` on, by name. */
export function named<const Name extends string>(first: number, ...names: readonly Name[]): Record<Name, Local> {
  return Object.fromEntries(names.map((name, index) => [name, local(first + index)])) as Record<Name, Local>;
}
