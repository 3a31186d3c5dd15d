import { z } from "zod";
import { clearingNetwork } from "../../keeper/src/model/clearing/clearing-network.js";
import { clearGreatest, createClearing, type Recovery } from "../../keeper/src/model/clearing/clearing.js";
import { sparseOfRows } from "../../keeper/src/model/clearing/sparse.js";
import { differs, pairs, relativeTo, worstOf } from "./compare.js";
import type { Case, VectorFormat } from "./format.js";
import { casesHave, hasKeys } from "./shape.js";

const vector = z.array(z.number());
const system = z.object({
  name: z.string(),
  L: z.array(vector),
  ea: vector,
  el: vector.optional(),
  alpha: z.number(),
  beta: z.number(),
  clearing: vector,
  default: vector.optional(),
  cascade_default_R0: vector.optional(),
});
type System = z.infer<typeof system>;
const file = z.object({ cases: z.array(system).default([]), third_peer_literals: z.array(system).default([]) });
const TOLERANCE = 1e-9;
/** USD by which a payment may miss its liability without being a default, in the file's flags. */
const FLAG_SLACK = 1e-7;

function clear({ L, ea, el }: System, recovery: Recovery) {
  const network = clearingNetwork(sparseOfRows(L), Float64Array.from(el ?? ea.map(() => 0)));
  const run = createClearing(network);
  clearGreatest(network, { externalUsd: Float64Array.from(ea), recovery }, run);
  const flags = [...network.faceUsd].map((face, i) => (run.paidUsd[i]! + FLAG_SLACK < face ? 1 : 0));
  return { paid: run.paidUsd, flags, faceUsd: network.faceUsd };
}

function casesOf(one: System): Case[] {
  const { paid, flags, faceUsd } = clear(one, { externalFrac: one.alpha, claimFrac: one.beta });
  // Payments far below what is owed are what an iteration or a linear program leaves of larger ones.
  const error = relativeTo(1e-3 * Math.max(...faceUsd));
  const cases = [worstOf(one.name, TOLERANCE, pairs(paid, one.clearing).map(error))];
  if (one.default !== undefined) cases.push(sameFlags(`${one.name}: defaults`, flags, one.default));
  if (one.cascade_default_R0 !== undefined) {
    // Who recovers nothing pays nothing: a cascade of defaults with a loss of all that is owed.
    const cascade = clear(one, { externalFrac: 0, claimFrac: 0 }).flags;
    cases.push(sameFlags(`${one.name}: defaults without recovery`, cascade, one.cascade_default_R0));
  }
  return cases;
}

function sameFlags(name: string, actual: readonly number[], expected: readonly number[]): Case {
  return { name, error: differs(actual.join(), expected.join()), tolerance: 0 };
}

export const clearing: VectorFormat = {
  name: "clearing",
  tolerance: "1e-9 relative",
  matches: (data) => casesHave(data, "L", "clearing") || hasKeys(data, "third_peer_literals"),
  check: (data) => Object.values(file.parse(data)).flat().flatMap(casesOf),
};
