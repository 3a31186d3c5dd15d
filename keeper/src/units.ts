/** Units and conversions: the only module where a bigint becomes a float64 or the other way round. */

export type Hex = `0x${string}`;

/** A checksum-free, lower-case address. */
export type Address = Hex & { readonly __unit?: "Address" };

/** A ratio in basis points: 10_000 is 100 %. Integer. */
export type Bps = number & { readonly __unit?: "Bps" };

/** A multiple in hundredths: 100 is 1.00x. Integer. */
export type Cx = number & { readonly __unit?: "Cx" };

export const BPS_ONE = 10_000;
export const CX_ONE = 100;
const U16_MAX = 65_535;

/**
 * Scale a raw integer amount down by `10**decimals`.
 *
 * **Units.** Raw units in, whole units out. Rounds to nearest float64 once: the quotient is computed as an exact integer
 * part plus a fraction, so that amounts beyond 2^53 keep 53 significant bits.
 */
export function fromUnits(amount: bigint, decimals: number): number {
  return Number(`${amount}e-${decimals}`);
}

/** Scale a whole amount up by `10**decimals`, rounding down. Exact decimal arithmetic on the shortest form of `value`. */
export function toUnitsDown(value: number, decimals: number): bigint {
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`expected a finite amount >= 0, saw ${value}`);
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const shift = decimals + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

/** Share in [0,1] to basis points, rounded up and capped at 10_000: never reports less risk than there is. */
export function fracToBpsUp(frac: number): Bps {
  return Math.min(BPS_ONE, Math.max(0, Math.ceil(frac * BPS_ONE - 1e-9)));
}

/** Share in [0,1] to basis points, rounded down: for recommended loan-to-values. */
export function fracToBpsDown(frac: number): Bps {
  return Math.min(BPS_ONE, Math.max(0, Math.floor(frac * BPS_ONE + 1e-9)));
}

/** Multiple to hundredths, rounded up, at least 1.00x, saturating at 655.35x. NaN (unknown) becomes 0. */
export function multipleToCxUp(multiple: number): Cx {
  if (Number.isNaN(multiple)) return 0;
  return Math.min(U16_MAX, Math.max(CX_ONE, Math.ceil(multiple * CX_ONE - 1e-9)));
}

/** Share in [0,1] to basis points, rounded to nearest: for shares that are neither risk nor permission. */
export function fracToBpsNearest(frac: number): Bps {
  return Math.min(BPS_ONE, Math.max(0, Math.round(frac * BPS_ONE)));
}

/** An integer number to a bigint, exactly. Throws `RangeError` for anything but a safe integer. */
export function intToBig(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw new RangeError(`expected a safe integer, saw ${value}`);
  return BigInt(value);
}

/** A bigint to an integer number, exactly. Throws `RangeError` outside of the safe integers. */
export function bigToInt(value: bigint): number {
  const int = Number(value);
  if (!Number.isSafeInteger(int)) throw new RangeError(`expected an integer within 2^53, saw ${value}`);
  return int;
}
