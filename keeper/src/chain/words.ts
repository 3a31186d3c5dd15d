import type { Address, Hex } from "../units.js";

/** Raised when what a lens answered is not the words that its table expects. */
export class WordsMalformed extends Error {
  override readonly name = "WordsMalformed";
  constructor(saw: string, expected: string) {
    super(`lens: saw ${saw}, expected ${expected}; check that the address is of the kind that the configuration says`);
  }
}

const HEX_PER_WORD = 64;
const BITS_PER_HEX = 4;

/** The answer of a lens: 32-byte words in hex. */
export interface Words {
  readonly length: number;
  /** 64 hex digits. Throws {@link WordsMalformed} past the end. */
  at(index: number): string;
}

/** Split an answer into words. Throws {@link WordsMalformed}. */
export function splitWords(data: Hex): Words {
  const digits = data.length - 2;
  if (digits % HEX_PER_WORD !== 0) throw new WordsMalformed(`${digits / 2} bytes`, "whole words of 32 bytes");
  const length = digits / HEX_PER_WORD;
  return {
    length,
    at(index) {
      if (index < 0 || index >= length) throw new WordsMalformed(`${length} words`, `a word ${index}`);
      return data.slice(2 + index * HEX_PER_WORD, 2 + (index + 1) * HEX_PER_WORD);
    },
  };
}

/** A value packed into a word of a row. */
export interface Field<T> {
  readonly word: number;
  readonly read: (word: string) => T;
}

/** What a table of fields decodes to. */
export type Row<T extends Record<string, Field<unknown>>> = {
  readonly [K in keyof T]: T[K] extends Field<infer V> ? V : never;
};

/** `bits` bits of a word from bit `shift` on, both multiples of 4: an unsigned integer. */
export function uint(word: number, shift = 0, bits = 256): Field<bigint> {
  return { word, read: (text) => BigInt(`0x${cut(text, shift, bits)}`) };
}

/** As {@link uint}, for at most 52 bits: a number. */
export function count(word: number, shift: number, bits: number): Field<number> {
  return { word, read: (text) => Number.parseInt(cut(text, shift, bits), 16) };
}

/** A signed integer in two's complement of `bits` bits. */
export function int(word: number, shift = 0, bits = 256): Field<bigint> {
  return { word, read: (text) => BigInt.asIntN(bits, BigInt(`0x${cut(text, shift, bits)}`)) };
}

/** As {@link int}, for at most 52 bits: a number. */
export function signedCount(word: number, shift: number, bits: number): Field<number> {
  const half = 2 ** (bits - 1);
  return {
    word,
    read(text) {
      const value = Number.parseInt(cut(text, shift, bits), 16);
      return value < half ? value : value - 2 * half;
    },
  };
}

/** The low 160 bits. */
export function address(word: number): Field<Address> {
  return { word, read: (text) => `0x${cut(text, 0, 160)}` as Address };
}

/** One bit. */
export function flag(word: number, bit: number): Field<boolean> {
  const nibble = bit - (bit % BITS_PER_HEX);
  const mask = 1 << (bit % BITS_PER_HEX);
  return { word, read: (text) => (Number.parseInt(cut(text, nibble, BITS_PER_HEX), 16) & mask) !== 0 };
}

function cut(word: string, shift: number, bits: number): string {
  const end = HEX_PER_WORD - shift / BITS_PER_HEX;
  return word.slice(end - bits / BITS_PER_HEX, end);
}

/** Decode the row that begins at word `from`. Throws {@link WordsMalformed} where the answer is too short. */
export function decodeRow<T extends Record<string, Field<unknown>>>(words: Words, from: number, table: T): Row<T> {
  const row: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(table)) row[name] = field.read(words.at(from + field.word));
  return row as Row<T>;
}

/** Text of `length` bytes, UTF-8, held in the words from `from` on; `undefined` where that is not valid UTF-8. */
export function decodeText(words: Words, from: number, length: number): string | undefined {
  const available = Math.ceil(length / (HEX_PER_WORD / 2));
  const hex = Array.from({ length: available }, (_, i) => words.at(from + i)).join("");
  const bytes = Uint8Array.from({ length }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
}
