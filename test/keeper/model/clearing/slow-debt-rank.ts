import type { Spread } from "../../../../keeper/src/model/clearing/debt-rank.js";

/** `exposures[i][j]`: what i loses if j defaults. */
export interface SmallExposures {
  readonly exposures: readonly (readonly number[])[];
  readonly buffers: readonly number[];
}

/** Every node looked at in every round, on the whole matrix, until a round adds less than `tolerance`. */
export function slowStress(
  { exposures, buffers }: SmallExposures,
  initial: readonly number[],
  spread: Spread,
  tolerance: number,
): number[] {
  let stress = [...initial];
  const passed = buffers.map(() => 0);
  for (let round = 0; round < 100_000; round++) {
    const due = stress.map((s, j) => dueOf(spread, s, passed[j]!));
    due.forEach((d, j) => (passed[j]! += d));
    const added = buffers.map((buffer, i) => due.reduce((sum, d, j) => sum + (d * exposures[i]![j]!) / buffer, 0));
    stress = stress.map((s, i) => s + added[i]!);
    if (Math.sqrt(added.reduce((sum, a) => sum + a * a, 0)) < tolerance) return stress;
  }
  throw new Error("the slow spread of stress does not end");
}

function dueOf(spread: Spread, stress: number, passed: number): number {
  if (spread === "distress") return Math.min(1, stress) - passed;
  if (passed > 0) return 0;
  if (spread === "singleHit") return Math.min(1, stress);
  return stress > 1 - 1e-12 ? 1 : 0;
}
