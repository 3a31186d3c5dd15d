import { expect } from "chai";
import fc from "fast-check";
import {
  f32x4,
  f64x2,
  i32,
  imported,
  local,
  loopUntil,
  moduleBytes,
  when,
  type Code,
} from "../../../../keeper/src/model/lanes/wasm-code.js";

const SEED = { seed: 20260417 } as const;

const CONSTANTS = { seven: 7, far: -70_000 };

/** Run `body` once, with one parameter, an `i32`, a vector and constants; returns its memory. It hands back its parameter. */
function memoryAfter(body: Code, given: number, before: Float32Array | Float64Array = new Float32Array()): ArrayBuffer {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Uint8Array(memory.buffer).set(new Uint8Array(before.buffer));
  const constants = Object.keys(CONSTANTS);
  const bytes = moduleBytes(constants, { parameters: 1, integers: 1, vectors: 1, body, result: parameter.get });
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, ...CONSTANTS } }).exports;
  expect(run!(given)).to.equal(given);
  return memory.buffer;
}

const [parameter, integer, vector] = [local(0), local(1), local(2)];
const integersAfter = (body: Code, value = 0) => new Int32Array(memoryAfter(body, value));

describe(moduleBytes.name, () => {
  it("writes constants and offsets of any size", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(60_000), (value, offset) => {
        const at = offset & ~3;
        expect(integersAfter(i32.store(i32.const(0), i32.const(value), at))[at / 4]).to.equal(value);
      }),
      SEED,
    );
  });

  it("does integer arithmetic as JavaScript does", () => {
    const results = [
      i32.add(parameter.get, i32.const(-5)),
      i32.sub(parameter.get, i32.const(70_000)),
      i32.times(parameter.get, 48),
      i32.and(parameter.get, i32.const(-8)),
      i32.xor(parameter.get, i32.const(0b1011)),
      i32.shiftLeft(parameter.get, 3),
      i32.shiftRight(parameter.get, 3),
      i32.isZero(parameter.get),
      i32.differ(parameter.get, i32.const(7)),
      i32.notBelow(parameter.get, i32.const(7)),
      i32.load(i32.const(0)),
    ];
    const body = results.flatMap((result, r) => i32.store(i32.const(0), result, 4 * r));
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.integer({ min: -9, max: 9 })), (x) => {
        const bits = [Math.imul(x, 48), x & -8, x ^ 0b1011, x << 3, (x >>> 3) | 0];
        const expected = [
          (x - 5) | 0,
          (x - 70_000) | 0,
          ...bits,
          x === 0 ? 1 : 0,
          x === 7 ? 0 : 1,
          x >>> 0 >= 7 ? 1 : 0,
        ];
        expect([...integersAfter(body, x).subarray(0, 11)]).to.deep.equal([...expected, (x - 5) | 0]);
      }),
      SEED,
    );
  });

  it("repeats until it is told to stop, and leaves out what is not so", () => {
    const body = loopUntil(
      i32.notBelow(integer.get, parameter.get),
      when(i32.and(integer.get, i32.const(1)), i32.store(i32.shiftLeft(integer.get, 2), integer.get)),
      integer.advance(1),
    );
    expect([...integersAfter(body, 6).subarray(0, 8)]).to.deep.equal([0, 1, 0, 3, 0, 5, 0, 0]);
    expect([...integersAfter(body, 0).subarray(0, 2)]).to.deep.equal([0, 0]);
  });

  it("knows its constants by their names", () => {
    const body = [0, 1].flatMap((index) => i32.store(i32.const(4 * index), imported(index)));
    expect([...integersAfter(body).subarray(0, 2)]).to.deep.equal([CONSTANTS.seven, CONSTANTS.far]);
  });

  it("rounds as JavaScript's float32 do, four at a time", () => {
    const four = f32x4.load(i32.const(0));
    const other = f32x4.load(i32.const(8), 8);
    const isAtLeast = f32x4.atLeast(four, f32x4.load(i32.const(0), 16));
    const body = [
      ...vector.set(f32x4.constToAll(0.1)),
      ...vector.set(f32x4.add(vector.get, f32x4.add(f32x4.mul(four, other), f32x4.loadToAll(i32.const(0), 4)))),
      ...f32x4.store(i32.const(32), vector.get),
      ...f32x4.store(i32.const(32), f32x4.min(f32x4.div(four, other), f32x4.constToAll(2)), 16),
      ...i32.store(i32.const(64), f32x4.bitmask(isAtLeast)),
      ...i32.store(i32.const(68), f32x4.bitmask(f32x4.and(isAtLeast, f32x4.atLeast(four, f32x4.constToAll(1))))),
    ];
    const number = fc.float({ noNaN: true, min: Math.fround(-1e15), max: Math.fround(1e15) });
    const bitsOf = (are: readonly boolean[]): number => are.reduce((bits, is, l) => bits + (is ? 1 << l : 0), 0);
    fc.assert(
      fc.property(fc.array(number, { minLength: 8, maxLength: 8 }), (x) => {
        const after = memoryAfter(body, 0, Float32Array.from(x));
        const [a, b] = [x.slice(0, 4), x.slice(4)];
        const { fround } = Math;
        const sums = a.map((value, l) => fround(fround(0.1) + fround(fround(value * b[l]!) + x[1]!)));
        const quotients = a.map((value, l) => Math.min(2, fround(value / b[l]!)));
        expect([...new Float32Array(after, 32, 8)]).to.deep.equal([...sums, ...quotients]);
        const [atLeast, both] = new Int32Array(after, 64, 2);
        expect(atLeast).to.equal(bitsOf(a.map((value, l) => value >= b[l]!)));
        expect(both).to.equal(bitsOf(a.map((value, l) => value >= b[l]! && value >= 1)));
      }),
      SEED,
    );
  });

  it("rounds as JavaScript's numbers do, two at a time", () => {
    const two = f64x2.load(i32.const(0));
    const other = f64x2.load(i32.const(8), 8);
    const third = f64x2.loadToAll(i32.const(0), 8);
    const body = [
      ...vector.set(f64x2.zero),
      ...vector.set(f64x2.add(vector.get, f64x2.add(f64x2.mul(two, other), third))),
      ...f64x2.store(i32.const(32), vector.get),
      ...f64x2.store(i32.const(32), f64x2.sub(two, f64x2.mul(other, third)), 16),
    ];
    const number = fc.double({ noNaN: true, min: -1e100, max: 1e100 });
    fc.assert(
      fc.property(fc.array(number, { minLength: 4, maxLength: 4 }), (x) => {
        const after = memoryAfter(body, 0, Float64Array.from(x));
        const [a, b] = [x.slice(0, 2), x.slice(2)];
        const sums = a.map((value, l) => 0 + (value * b[l]! + x[1]!));
        const differences = a.map((value, l) => value - b[l]! * x[1]!);
        expect([...new Float64Array(after, 32, 4)]).to.deep.equal([...sums, ...differences]);
      }),
      SEED,
    );
  });
});
