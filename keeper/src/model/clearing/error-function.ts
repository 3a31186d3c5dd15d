import { exp } from "../elementary.js";

const SQRT_PI = 1.7724538509055161;
const SQRT_2 = 1.4142135623730951;
/** Below it the series, above it the continued fraction, each to rounding. */
const CROSSOVER = 2;
const FRACTION_DEPTH = 80;

/**
 * Probability that a standard normal variable is at most `x`. Small tails keep their relative precision.
 *
 * **Source.** Abramowitz and Stegun 1964, 7.1.6 (series) and 7.1.14 (continued fraction).
 */
export function normalCdf(x: number): number {
  return x > 0 ? 1 - upperTail(x / SQRT_2) / 2 : upperTail(-x / SQRT_2) / 2;
}

/** The complementary error function of `x >= 0`. */
function upperTail(x: number): number {
  if (x < CROSSOVER) return 1 - series(x);
  return x < Infinity ? fraction(x) : 0;
}

/** `erf x = 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (1 3 5 ... (2n+1))`: no term is negative. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / SQRT_PI) * exp(-x * x) * sum;
}

/** `erfc x = exp(-x^2) / sqrt(pi) / (x + 1/2/(x + 1/(x + 3/2/(x + ...))))`, from the inside. */
function fraction(x: number): number {
  let tail = x;
  for (let n = FRACTION_DEPTH; n > 0; n--) tail = x + n / 2 / tail;
  return exp(-x * x) / (SQRT_PI * tail);
}
