import stdlibExp from "@stdlib/math-base-special-exp";
import stdlibLn from "@stdlib/math-base-special-ln";
import stdlibPow from "@stdlib/math-base-special-pow";

/**
 * The elementary functions of the model. ECMAScript leaves the last bits of `Math.exp`, `Math.log` and `Math.pow` to the
 * engine; these are float64 additions and multiplications only, so that every operator computes the same bits.
 */

/** e to the power of `x`. */
export function exp(x: number): number {
  return stdlibExp(x);
}

/** The natural logarithm; NaN below zero. */
export function ln(x: number): number {
  return stdlibLn(x);
}

/** `base` to the power of `exponent`. */
export function pow(base: number, exponent: number): number {
  return stdlibPow(base, exponent);
}
