/** Aave v3's interest arithmetic in rays (1e27), rounding included. Source: WadRayMath.sol, MathUtils.sol of core-v3 1.19. */

export const RAY = 10n ** 27n;
const HALF_RAY = RAY / 2n;
const SECONDS_PER_YEAR = 31_536_000n;

/** Product of two rays, rounded half up. Source: WadRayMath.rayMul. */
export function rayMul(a: bigint, b: bigint): bigint {
  return (a * b + HALF_RAY) / RAY;
}

/** Interest of suppliers over `elapsedSec` at a yearly rate, as a ray factor. Source: MathUtils.calculateLinearInterest. */
export function linearInterest(rateRay: bigint, elapsedSec: bigint): bigint {
  return RAY + (rateRay * elapsedSec) / SECONDS_PER_YEAR;
}

/** Interest of borrowers: three terms of the binomial series. Source: MathUtils.calculateCompoundedInterest. */
export function compoundedInterest(rateRay: bigint, elapsedSec: bigint): bigint {
  if (elapsedSec === 0n) return RAY;
  const minusOne = elapsedSec - 1n;
  const minusTwo = elapsedSec > 2n ? elapsedSec - 2n : 0n;
  const power2 = rayMul(rateRay, rateRay) / (SECONDS_PER_YEAR * SECONDS_PER_YEAR);
  const power3 = rayMul(power2, rateRay) / SECONDS_PER_YEAR;
  const second = (elapsedSec * minusOne * power2) / 2n;
  const third = (elapsedSec * minusOne * minusTwo * power3) / 6n;
  return RAY + (rateRay * elapsedSec) / SECONDS_PER_YEAR + second + third;
}
