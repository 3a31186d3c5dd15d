import { expect } from "chai";
import fc from "fast-check";
import { f32x4, i32, local, loopUntil, moduleBytes, when, type Code } from "../../../keeper/src/model/wasm-code.js";

const SEED = { seed: 20260417 } as const;

/** Run `body` once, with one parameter, an `i32` and a vector; returns its memory. */
function memoryAfter(body: Code, parameter: number, before: readonly number[] = []): ArrayBuffer {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Float32Array(memory.buffer).set(before);
  const bytes = moduleBytes({ parameters: 1, integers: 1, vectors: 1, body });
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;
  run!(parameter);
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
      i32.and(parameter.get, i32.const(-8)),
      i32.shiftLeft(parameter.get, 3),
      i32.isZero(parameter.get),
      i32.differ(parameter.get, i32.const(7)),
      i32.notBelow(parameter.get, i32.const(7)),
      i32.load(i32.const(0)),
    ];
    const body = results.flatMap((result, r) => i32.store(i32.const(0), result, 4 * r));
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.integer({ min: -9, max: 9 })), (x) => {
        const expected = [(x - 5) | 0, x & -8, x << 3, x === 0 ? 1 : 0, x === 7 ? 0 : 1, x >>> 0 >= 7 ? 1 : 0];
        expect([...integersAfter(body, x).subarray(0, 7)]).to.deep.equal([...expected, (x - 5) | 0]);
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

  it("rounds as JavaScript's float32 do, four at a time", () => {
    const four = f32x4.load(i32.const(0));
    const other = f32x4.load(i32.const(8), 8);
    const body = [
      ...vector.set(f32x4.zero),
      ...vector.set(f32x4.add(vector.get, f32x4.add(f32x4.mul(four, other), f32x4.loadToAll(i32.const(4))))),
      ...[0, 1, 2, 3].flatMap((lane) => f32x4.storeLane(i32.const(32 + 4 * lane), vector.get, lane)),
      ...i32.store(i32.const(48), f32x4.atLeast(four, f32x4.load(i32.const(0), 16))),
    ];
    const number = fc.float({ noNaN: true, min: Math.fround(-1e15), max: Math.fround(1e15) });
    fc.assert(
      fc.property(fc.array(number, { minLength: 8, maxLength: 8 }), (x) => {
        const after = memoryAfter(body, 0, x);
        const [a, b] = [x.slice(0, 4), x.slice(4)];
        const expected = a.map((value, l) => Math.fround(0 + Math.fround(Math.fround(value * b[l]!) + x[1]!)));
        expect([...new Float32Array(after, 32, 4)]).to.deep.equal(expected);
        expect(new Int32Array(after)[12]).to.equal(
          a.reduce((bits, value, l) => bits + (value >= b[l]! ? 1 << l : 0), 0),
        );
      }),
      SEED,
    );
  });
});
