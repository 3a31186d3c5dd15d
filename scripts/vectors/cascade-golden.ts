import { z } from "zod";
import { openBook } from "../../keeper/src/model/book.js";
import { createCascade } from "../../keeper/src/model/cascade.js";
import { jacobian } from "../../keeper/src/model/sensitivity/jacobian.js";
import { spectralRadius } from "../../keeper/src/model/sensitivity/spectral.js";
import { PLAIN } from "../../test/keeper/model/run-small.js";
import { stateOf, type SmallSystem } from "../../test/keeper/model/small-system.js";
import { cascadeRun, runCase } from "./cascade-run.js";
import { cascadeSystem } from "./cascade-system.js";
import { pairs, relative, worstOf } from "./compare.js";
import type { Case, VectorFormat } from "./format.js";

const matrix = z.array(z.array(z.number()));
const jacobianRow = z
  .object({ system: z.string() })
  .extend(z.object({ J_h1pct: matrix, J_h5pct: matrix, rho_h5: z.number() }).partial().shape);
const file = z.object({
  systems: z.record(z.string(), cascadeSystem),
  runs: z.array(cascadeRun.extend({ system: z.string() })),
  jacobians: z.array(jacobianRow).default([]),
});
type Systems = z.infer<typeof file>["systems"];

const TOLERANCE = 1e-9;

function systemOf(systems: Systems, name: string): SmallSystem {
  const system = systems[name];
  if (system === undefined) throw new Error(`saw system "${name}", expected one of ${Object.keys(systems).join(", ")}`);
  return system;
}

function jacobianCase(system: SmallSystem, row: z.infer<typeof jacobianRow>): Case {
  const book = openBook(stateOf(system));
  const run = createCascade(book, 0);
  const at = (windowFrac: number) => jacobian(book, run, { windowFrac, rules: PLAIN });
  const all = [
    ...(row.J_h1pct === undefined ? [] : pairs(at(0.01), row.J_h1pct.flat())),
    ...(row.J_h5pct === undefined ? [] : pairs(at(0.05), row.J_h5pct.flat())),
    ...(row.rho_h5 === undefined ? [] : pairs([spectralRadius(at(0.05), system.prices.length).radius], [row.rho_h5])),
  ];
  return worstOf(`Jacobian of ${row.system}`, TOLERANCE, all.map(relative));
}

export const cascadeGolden: VectorFormat = {
  name: "cascade_golden",
  tolerance: "1e-9 relative",
  matches: (data) => z.object({ systems: z.unknown(), runs: z.array(z.unknown()) }).safeParse(data).success,
  check(data) {
    const { systems, runs, jacobians } = file.parse(data);
    const ran = runs.map((row, r) => {
      const name = `run ${r}: ${row.system}, shock ${row.shock.join("/")}, lag ${row.latency}, keep ${row.resilience}`;
      return runCase(name, systemOf(systems, row.system), row, TOLERANCE);
    });
    return [...ran, ...jacobians.map((row) => jacobianCase(systemOf(systems, row.system), row))];
  },
};
