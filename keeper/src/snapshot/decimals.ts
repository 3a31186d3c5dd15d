/** Tokens that are lent against have 2 to 24; a proxy that is not set up yet answers 0, and 77 is the most that 256 bits can scale by. */
const LEAST = 1;
const MOST = 36;

/**
 * Why `decimals` cannot be those of an asset that amounts and prices are told in; undefined where they can. Refused are 0, which
 * is what a contract answers that does not know, and more than 36, where no amount of any worth fits a float64 or a price.
 */
export function decimalsFault(decimals: number | undefined): string | undefined {
  if (decimals === undefined) return "decimals does not answer";
  if (decimals >= LEAST && decimals <= MOST) return undefined;
  return `it has ${decimals} decimals, expected ${LEAST} to ${MOST}`;
}
