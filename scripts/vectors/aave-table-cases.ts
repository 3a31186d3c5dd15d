import type { Breakpoint, GapTable, LagTable, LoopRow, PoolTable } from "./aave-tables.js";
import { termsOf } from "./aave-table-terms.js";
import { absolute, printedDigits, relative, worstOf } from "./compare.js";
import type { Case } from "./format.js";
import { healthFactorOf, largestSafeDrop, unpaidAfter, type Loop } from "./leveraged-loop.js";

/** Half of the last digit that is printed; the ninth decimal is float64's. */
const halfDigit = (digits: number) => 0.5 / 10 ** digits + 1e-9;

const near = (name: string, digits: number, actual: number, expected: number): Case => ({
  name,
  error: absolute([actual, expected]),
  tolerance: halfDigit(digits),
});

function loopOf({ collateral_usd_m: collateral, debt_usd_m: debt, LT: lt, bonus }: LoopRow): Loop {
  return { collateral, debt, lt, bonus };
}

const rowsOf = <T>(table: T[] | { rows: T[] }): T[] => (Array.isArray(table) ? table : table.rows);

/** Health factor at the start, and the largest drop without a loss. */
export function breakpointCases(rows: readonly Breakpoint[]): Case[] {
  const digits = printedDigits(rows.map((row) => row.HF0_published));
  return rows.flatMap(({ LT: lt, bonus, leverage, ...published }) => {
    const loop = { collateral: 100, debt: 100 * (1 - 1 / leverage), lt, bonus };
    const name = `table 6, LT ${lt}, ${leverage}x`;
    const [health, drop] = [healthFactorOf(loop), 100 * largestSafeDrop(loop)];
    const checks = [relative([health, published.HF0_check ?? health]), relative([drop, published.D_check_pct ?? drop])];
    return [
      near(`${name}: HF`, digits, health, published.HF0_published),
      near(`${name}: drop in %`, 2, drop, published.D_analytic_pct_published),
      worstOf(`${name}: unrounded`, 1e-9, checks),
    ];
  });
}

/** `gap_*`: of the loop, or of a position whose terms stand beside the rows or in the table's name. */
export function gapCases(name: string, table: GapTable, row: LoopRow): Case[] {
  const loop = { ...loopOf(row), ...(Array.isArray(table) ? {} : termsOf(name, table)) };
  return rowsOf(table).map(({ gap, bad_debt_usd_m }) =>
    near(`${name}, gap ${gap}`, 2, unpaidAfter(loop, gap).all, bad_debt_usd_m),
  );
}

/** At a gap of 8 %; lags are fractions, or from 1 on basis points. */
export function lagCases(table: LagTable, row: LoopRow): Case[] {
  const dropFrac = (lag: number) => 1 - 0.92 * (1 - (lag < 1 ? lag : lag / 10_000));
  return rowsOf(table).map(({ lag, bad_debt_usd_m }) =>
    near(`oracle lag ${lag}`, 2, unpaidAfter(loopOf(row), dropFrac(lag)).all, bad_debt_usd_m),
  );
}

/** Half of the debt a round, sold into a constant-product pool with USD 1B on each side. */
export function poolCases(table: PoolTable, row: LoopRow): Case[] {
  const pool = { kind: "cpmm", reserveUsd: 1_000 } as const;
  return rowsOf(table).map(({ gap, bad_debt_published_usd_m }) =>
    near(`into a pool, gap ${gap}`, 2, unpaidAfter(loopOf(row), gap, pool).all, bad_debt_published_usd_m),
  );
}
