import { SwapReverted } from "../uniswap-v3/errors.js";
import { ONE, mulUp } from "./fixed-point.js";

/*
 * Powers of 18 decimals as `exp(y ln x)`, to the last digit as the vault's pools compute them: the argument is split into
 * powers of e with exponents 2^k, the rest is a series. Source: Balancer v2 `LogExpMath`; divisions go toward zero there,
 * as bigint's do.
 */

const ONE_20 = 100_000_000_000_000_000_000n;
const ONE_36 = 1_000_000_000_000_000_000_000_000_000_000_000_000n;
const MAX_EXPONENT = 130n * ONE;
const MIN_EXPONENT = -41n * ONE;
/** Within a tenth of 1 the logarithm is a series of 36 decimals. */
const NEAR_ONE = ONE / 10n;
/** Of the result, what a power may be off by: 1e-14. */
const POWER_ERROR = 10_000n;
const EXP_TERMS = 12n;

/** `[x, e^x]`: the first two with x of 18 decimals and e^x of none, the others of 20 decimals. */
const LARGE: readonly (readonly [bigint, bigint])[] = [
  [128n * ONE, 38_877_084_059_945_950_922_200_000_000_000_000_000_000_000_000_000_000_000n],
  [64n * ONE, 6_235_149_080_811_616_882_910_000_000n],
];
const SMALL: readonly (readonly [bigint, bigint])[] = [
  [32n * ONE_20, 7_896_296_018_268_069_516_100_000_000_000_000n],
  [16n * ONE_20, 888_611_052_050_787_263_676_000_000n],
  [8n * ONE_20, 298_095_798_704_172_827_474_000n],
  [4n * ONE_20, 5_459_815_003_314_423_907_810n],
  [2n * ONE_20, 738_905_609_893_065_022_723n],
  [ONE_20, 271_828_182_845_904_523_536n],
  [ONE_20 / 2n, 164_872_127_070_012_814_685n],
  [ONE_20 / 4n, 128_402_541_668_774_148_407n],
  [ONE_20 / 8n, 113_314_845_306_682_631_683n],
  [ONE_20 / 16n, 106_449_445_891_785_942_956n],
];
/** Of those, the ones that the exponential uses. */
const EXP_SMALL = SMALL.slice(0, 8);

/**
 * `x^y`, both of 18 decimals and not negative.
 *
 * **Throws** `SwapReverted` where `y ln x` is outside of -41 and 130.
 */
export function power(x: bigint, y: bigint): bigint {
  if (y === 0n) return ONE;
  if (x === 0n) return 0n;
  let product: bigint;
  if (x > ONE - NEAR_ONE && x < ONE + NEAR_ONE) {
    const log = ln36(x);
    product = (log / ONE) * y + ((log % ONE) * y) / ONE;
  } else {
    product = ln(x) * y;
  }
  product /= ONE;
  if (product < MIN_EXPONENT || product > MAX_EXPONENT) {
    throw new SwapReverted("BAL#009", `saw an exponent of ${product}, expected it within -41 and 130`);
  }
  return exp(product);
}

/** `x^y` plus the most that it can be off by; `shortPowers`: 1, 2 and 4 are products. */
export function powerUp(x: bigint, y: bigint, shortPowers: boolean): bigint {
  if (shortPowers) {
    if (y === ONE) return x;
    const square = mulUp(x, x);
    if (y === 2n * ONE) return square;
    if (y === 4n * ONE) return mulUp(square, square);
  }
  const raw = power(x, y);
  return raw + mulUp(raw, POWER_ERROR) + 1n;
}

function exp(x: bigint): bigint {
  if (x < 0n) return (ONE * ONE) / exp(-x);
  let [rest, first] = [x, 1n];
  const large = LARGE.find(([step]) => rest >= step);
  if (large) [rest, first] = [rest - large[0], large[1]];
  rest *= 100n;
  let product = ONE_20;
  for (const [step, factor] of EXP_SMALL) {
    if (rest < step) continue;
    rest -= step;
    product = (product * factor) / ONE_20;
  }
  let [sum, term] = [ONE_20 + rest, rest];
  for (let n = 2n; n <= EXP_TERMS; n++) {
    term = (term * rest) / ONE_20 / n;
    sum += term;
  }
  return (((product * sum) / ONE_20) * first) / 100n;
}

function ln(a: bigint): bigint {
  if (a < ONE) return -ln((ONE * ONE) / a);
  let [rest, sum] = [a, 0n];
  for (const [step, factor] of LARGE) {
    if (rest < factor * ONE) continue;
    rest /= factor;
    sum += step;
  }
  rest *= 100n;
  sum *= 100n;
  for (const [step, factor] of SMALL) {
    if (rest < factor) continue;
    rest = (rest * ONE_20) / factor;
    sum += step;
  }
  return (sum + 2n * areaTangent(rest, ONE_20, 11n)) / 100n;
}

function ln36(x: bigint): bigint {
  return 2n * areaTangent(x * ONE, ONE_36, 15n);
}

/** `artanh((a - 1) / (a + 1))` in the given unit, odd powers up to `last`. */
function areaTangent(a: bigint, unit: bigint, last: bigint): bigint {
  const z = ((a - unit) * unit) / (a + unit);
  const squared = (z * z) / unit;
  let [sum, term] = [z, z];
  for (let n = 3n; n <= last; n += 2n) {
    term = (term * squared) / unit;
    sum += term / n;
  }
  return sum;
}

/** `1 - x`, or 0. */
export function complement(x: bigint): bigint {
  return x < ONE ? ONE - x : 0n;
}
