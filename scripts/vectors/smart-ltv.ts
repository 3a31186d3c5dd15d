import { z } from "zod";
import { riskLevel, smartLtv } from "../../keeper/src/model/smart-ltv.js";
import { absolute, relative } from "./compare.js";
import type { Case, VectorFormat } from "./format.js";
import { hasKeys } from "./shape.js";

const row = z.object({
  clf: z.number(),
  sigma: z.number(),
  liquidity: z.number(),
  cap: z.number(),
  bonus: z.number(),
  ltv: z.number(),
  riskLevel: z.number().nullable().optional(),
});

/** Literals of a peer's own tests; two spellings of the cap are in use. */
const literal = z.object({
  liquidity: z.number(),
  volatility: z.number(),
  supplyCap: z.number().optional(),
  cap: z.number().optional(),
  liquidationBonus: z.number(),
  minCLF: z.number(),
  expected: z.number(),
  absTol: z.number().optional(),
});

const file = z.object({ PROVENANCE: z.record(z.string(), z.unknown()).default({}), grid: z.array(row) });
const TOLERANCE = 1e-8;

function rowCases(one: z.infer<typeof row>, r: number): Case[] {
  const { clf, sigma, liquidity: liquidityUsd, cap: capUsd, bonus: bonusFrac, ltv } = one;
  const market = { clf, sigma, liquidityUsd, capUsd, bonusFrac };
  const ltvCase = { name: `grid ${r}: ltv`, error: absolute([smartLtv(market), ltv]), tolerance: TOLERANCE };
  if (typeof one.riskLevel !== "number") return [ltvCase];
  const error = relative([riskLevel(smartLtv(market), market), one.riskLevel]);
  return [ltvCase, { name: `grid ${r}: risk level`, error, tolerance: TOLERANCE }];
}

function literalCase(name: string, one: z.infer<typeof literal>): Case {
  const { minCLF: clf, volatility: sigma, liquidity: liquidityUsd, liquidationBonus: bonusFrac } = one;
  const capUsd = one.supplyCap ?? one.cap ?? NaN;
  const ltv = smartLtv({ clf, sigma, liquidityUsd, capUsd, bonusFrac });
  return { name, error: absolute([ltv, one.expected]), tolerance: one.absTol ?? TOLERANCE };
}

export const smartLtvGrid: VectorFormat = {
  name: "smartltv",
  tolerance: "1e-8",
  matches: (data) => z.object({ grid: z.array(z.looseObject({ clf: z.unknown() })) }).safeParse(data).success,
  check(data) {
    const { PROVENANCE, grid } = file.parse(data);
    const literals = Object.entries(PROVENANCE).filter(([, one]) => hasKeys(one, "minCLF"));
    return [...literals.map(([name, one]) => literalCase(name, literal.parse(one))), ...grid.flatMap(rowCases)];
  },
};
