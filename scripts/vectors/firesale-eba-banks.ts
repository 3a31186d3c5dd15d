import type { DepthCurve } from "../../keeper/src/graph/depth-curve.js";
import type { Institutions } from "../../keeper/src/model/clearing/fire-sale.js";
import { ln } from "../../keeper/src/model/elementary.js";
import type { EbaBank } from "./firesale-eba-file.js";

/** Share of all units whose sale moves a price by the file's `price_impact_5pct`. */
const SOLD_FRAC = 0.05;

/** Government bonds first, corporate bonds second. */
export function institutionsOf(banks: readonly EbaBank[], impactFrac: number): Institutions {
  const array = (of: (bank: EbaBank) => number) => Float64Array.from(banks, of);
  return {
    count: banks.length,
    cashUsd: array((b) => b.cash),
    units: Float64Array.from(banks.flatMap((b) => [b.gov, b.corp])),
    otherUsd: array((b) => b.other),
    loanUsd: array((b) => b.loan),
    otherDebtUsd: array((b) => b.other_liab),
    curves: [
      curveOf(
        array((b) => b.gov),
        impactFrac,
      ),
      curveOf(
        array((b) => b.corp),
        impactFrac,
      ),
    ],
  };
}

/** `p exp(-beta q / Q)` with `beta = -ln(1 - impact) / 0.05`. */
function curveOf(units: Float64Array, impactFrac: number): DepthCurve {
  if (impactFrac === 0) return { kind: "inf" };
  const beta = -ln(1 - impactFrac) / SOLD_FRAC;
  return { kind: "exp", deltaUsd: units.reduce((a, b) => a + b, 0) / beta };
}
