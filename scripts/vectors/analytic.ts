import { z } from "zod";
import { claimStatements } from "./analytic-claims.js";
import { crowdStatements } from "./analytic-crowds.js";
import { linearStatements } from "./analytic-linear.js";
import { liquidatorStatements } from "./analytic-liquidator.js";
import { marketStatements } from "./analytic-markets.js";
import { networkStatements } from "./analytic-networks.js";
import { pauseStatements } from "./analytic-pause.js";
import type { VectorFormat } from "./format.js";
import { hasKeys } from "./shape.js";

const statements = [
  ...crowdStatements,
  ...liquidatorStatements,
  ...claimStatements,
  ...linearStatements,
  ...networkStatements,
  ...pauseStatements,
  ...marketStatements,
];

/** Forms by name; a file of `cases` that are a list is another format. */
const file = z.object({ cases: z.record(z.string(), z.record(z.string(), z.unknown())) });

export const analyticForms: VectorFormat = {
  name: "analytic_closed_forms",
  tolerance: "1e-9 relative; crowds of 20,000 accounts 1e-3 and one account's drop",
  matches: (data) => hasKeys(data, "cases") && file.safeParse(data).success,
  check: (data) => {
    const { cases } = file.parse(data);
    return Object.entries(cases).flatMap(([name, form]) => {
      for (const { casesOf } of statements) {
        const found = casesOf(name, form, cases);
        if (found !== null && found.length > 0) return found;
      }
      // A form that nothing here computes must not pass for one that agrees.
      return [{ name: `${name}: not one of the forms of MODEL 10`, error: NaN, tolerance: 0 }];
    });
  },
};
