import { z } from "zod";
import { breakpointCases, gapCases, lagCases, poolCases } from "./aave-table-cases.js";
import { crvCases } from "./crv-residual.js";
import type { VectorFormat } from "./format.js";

const breakpoint = z.object({ LT: z.number(), bonus: z.number(), leverage: z.number() }).extend({
  HF0_published: z.number(),
  D_analytic_pct_published: z.number(),
  HF0_check: z.number().optional(),
  D_check_pct: z.number().optional(),
});
const loop = z.object({ collateral_usd_m: z.number(), debt_usd_m: z.number(), LT: z.number(), bonus: z.number() });
/** Rows of a table, bare or with what they are about. */
const rowsOf = <T extends z.ZodType>(row: T) => z.union([z.array(row), z.looseObject({ rows: z.array(row) })]);
const gapTable = rowsOf(z.object({ gap: z.number(), bad_debt_usd_m: z.number() }));
const lagTable = rowsOf(z.object({ lag: z.number(), bad_debt_usd_m: z.number() }));
const poolTable = rowsOf(z.object({ gap: z.number(), bad_debt_published_usd_m: z.number() }));
/** Debt that was left when all collateral was gone. */
const crv = z.object({ borrowed_crv: z.number(), repaid_crv: z.number(), residual_crv: z.number() }).extend({
  crash_price: z.number(),
  check: z.number(),
});
/** These may stand in the table or beside it. */
const optional = { oracle_lag_at_8pct_gap: lagTable.optional(), partial_cf05_pool2B: poolTable.optional() };
const file = z.object({
  table6_breakpoints: z.array(breakpoint).default([]),
  table9: z.looseObject({ loop, ...optional }),
  crv_nov2022: crv.optional(),
  ...optional,
});
export type Breakpoint = z.infer<typeof breakpoint>;
export type LoopRow = z.infer<typeof loop>;
export type GapTable = z.infer<typeof gapTable>;
export type LagTable = z.infer<typeof lagTable>;
export type PoolTable = z.infer<typeof poolTable>;
export type CrvRow = z.infer<typeof crv>;

export const aaveTables: VectorFormat = {
  name: "aave_liquidation_tables",
  tolerance: "half of the last printed digit: 0.005 USD m or %",
  matches: (data) => z.object({ table9: z.looseObject({ loop: z.unknown() }) }).safeParse(data).success,
  check(data) {
    const tables = file.parse(data);
    const { table9 } = tables;
    const gaps = Object.entries(table9).filter(([name]) => name.startsWith("gap_"));
    const lag = table9.oracle_lag_at_8pct_gap ?? tables.oracle_lag_at_8pct_gap;
    const pool = table9.partial_cf05_pool2B ?? tables.partial_cf05_pool2B;
    return [
      ...breakpointCases(tables.table6_breakpoints),
      ...gaps.flatMap(([name, table]) => gapCases(name, gapTable.parse(table), table9.loop)),
      ...(lag === undefined ? [] : lagCases(lag, table9.loop)),
      ...(pool === undefined ? [] : poolCases(pool, table9.loop)),
      ...(tables.crv_nov2022 === undefined ? [] : crvCases(tables.crv_nov2022)),
    ];
  },
};
