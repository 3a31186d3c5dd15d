/**
 * As much of WebAssembly's binary format as loops over vectors of floats need, written the way it is read. **Source.**
 * WebAssembly Core Specification 2.0, 5.
 */

/** Instructions, as bytes. */
export type Code = readonly number[];

/** A local variable of a function. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
  /** Add a constant to an `i32`. */
  advance(by: number): Code;
}

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x36, 2, ...unsigned(offset)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  sub: (a: Code, b: Code): Code => [...a, ...b, 0x6b],
  /** A constant number of times. */
  times: (a: Code, by: number): Code => [...a, ...i32.const(by), 0x6c],
  and: (a: Code, b: Code): Code => [...a, ...b, 0x71],
  shiftLeft: (a: Code, bits: number): Code => [...a, ...i32.const(bits), 0x74],
  shiftRight: (a: Code, bits: number): Code => [...a, ...i32.const(bits), 0x76],
  isZero: (a: Code): Code => [...a, 0x45],
  differ: (a: Code, b: Code): Code => [...a, ...b, 0x47],
  xor: (a: Code, b: Code): Code => [...a, ...b, 0x73],
  /** Of two numbers without a sign. */
  notBelow: (a: Code, b: Code): Code => [...a, ...b, 0x4f],
};

export const f32x4 = {
  /** One number, four times. */
  constToAll: (value: number): Code => [...simd(0x0c), ...bytesOf(new Float32Array(4).fill(value))],
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00), 2, ...unsigned(offset)],
  loadToAll: (address: Code, offset = 0): Code => [...address, ...simd(0x09), 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x0b),
    2,
    ...unsigned(offset),
  ],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)],
  mul: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)],
  div: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe7)],
  /** NaN where either is. */
  min: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe8)],
  /** All bits of lane l are 1 where that of `a` is at least that of `b`, else 0. */
  atLeast: (a: Code, b: Code): Code => [...a, ...b, ...simd(0x46)],
  and: (a: Code, b: Code): Code => [...a, ...b, ...simd(0x4e)],
  /** Bit l of an `i32` is the first of lane l. */
  bitmask: (a: Code): Code => [...a, ...simd(0xa4)],
};

export const f64x2 = {
  zero: [...simd(0x0c), ...Array.from({ length: 16 }, () => 0)] as Code,
  load: f32x4.load,
  store: f32x4.store,
  /** One number, twice. */
  loadToAll: (address: Code, offset = 0): Code => [...address, ...simd(0x0a), 2, ...unsigned(offset)],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xf0)],
  sub: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xf1)],
  mul: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xf2)],
};

/** Repeat `body` until `done` is not 0. */
export function loopUntil(done: Code, ...body: readonly Code[]): Code {
  return [0x02, 0x40, 0x03, 0x40, ...done, 0x0d, 1, ...body.flat(), 0x0c, 0, 0x0b, 0x0b];
}

/** Run `body` where `condition` is not 0. */
export function when(condition: Code, ...body: readonly Code[]): Code {
  return [...condition, 0x04, 0x40, ...body.flat(), 0x0b];
}

/** The local variable at `index`; parameters come first, then integers, then vectors. */
export function local(index: number): Local {
  const get = [0x20, index];
  const set = (value: Code): Code => [...value, 0x21, index];
  return { get, set, advance: (by) => set(i32.add(get, i32.const(by))) };
}

/** The constant that a module imports at `index`, an `i32`. */
export function imported(index: number): Code {
  return [0x23, index];
}

/** The function of a module that imports `env.memory` and constants of `env`, and exports `run`. */
export interface WasmFunction {
  /** Of type `i32`, like the result. */
  readonly parameters: number;
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
  readonly result: Code;
}

/** A module's bytes; `constants` are the names of those that it imports. */
export function moduleBytes(
  constants: readonly string[],
  { parameters, integers, vectors, body, result }: WasmFunction,
): Uint8Array<ArrayBuffer> {
  const type = [0x60, parameters, ...Array.from({ length: parameters }, () => 0x7f), 1, 0x7f];
  const code = [2, integers, 0x7f, vectors, 0x7b, ...body, ...result, 0x0b];
  const importOf = (key: string, kind: Code): Code => [...name("env"), ...name(key), ...kind];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, type),
    ...section(2, importOf("memory", [0x02, 0x00, 1]), ...constants.map((key) => importOf(key, [0x03, 0x7f, 0]))),
    ...section(3, [0]),
    ...section(7, [...name("run"), 0x00, 0]),
    ...section(10, [...unsigned(code.length), ...code]),
  ]);
}

function section(id: number, ...entries: readonly Code[]): Code {
  const bytes = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(bytes.length), ...bytes];
}

function bytesOf({ buffer }: Float32Array): Code {
  return [...new Uint8Array(buffer)];
}

function name(ascii: string): Code {
  return [ascii.length, ...Array.from(ascii, (letter) => letter.charCodeAt(0))];
}

function simd(instruction: number): Code {
  return [0xfd, ...unsigned(instruction)];
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
