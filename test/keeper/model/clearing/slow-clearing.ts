/** A system as a matrix: `owes[i][j]` is what i owes j. */
export interface SmallClearing {
  readonly owes: readonly (readonly number[])[];
  readonly external: readonly number[];
  readonly owesOutside: readonly number[];
  readonly alpha: number;
  readonly beta: number;
}

/**
 * The map of Rogers and Veraart word for word, iterated from everybody paying in full: converges to the greatest
 * clearing vector from above.
 */
export function slowGreatest(system: SmallClearing): number[] {
  return settle(system, faces(system));
}

/**
 * Iterated from nobody paying. The map jumps up where somebody becomes solvent, which a limit from below may only just
 * reach: within `1e-9` counts as solvent, as nothing that matters in these systems is that close.
 */
export function slowLeast(system: SmallClearing): number[] {
  return settle(
    system,
    system.external.map(() => 0),
  );
}

/** What everybody would pay if they got what `paid` brings them. */
export function slowStep(system: SmallClearing, paid: readonly number[]): number[] {
  const full = faces(system);
  return full.map((face, i) => {
    const inflow = full.reduce((sum, f, j) => sum + (f > 0 ? (system.owes[j]![i]! / f) * paid[j]! : 0), 0);
    if (system.external[i]! + inflow >= face * (1 - 1e-9)) return face;
    return system.alpha * system.external[i]! + system.beta * inflow;
  });
}

function settle(system: SmallClearing, start: number[]): number[] {
  let paid = start;
  for (let round = 0; round < 1_000_000; round++) {
    const next = slowStep(system, paid);
    if (next.every((p, i) => Math.abs(p - paid[i]!) <= 1e-13 * p)) return next;
    paid = next;
  }
  throw new Error("the slow clearing does not end");
}

export function faces({ owes, owesOutside }: SmallClearing): number[] {
  return owes.map((row, i) => row.reduce((a, b) => a + b, 0) + owesOutside[i]!);
}
