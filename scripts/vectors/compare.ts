import type { Case } from "./format.js";

/** What our code computed, beside what the file says. */
export type Pair = readonly [actual: number, expected: number];

/** Distance as a share of the expected value; the distance itself where 0 is expected. NaN where either is no number. */
export function relative([actual, expected]: Pair): number {
  return actual === expected ? 0 : Math.abs(actual - expected) / (expected === 0 ? 1 : Math.abs(expected));
}

/** Like {@link relative}, but below `scale` the distance as a share of that: for what is left over of larger amounts. */
export function relativeTo(scale: number): (pair: Pair) => number {
  return ([actual, expected]) =>
    actual === expected ? 0 : Math.abs(actual - expected) / Math.max(scale, Math.abs(expected));
}

/** The distance itself. */
export function absolute([actual, expected]: Pair): number {
  return Math.abs(actual - expected);
}

/** 0 where they are the same, 1 where they are not. */
export function differs(actual: unknown, expected: unknown): number {
  return actual === expected ? 0 : 1;
}

/** One case of several numbers: the worst of them decides. A number that is none is worse than any; so is no number. */
export function worstOf(name: string, tolerance: number, errors: readonly number[]): Case {
  const worst = errors.reduce((most, e) => (e > most || Number.isNaN(e) ? e : most), 0);
  return { name, tolerance, error: errors.length > 0 ? worst : NaN };
}

/** Of what may belong together, what does: the case with the least error, and with any number before one without. */
export function nearest(cases: readonly Case[]): Case {
  return cases.reduce((best, one) => (one.error < best.error || Number.isNaN(best.error) ? one : best));
}

/** Pairs of two lists of the same length; a missing number is NaN, so that it fails. */
export function pairs(actual: ArrayLike<number>, expected: ArrayLike<number>): Pair[] {
  const length = Math.max(actual.length, expected.length);
  return Array.from({ length }, (_, i) => [actual[i] ?? NaN, expected[i] ?? NaN]);
}

/** Digits after the point that a column is printed with, at least two. */
export function printedDigits(column: readonly number[]): number {
  return Math.max(2, ...column.map((value) => String(value).split(".")[1]?.length ?? 0));
}
