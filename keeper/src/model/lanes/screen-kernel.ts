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
  VECTOR_AT,
  VECTORS,
} from "./kernel-code.js";
import { LIMIT_AT, LOWEST_AT, PRICES_AT, SCALE_AT } from "./lane-memory.js";
import { f32x4, i32, local, loopUntil, when, type WasmFunction } from "./wasm-code.js";

/** Parameters first. */
const VARIABLES = ["debtors", "rank", "count", "at", "end", "rowAt", "asset"] as const;

/**
 * Over the first `debtors`, row after row: whom some lane's lowest prices may bring below its limit is a candidate, with
 * floors at the prices of now. Returns how many.
 */
export function screenKernel(): WasmFunction {
  const { debtors, rank, count, at, end, rowAt, asset } = named(0, ...VARIABLES);
  const part = local(7);
  const lowest = locals(8, VECTORS);
  const now = locals(8 + VECTORS, VECTORS);
  const limits = locals(8 + 2 * VECTORS, VECTORS);
  const row = { at, end, asset, part };
  const body = [
    ...loadEach(limits, i32.const(LIMIT_AT)),
    ...at.set(i32.load(AT.heldStarts)),
    ...loopUntil(
      i32.notBelow(rank.get, debtors.get),
      rowAt.set(at.get),
      end.set(i32.load(numberAt(AT.heldStarts, rank.get), 4)),
      sumRow(lowest, row, LOWEST_AT),
      when(
        isAnyUnsafe(lowest, limits),
        at.set(rowAt.get),
        sumRow(now, row, PRICES_AT),
        storeEach(
          lanesAt(AT.floors, count.get),
          now.map((sum, v) => f32x4.mul(sum.get, f32x4.load(i32.const(SCALE_AT), VECTOR_AT[v]))),
        ),
        storeEach(
          lanesAt(AT.places, count.get),
          now.map(() => f32x4.constToAll(0)),
        ),
        storeEach(
          lanesAt(AT.ratios, count.get),
          now.map(() => f32x4.constToAll(1)),
        ),
        i32.store(numberAt(AT.ranks, count.get), rank.get),
        count.advance(1),
      ),
      rank.advance(1),
    ),
  ];
  return { parameters: 1, integers: 6, vectors: 1 + 3 * VECTORS, body, result: count.get };
}
