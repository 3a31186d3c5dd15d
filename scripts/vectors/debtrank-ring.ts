import { z } from "zod";
import { rowSums, sparseOfRows, transpose } from "../../keeper/src/model/clearing/sparse.js";
import {
  createEquities,
  juniorPaymentsUsd,
  TO_ROUNDING,
  valueEquities,
} from "../../keeper/src/model/clearing/valuation.js";
import { pairs, relativeTo, worstOf, type Pair } from "./compare.js";
import type { Case, VectorFormat } from "./format.js";
import { hasKeys } from "./shape.js";

const vector = z.array(z.number());
const answers = { equityZero: vector, equityFinal: vector, equityLoss: vector, payment: vector };
const file = z.object({
  L: z.array(vector),
  externalAssets0: vector,
  externalLiabilities: vector,
  equityBeforeShock: vector,
  cases: z.array(z.object({ uniformShock: z.number(), ...answers })),
});
type Ring = z.infer<typeof file>;

/** The peer stops at a relative change of 1e-5. */
const TOLERANCE = 1e-4;

function caseOf(ring: Ring, shock: Ring["cases"][number]): Case {
  const liabilities = sparseOfRows(ring.L);
  const owed = rowSums(liabilities);
  const claims = transpose(liabilities);
  const keeps = 1 - shock.uniformShock;
  const ownUsd = owed.map((usd, i) => ring.externalAssets0[i]! * keeps - ring.externalLiabilities[i]! - usd);
  const start = rowSums(claims).map((face, i) => face + ownUsd[i]!);
  const equityBeforeUsd = Float64Array.from(ring.equityBeforeShock);
  const run = createEquities(ownUsd.length);
  valueEquities({ claims, ownUsd, valuation: { kind: "linearDebtRank", equityBeforeUsd } }, start, TO_ROUNDING, run);
  const all: Pair[] = [
    ...pairs(start, shock.equityZero),
    ...pairs(run.equityUsd, shock.equityFinal),
    ...pairs(
      run.equityUsd.map((equity, i) => equity - start[i]!),
      shock.equityLoss,
    ),
    ...pairs(juniorPaymentsUsd(run.equityUsd, owed), shock.payment),
  ];
  return worstOf(`uniform shock ${shock.uniformShock}`, TOLERANCE, all.map(relativeTo(Math.max(...equityBeforeUsd))));
}

export const debtRankRing: VectorFormat = {
  name: "debtrank_ring",
  tolerance: "1e-4 of the largest equity before the shock",
  matches: (data) => hasKeys(data, "L", "equityBeforeShock"),
  check(data) {
    const ring = file.parse(data);
    return ring.cases.map((shock) => caseOf(ring, shock));
  },
};
