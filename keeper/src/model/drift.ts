/**
 * How far prices have moved since a watch started: with holdings unchanged, a health factor is at least `frac` times what
 * it was, whatever is held and owed.
 */
export interface Drift {
  frac: number;
  /** `Float64Array[K]`: prices that `frac` has seen. */
  readonly seen: Float64Array;
}

/** Below this it is cheaper, and safer, to look again. */
export const LEAST_DRIFT = 1e-3;

export function createDrift(assets: number): Drift {
  return { frac: 1, seen: new Float64Array(assets) };
}

export function startDrift(drift: Drift, price: Float64Array): void {
  drift.frac = 1;
  drift.seen.set(price);
}

/** Go on to `price[K]`. True where any has moved. */
export function addDrift(drift: Drift, price: Float64Array): boolean {
  const { seen } = drift;
  let low = 1;
  let high = 1;
  let hasMoved = false;
  for (let k = 0; k < seen.length; k++) {
    if (price[k] === seen[k]) continue;
    hasMoved = true;
    const ratio = price[k]! / seen[k]!;
    if (ratio < low) low = ratio;
    if (ratio > high) high = ratio;
    seen[k] = price[k]!;
  }
  drift.frac *= low / high;
  return hasMoved;
}
