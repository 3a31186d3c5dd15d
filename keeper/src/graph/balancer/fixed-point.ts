/** Arithmetic of 18 decimals. Source: Balancer v2 `FixedPoint`. Operands are not negative. */

export const ONE = 1_000_000_000_000_000_000n;

export function mulDown(a: bigint, b: bigint): bigint {
  return (a * b) / ONE;
}

export function mulUp(a: bigint, b: bigint): bigint {
  return (a * b + ONE - 1n) / ONE;
}

export function divDown(a: bigint, b: bigint): bigint {
  return (a * ONE) / b;
}

export function divUp(a: bigint, b: bigint): bigint {
  return ceilDiv(a * ONE, b);
}

/** Quotient of integers, rounded up. */
export function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}
