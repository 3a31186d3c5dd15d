import { z } from "zod";
import { openBook } from "../../keeper/src/model/book.js";
import { stateOf } from "../../test/keeper/model/small-system.js";
import { relative, worstOf } from "./compare.js";
import type { Case, VectorFormat } from "./format.js";

const debts = { variableDebt: z.number(), stableDebt: z.number() };
const position = z.object({ balance: z.number(), ...debts, liqThreshold: z.number(), priceEth: z.number() });
/** `HF` null: nothing is owed. */
const sums = { totalDebtEth: z.number(), HF: z.number().nullable() };
const row = z.object({
  block: z.number(),
  positions: z.array(position),
  expected: z.object({ ...sums, sumCollateralTimesLT: z.number() }),
  recomputed: z.object({ ...sums, sumLT: z.number(), totalCollateralEth: z.number() }).optional(),
});
const file = z.object({ rows: z.array(row) });

/** The data set's own figures are rounded; its total collateral leaves out what counts for nothing. */
const PUBLISHED = 2e-3;
const RECOMPUTED = 1e-6;

function cases({ block, positions, expected, recomputed }: z.infer<typeof row>): Case[] {
  const { collateral, debt, healthFactor } = valuesOf(positions);
  const errors = ({ HF, totalDebtEth }: typeof expected | NonNullable<typeof recomputed>, sumLT: number) => [
    relative([healthFactor, HF ?? Infinity]),
    relative([debt, totalDebtEth]),
    debt > 0 ? relative([healthFactor * debt, sumLT]) : 0,
  ];
  const published = worstOf(`block ${block}`, PUBLISHED, errors(expected, expected.sumCollateralTimesLT));
  if (recomputed === undefined) return [published];
  const total = relative([collateral, recomputed.totalCollateralEth]);
  const name = `block ${block}, recomputed`;
  return [published, worstOf(name, RECOMPUTED, [total, ...errors(recomputed, recomputed.sumLT)])];
}

/** The account as the only one of a book whose unit of account is ETH. */
function valuesOf(positions: readonly z.infer<typeof position>[]) {
  const book = openBook(
    stateOf({
      prices: positions.map((p) => p.priceEth),
      curves: positions.map(() => ({ kind: "inf" })),
      collateral: [positions.map((p) => p.balance)],
      debt: [positions.map((p) => p.variableDebt + p.stableDebt)],
      venue: [0],
      lt: [positions.map((p) => p.liqThreshold)],
      bonus: [positions.map(() => 0)],
      ...{ closeFactor: [0.5], fullCloseHf: [0], dustUsd: [0] },
    }),
  );
  return { collateral: book.collateralUsd[0]!, debt: book.debtUsd[0]!, healthFactor: book.healthFactor[0]! };
}

export const aaveHealthFactor: VectorFormat = {
  name: "aave_v2_health_factor",
  tolerance: "2e-3 relative; recomputed 1e-6",
  matches: (data) => z.object({ rows: z.array(z.looseObject({ positions: z.unknown() })) }).safeParse(data).success,
  check: (data) => file.parse(data).rows.flatMap(cases),
};
