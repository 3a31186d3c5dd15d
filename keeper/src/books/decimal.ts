import { intToBig } from "../units.js";

/** Exact decimal strings: the form in which books write amounts and prices. */

const DECIMAL = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;

/** Tell whether a text is a non-negative decimal number, e.g. `12`, `0.5` or `1e-7`. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/**
 * Read a decimal string as an integer scaled by `10**decimals`. Rounds down.
 *
 * **Throws** `RangeError` for a text that {@link isDecimal} refuses.
 */
export function parseDecimalDown(text: string, decimals: number): bigint {
  return parse(text, decimals, 0n);
}

/** Like {@link parseDecimalDown}, rounding up: for debts, so that no book shows less debt than its file. */
export function parseDecimalUp(text: string, decimals: number): bigint {
  return parse(text, decimals, 1n);
}

/** Like {@link parseDecimalDown}, rounding to nearest: for prices. */
export function parseDecimalNearest(text: string, decimals: number): bigint {
  return (parse(text, decimals + 1, 0n) + 5n) / 10n;
}

function parse(text: string, decimals: number, roundUp: bigint): bigint {
  const match = DECIMAL.exec(text);
  if (match === null) throw new RangeError(`expected a decimal number >= 0, saw "${text}"`);
  const [, whole = "0", fraction = "", exponent = "0"] = match;
  const digits = BigInt(whole + fraction);
  const shift = decimals + Number.parseInt(exponent, 10) - fraction.length;
  if (shift >= 0) return digits * power(shift);
  const unit = power(-shift);
  return (digits + roundUp * (unit - 1n)) / unit;
}

/** Write an integer scaled by `10**decimals` as the shortest decimal string. */
export function formatDecimal(value: bigint, decimals: number): string {
  const sign = value < 0n ? "-" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  const whole = digits.slice(0, digits.length - decimals);
  return decimals === 0 || fraction === "" ? sign + whole : `${sign}${whole}.${fraction}`;
}

function power(exponent: number): bigint {
  return 10n ** intToBig(exponent);
}
