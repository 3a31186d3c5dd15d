import { f32x4, i32, local, loopUntil, moduleBytes, when, type Code, type Local } from "./wasm-code.js";

/** Scenarios that are screened together; each has a lane in vectors of four. */
export const LANES = 8;
const VECTORS = LANES / 4;
const VECTOR_BYTES = 16;

/** One number of each lane. */
export const LANES_BYTES = VECTORS * VECTOR_BYTES;
/** Where limits lie and, behind them, the address of each lane's next candidate, which the kernel moves on. */
export const LIMIT_AT = 0;
export const NEXT_AT = LIMIT_AT + LANES_BYTES;
export const PRICES_AT = NEXT_AT + 4 * LANES;
/** Prices of an asset: the lowest within reach of each lane and, behind them, those of now. */
export const PRICES_BYTES = 2 * LANES_BYTES;

/** Addresses. */
export interface KernelLayout {
  /** `i32[M]`: by debtor, the address behind its last entry in `assets`. */
  readonly ends: number;
  /** `i32[entries]`: the address of the prices of the entry's asset. */
  readonly assets: number;
  /** `f32[entries]`: its part in the health factor at t0. */
  readonly shares: number;
  /** Where a rank is appended at address a, its sum at the prices of now is at `found + a`. */
  readonly found: number;
}

/** Walk over the first `debtors` and append who is below its limit to the candidates of a lane. */
export type ScreenKernel = (debtors: number) => void;

const [DEBTORS, ENDS, ASSETS, SHARES, FOUND] = [local(0), local(1), local(2), local(3), local(4)];
const [RANK, END, PRICES, ROW_ASSETS, ROW_SHARES, ARE_SAFE, NEXT] = [5, 6, 7, 8, 9, 10, 11].map(local) as Seven;
const PART = local(12);
const LOWEST = Array.from({ length: VECTORS }, (_, v) => local(13 + v));
const NOW = Array.from({ length: VECTORS }, (_, v) => local(13 + VECTORS + v));
type Seven = [Local, Local, Local, Local, Local, Local, Local];

const ALL_SAFE = (1 << LANES) - 1;

let compiled: WebAssembly.Module | undefined;

/** The kernel, at work in `memory`. */
export function createKernel(memory: WebAssembly.Memory, { ends, assets, shares, found }: KernelLayout): ScreenKernel {
  compiled ??= new WebAssembly.Module(
    moduleBytes({ parameters: 5, integers: 7, vectors: 1 + 2 * VECTORS, body: walk() }),
  );
  const { run } = new WebAssembly.Instance(compiled, { env: { memory } }).exports;
  return (debtors) => run!(debtors, ends, assets, shares, found);
}

/** Row after row: lowest prices first, and prices of now for the few rows that some lane has to know about. */
function walk(): Code {
  return loopUntil(
    i32.notBelow(RANK.get, DEBTORS.get),
    END.set(i32.load(ENDS.get)),
    ROW_ASSETS.set(ASSETS.get),
    ROW_SHARES.set(SHARES.get),
    sumRow(LOWEST, 0),
    ARE_SAFE.set(compareWithLimits()),
    when(
      i32.differ(ARE_SAFE.get, i32.const(ALL_SAFE)),
      ASSETS.set(ROW_ASSETS.get),
      SHARES.set(ROW_SHARES.get),
      sumRow(NOW, LANES_BYTES),
      ...Array.from({ length: LANES }, (_, lane) => append(lane)),
    ),
    ENDS.advance(4),
    RANK.advance(1),
  );
}

/** The sum over a row of its parts, each times the price at `offset`, by lane. */
function sumRow(sums: readonly Local[], offset: number): Code {
  const addEntry = sums.map((sum, v) =>
    sum.set(f32x4.add(sum.get, f32x4.mul(PART.get, f32x4.load(PRICES.get, offset + v * VECTOR_BYTES)))),
  );
  return [
    ...sums.flatMap((sum) => sum.set(f32x4.zero)),
    ...loopUntil(
      i32.notBelow(ASSETS.get, END.get),
      PART.set(f32x4.loadToAll(SHARES.get)),
      PRICES.set(i32.load(ASSETS.get)),
      ...addEntry,
      ASSETS.advance(4),
      SHARES.advance(4),
    ),
  ];
}

/** Bit l: the row is worth lane l's limit at the lowest prices. */
function compareWithLimits(): Code {
  const areSafe = LOWEST.map((sum, v) => f32x4.atLeast(sum.get, f32x4.load(i32.const(LIMIT_AT), v * VECTOR_BYTES)));
  return areSafe.map((bits, v) => i32.shiftLeft(bits, 4 * v)).reduce((a, b) => i32.add(a, b));
}

/** Write the row at the end of a lane's candidates, always, and move that end where the row belongs to them. */
function append(lane: number): Code {
  const isCandidate = i32.isZero(i32.and(ARE_SAFE.get, i32.const(1 << lane)));
  const sumAt = i32.add(FOUND.get, NEXT.get);
  return [
    ...NEXT.set(i32.load(i32.const(NEXT_AT), 4 * lane)),
    ...i32.store(NEXT.get, RANK.get),
    ...f32x4.storeLane(sumAt, NOW[lane >> 2]!.get, lane & 3),
    ...i32.store(i32.const(NEXT_AT), i32.add(NEXT.get, i32.shiftLeft(isCandidate, 2)), 4 * lane),
  ];
}
