import { WORTH } from "../liquidation.js";
import { AT, forEachEntry, named, numberAt, toRow, VECTOR_AT, worthOf, type Row } from "./kernel-code.js";
import { ENTRY_BYTES, HALF_COUNTS_AT, HALVES, HELD, LIST_BYTES, OWED } from "./lane-memory.js";
import { f64x2, i32, local, loopUntil, type Code, type Local, type WasmFunction } from "./wasm-code.js";

/** Both vectors of a half of the lanes. */
type Pair = readonly [Local, Local];

/** Who is due in a half of the lanes, and its exact row. */
interface Visit extends Row {
  readonly count: Local;
  readonly index: Local;
  readonly d: Local;
  readonly rankAt: Local;
  /** The entry in float64 that belongs to that at `at`. */
  readonly exactAt: Local;
}

/**
 * {@link value} of everybody who is due, with what they hold at t0, in the halves of lanes in which they are: the same
 * operations in the same order. Collateral that cannot be sold is not told apart.
 */
export function valueKernel(): WasmFunction {
  const visit = visitOf();
  const [limit, seizable, bonus, debt] = [pair(9), pair(11), pair(13), pair(15)];
  const usd = pair(17);
  const { at, asset, part, exactAt } = visit;
  const addTo = (sum: Local, amount: Code): Code => sum.set(f64x2.add(sum.get, amount));
  const bodyOf = (half: number): Code => [
    ...[limit, seizable, bonus, debt].flat().flatMap((sum) => sum.set(f64x2.zero)),
    ...toHeld(visit),
    ...forEachEntry(
      visit,
      asset.set(i32.add(AT.exactPrices, i32.load(at.get))),
      part.set(f64x2.loadToAll(exactAt.get, HELD.usd)),
      ...usd.map((lane, v) => lane.set(f64x2.mul(part.get, f64x2.load(asset.get, vectorAt(half, v))))),
      ...usd.map((lane, v) => addTo(seizable[v]!, lane.get)),
      part.set(f64x2.loadToAll(exactAt.get, HELD.bonus)),
      ...usd.map((lane, v) => addTo(bonus[v]!, f64x2.mul(part.get, lane.get))),
      part.set(f64x2.loadToAll(exactAt.get, HELD.lt)),
      ...usd.map((lane, v) => addTo(limit[v]!, f64x2.mul(part.get, lane.get))),
      exactAt.advance(HELD.bytes),
    ),
    ...toOwed(visit),
    ...forEachEntry(
      visit,
      asset.set(i32.add(AT.exactPrices, i32.load(at.get))),
      part.set(f64x2.loadToAll(exactAt.get, OWED.usd)),
      ...debt.map((sum, v) => addTo(sum, f64x2.mul(part.get, f64x2.load(asset.get, vectorAt(half, v))))),
      exactAt.advance(OWED.bytes),
    ),
    ...storeWorth(
      visit,
      half,
      WORTH.limit,
      limit.map(({ get }) => get),
    ),
    ...storeWorth(
      visit,
      half,
      WORTH.seizable,
      seizable.map(({ get }) => get),
    ),
    ...storeWorth(
      visit,
      half,
      WORTH.bonus,
      bonus.map(({ get }) => get),
    ),
    ...storeWorth(
      visit,
      half,
      WORTH.debt,
      debt.map(({ get }) => get),
    ),
    ...[WORTH.stranded, WORTH.soldFrac, WORTH.boughtFrac].flatMap((field) =>
      storeWorth(visit, half, field, [f64x2.zero, f64x2.zero]),
    ),
  ];
  return {
    parameters: 0,
    integers: 8,
    vectors: 11,
    body: visitDue(visit, bodyOf),
    result: i32.const(0),
  };
}

/** {@link sell} for everybody who is due: the same operations in the same order; of 0 where one is not due in a lane. Amounts are finite. */
export function sellKernel(): WasmFunction {
  const visit = visitOf();
  const frac = pair(9);
  const { at, asset, part, exactAt, d } = visit;
  const load = (half: number, field: number): Code =>
    frac.flatMap((lane, v) => lane.set(f64x2.load(worthOf(d.get), fieldAt(field, half, v))));
  const trade = (half: number, saleUsd: number, bytes: number, change: (sold: Code, usd: Code) => Code): Code =>
    forEachEntry(
      visit,
      asset.set(i32.add(AT.sold, i32.load(at.get))),
      part.set(f64x2.loadToAll(exactAt.get, saleUsd)),
      ...frac.map((lane, v) => {
        const sold = f64x2.load(asset.get, vectorAt(half, v));
        return f64x2.store(asset.get, change(sold, f64x2.mul(part.get, lane.get)), vectorAt(half, v));
      }),
      exactAt.advance(bytes),
    );
  const bodyOf = (half: number): Code => [
    ...load(half, WORTH.soldFrac),
    ...toHeld(visit),
    ...trade(half, HELD.saleUsd, HELD.bytes, f64x2.add),
    ...load(half, WORTH.boughtFrac),
    ...toOwed(visit),
    ...trade(half, OWED.saleUsd, OWED.bytes, f64x2.sub),
  ];
  return {
    parameters: 0,
    integers: 8,
    vectors: 3,
    body: visitDue(visit, bodyOf),
    result: i32.const(0),
  };
}

function pair(first: number): Pair {
  return [local(first), local(first + 1)];
}

function visitOf(): Visit {
  return named(0, "count", "index", "d", "rankAt", "at", "end", "asset", "exactAt", "part");
}

/** Half after half of the lanes, debtor after debtor. */
function visitDue({ count, index, d, rankAt }: Visit, bodyOf: (half: number) => Code): Code {
  return Array.from({ length: HALVES }, (_, half) => [
    ...count.set(i32.load(i32.const(HALF_COUNTS_AT), 4 * half)),
    ...index.set(i32.const(0)),
    ...loopUntil(
      i32.notBelow(index.get, count.get),
      d.set(i32.load(numberAt(i32.add(AT.dueInHalf, i32.const(LIST_BYTES * half)), index.get))),
      rankAt.set(i32.times(i32.load(numberAt(AT.ranks, i32.load(numberAt(AT.due, d.get)))), 4)),
      bodyOf(half),
      index.advance(1),
    ),
  ]).flat();
}

function toHeld(visit: Visit): Code {
  const { at, exactAt, rankAt } = visit;
  const entry = i32.times(i32.sub(at.get, AT.heldRows), HELD.bytes / ENTRY_BYTES);
  return [...toRow(visit, AT.heldStarts, rankAt), ...exactAt.set(i32.add(AT.exactHeld, entry))];
}

function toOwed(visit: Visit): Code {
  const { at, exactAt, rankAt } = visit;
  const entry = i32.times(i32.sub(at.get, AT.owedRows), OWED.bytes / ENTRY_BYTES);
  return [...toRow(visit, AT.owedStarts, rankAt), ...exactAt.set(i32.add(AT.exactOwed, entry))];
}

/** Where vector `v` of a half of the lanes lies among the numbers of all. */
function vectorAt(half: number, v: number): number {
  return VECTOR_AT[2 * half + v]!;
}

function fieldAt(field: number, half: number, v: number): number {
  return 8 * field + vectorAt(half, v);
}

/** Store a number of who is due, for a half of the lanes. */
function storeWorth({ d }: Visit, half: number, field: number, values: readonly Code[]): Code {
  return values.flatMap((value, v) => f64x2.store(worthOf(d.get), value, fieldAt(field, half, v)));
}
