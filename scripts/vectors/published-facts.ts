import { z } from "zod";
import { closeFactor, singleRound, slippageFrontier, toxicFrontier } from "./engine-rules.js";
import type { VectorFormat } from "./format.js";

const fact = z.object({ source: z.string(), claim: z.string() });
const file = z.object({ facts: z.array(fact) });

/** Rules that papers and protocols state in words, and whether the engine follows them. */
const RULES = [
  { wording: /1-LT\(1\+b\)\s*>\s*0/, holds: singleRound },
  { wording: /LTV_UC = 1\/\(1\+i\)/, holds: toxicFrontier },
  { wording: /LTV < 1\/\(\(1\+i\)\*lambda\)/, holds: slippageFrontier },
  { wording: /close factor 50%; 100% if HF<=0\.95 or collateral or debt <= 2000/, holds: closeFactor },
];

export const publishedFacts: VectorFormat = {
  name: "published_facts",
  tolerance:
    "exact; only facts that state a rule of the engine, other figures are of books that the file does not hold",
  matches: (data) => file.safeParse(data).success,
  check: (data) =>
    file.parse(data).facts.flatMap(({ source, claim }) =>
      RULES.filter(({ wording }) => wording.test(claim)).map(({ holds, wording }) => ({
        name: `${source}: ${wording.exec(claim)?.[0]}`,
        error: holds() ? 0 : 1,
        tolerance: 0,
      })),
    ),
};
