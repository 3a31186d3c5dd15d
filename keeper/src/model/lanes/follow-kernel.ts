import {
  AT,
  isAnyUnsafe,
  lanesAt,
  loadEach,
  locals,
  named,
  numberAt,
  storeEach,
  sumRow,
  toRow,
  unsafeLanes,
  VECTOR_AT,
  VECTORS,
} from "./kernel-code.js";
import {
  COUNTS_AT,
  DEAREST_AT,
  HALF_COUNTS_AT,
  HALVES,
  LANES,
  LIMIT_AT,
  LIST_BYTES,
  PRICES_AT,
  SCALE_AT,
} from "./lane-memory.js";
import { f32x4, i32, local, loopUntil, when, type Code, type Local, type WasmFunction } from "./wasm-code.js";

/** No factor of a bound is larger: no product leaves float32 behind. */
export const MOST_FACTOR = 1e9;

/** Parameters first. */
const VARIABLES = [
  "c",
  "last",
  "among",
  "areNew",
  "d",
  "count",
  "left",
  "at",
  "end",
  "asset",
  "rankAt",
  "lanes",
] as const;

/**
 * From candidate `first` to before `last`: whom the prices of some lane of `among`, a bit for each, may bring below its limit
 * is due. Returns how many.
 *
 * Filter after filter, each a loop over those whom the one before left in `due`: the floor of earlier rounds; unless floors
 * `areNew`, the health factor if no debt were cheaper than the dearest; and that at the debts' own prices. None has a branch
 * that depends on an account, so that a processor waits for the memory of many of them at once.
 */
export function followKernel(): WasmFunction {
  const { c, last, among, areNew, d, count, left, at, end, asset, rankAt, lanes } = named(0, ...VARIABLES);
  const part = local(12);
  const floor = locals(13, VECTORS);
  const owed = locals(13 + VECTORS, VECTORS);
  const limits = locals(13 + 2 * VECTORS, VECTORS);
  const row = { at, end, asset, part };
  const keep = (isKept: Code): Code => [
    ...i32.store(numberAt(AT.due, left.get), c.get),
    ...left.set(i32.add(left.get, isKept)),
  ];
  const multiply = (by: (v: number) => Code): Code => floor.flatMap((f, v) => f.set(f32x4.mul(f.get, by(v))));
  const storeFloor = storeEach(
    lanesAt(AT.floors, c.get),
    floor.map(({ get }) => get),
  );
  const filter = (...body: readonly Code[]): Code => [
    ...count.set(left.get),
    ...left.set(i32.const(0)),
    ...d.set(i32.const(0)),
    ...loopUntil(
      i32.notBelow(d.get, count.get),
      c.set(i32.load(numberAt(AT.due, d.get))),
      rankAt.set(i32.times(i32.load(numberAt(AT.ranks, c.get)), 4)),
      ...body,
      d.advance(1),
    ),
  ];
  const body = [
    ...loadEach(limits, i32.const(LIMIT_AT)),
    ...loopUntil(
      i32.notBelow(c.get, last.get),
      loadEach(floor, lanesAt(AT.floors, c.get)),
      keep(isAnyUnsafe(floor, limits)),
      c.advance(1),
    ),
    ...when(
      i32.isZero(areNew.get),
      filter(
        toRow(row, AT.heldStarts, rankAt),
        sumRow(floor, row, PRICES_AT),
        multiply((v) => f32x4.load(lanesAt(AT.ratios, c.get), VECTOR_AT[v])),
        multiply((v) => f32x4.load(i32.const(SCALE_AT), VECTOR_AT[v])),
        storeFloor,
        keep(isAnyUnsafe(floor, limits)),
      ),
    ),
    ...filter(
      loadEach(floor, lanesAt(AT.floors, c.get)),
      toRow(row, AT.owedStarts, rankAt),
      sumRow(owed, row, PRICES_AT),
      multiply((v) => f32x4.min(dearerThan(owed[v]!, v), f32x4.constToAll(MOST_FACTOR))),
      storeFloor,
      lanes.set(i32.and(unsafeLanes(floor, limits), among.get)),
      i32.store(numberAt(AT.dueLanes, left.get), lanes.get),
      keep(i32.differ(lanes.get, i32.const(0))),
    ),
    ...list({ d, left, lanes }),
  ];
  return { parameters: 4, integers: 8, vectors: 1 + 3 * VECTORS, body, result: left.get };
}

/** How many times what is owed the dearest debt costs. */
function dearerThan(owed: Local, v: number): Code {
  return f32x4.div(f32x4.load(i32.const(DEAREST_AT), VECTOR_AT[v]), owed.get);
}

/** List who is due by lane, and by half of lanes. */
function list({ d, left, lanes }: { readonly d: Local; readonly left: Local; readonly lanes: Local }): Code {
  const append = (to: Code, countAt: number, isIn: Code): Code => [
    ...i32.store(numberAt(to, i32.load(i32.const(countAt))), d.get),
    ...i32.store(i32.const(countAt), i32.add(i32.load(i32.const(countAt)), isIn)),
  ];
  const inLane = (l: number): Code =>
    append(
      i32.add(AT.dueInLane, i32.const(LIST_BYTES * l)),
      COUNTS_AT + 4 * l,
      i32.and(i32.shiftRight(lanes.get, l), i32.const(1)),
    );
  const inHalf = (half: number): Code =>
    append(
      i32.add(AT.dueInHalf, i32.const(LIST_BYTES * half)),
      HALF_COUNTS_AT + 4 * half,
      i32.differ(i32.and(lanes.get, i32.const(0b1111 << (4 * half))), i32.const(0)),
    );
  return [
    ...Array.from({ length: LANES }, (_, l) => i32.store(i32.const(COUNTS_AT), i32.const(0), 4 * l)).flat(),
    ...Array.from({ length: HALVES }, (_, half) => i32.store(i32.const(HALF_COUNTS_AT), i32.const(0), 4 * half)).flat(),
    ...d.set(i32.const(0)),
    ...loopUntil(
      i32.notBelow(d.get, left.get),
      lanes.set(i32.load(numberAt(AT.dueLanes, d.get))),
      ...Array.from({ length: LANES }, (_, l) => inLane(l)),
      ...Array.from({ length: HALVES }, (_, half) => inHalf(half)),
      d.advance(1),
    ),
  ];
}
