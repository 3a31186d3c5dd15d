/**
 * As much of WebAssembly's binary format as a loop over vectors of float32 needs, written the way it is read. **Source.**
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
  and: (a: Code, b: Code): Code => [...a, ...b, 0x71],
  shiftLeft: (a: Code, bits: number): Code => [...a, ...i32.const(bits), 0x74],
  isZero: (a: Code): Code => [...a, 0x45],
  differ: (a: Code, b: Code): Code => [...a, ...b, 0x47],
  /** Of two numbers without a sign. */
  notBelow: (a: Code, b: Code): Code => [...a, ...b, 0x4f],
};

export const f32x4 = {
  zero: [...simd(0x0c), ...Array.from({ length: 16 }, () => 0)] as Code,
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00), 2, ...unsigned(offset)],
  /** One number, four times. */
  loadToAll: (address: Code): Code => [...address, ...simd(0x09), 2, 0],
  storeLane: (address: Code, value: Code, lane: number): Code => [...address, ...value, ...simd(0x5a), 2, 0, lane],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)],
  mul: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)],
  /** Bit l of an `i32`: lane l of `a` is at least that of `b`. */
  atLeast: (a: Code, b: Code): Code => [...a, ...b, ...simd(0x46), ...simd(0xa4)],
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

/** The function of a module that imports the memory `env.memory` and exports `run`. */
export interface WasmFunction {
  /** Of type `i32`. */
  readonly parameters: number;
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
}

/** A module's bytes. */
export function moduleBytes({ parameters, integers, vectors, body }: WasmFunction): Uint8Array<ArrayBuffer> {
  const types = [0x60, parameters, ...Array.from({ length: parameters }, () => 0x7f), 0];
  const code = [2, integers, 0x7f, vectors, 0x7b, ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [...name("env"), ...name("memory"), 0x02, 0x00, 1]),
    ...section(3, [0]),
    ...section(7, [...name("run"), 0x00, 0]),
    ...section(10, [...unsigned(code.length), ...code]),
  ]);
}

/** A section with one entry. */
function section(id: number, entry: Code): Code {
  return [id, ...unsigned(entry.length + 1), 1, ...entry];
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
