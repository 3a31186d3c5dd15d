/**
 * Aave's interest arithmetic in rays (1e27), rounding included. Source: WadRayMath.sol and MathUtils.sol of protocol-v2 1.0,
 * core-v3 1.19 and aave-v3-origin 3.6; which is whose is in aave-rules.ts.
 */

export const RAY = 10n ** 27n;
const HALF_RAY = RAY / 2n;
const SECONDS_PER_YEAR = 31_536_000n;

/** Product of two rays, rounded half up. Source: WadRayMath.rayMul. */
export function rayMul(a: bigint, b: bigint): bigint {
  return (a * b + HALF_RAY) / RAY;
}

/** Product of two rays, rounded down. Source: WadRayMath.rayMulFloor. */
export function rayMulDown(a: bigint, b: bigint): bigint {
  return (a * b) / RAY;
}

/** Product of two rays, rounded up. Source: WadRayMath.rayMulCeil. */
export function rayMulUp(a: bigint, b: bigint): bigint {
  return (a * b + RAY - 1n) / RAY;
}

/** Interest of suppliers over `elapsedSec` at a yearly rate, as a ray factor. Source: MathUtils.calculateLinearInterest. */
export function linearInterest(rateRay: bigint, elapsedSec: bigint): bigint {
  return RAY + (rateRay * elapsedSec) / SECONDS_PER_YEAR;
}

/** Interest of borrowers over `elapsedSec` at a yearly rate, as a ray factor: three terms of a series, however they round. */
export type Compounding = (rateRay: bigint, elapsedSec: bigint) => bigint;

/** Rates are first divided into seconds: v2. Source: MathUtils.calculateCompoundedInterest of protocol-v2. */
export const compoundBySecond: Compounding = (rateRay, elapsedSec) => {
  const perSecond = rateRay / SECONDS_PER_YEAR;
  const power2 = rayMul(perSecond, perSecond);
  return RAY + perSecond * elapsedSec + laterTerms(elapsedSec, power2, rayMul(power2, perSecond));
};

/** Powers are divided into seconds: v3.0 to v3.3. Source: MathUtils.calculateCompoundedInterest of core-v3 1.19. */
export const compoundedInterest: Compounding = (rateRay, elapsedSec) => {
  const power2 = rayMul(rateRay, rateRay) / (SECONDS_PER_YEAR * SECONDS_PER_YEAR);
  const power3 = rayMul(power2, rateRay) / SECONDS_PER_YEAR;
  return RAY + (rateRay * elapsedSec) / SECONDS_PER_YEAR + laterTerms(elapsedSec, power2, power3);
};

/** The exponent is divided once, as a whole: since v3.4. Source: MathUtils.calculateCompoundedInterest of aave-v3-origin 3.6. */
export const compoundAtOnce: Compounding = (rateRay, elapsedSec) => {
  const exponent = (rateRay * elapsedSec) / SECONDS_PER_YEAR;
  return RAY + exponent + rayMul(exponent, exponent / 2n + rayMul(exponent, exponent / 6n));
};

/** The square and the cube of the binomial series. */
function laterTerms(elapsedSec: bigint, power2: bigint, power3: bigint): bigint {
  if (elapsedSec === 0n) return 0n;
  const minusOne = elapsedSec - 1n;
  const minusTwo = elapsedSec > 2n ? elapsedSec - 2n : 0n;
  return (elapsedSec * minusOne * power2) / 2n + (elapsedSec * minusOne * minusTwo * power3) / 6n;
}
