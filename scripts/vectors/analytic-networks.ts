import { readFileSync } from "node:fs";
import { z } from "zod";
import { clearGreatest, clearLeast, createClearing } from "../../keeper/src/model/clearing/clearing.js";
import { clearingNetwork } from "../../keeper/src/model/clearing/clearing-network.js";
import { sparseOfRows } from "../../keeper/src/model/clearing/sparse.js";
import { vulnerability } from "../../keeper/src/model/clearing/vulnerability.js";
import { matrix, vector } from "./analytic-claims.js";
import { EXACT, statement, type Statement } from "./analytic-statement.js";
import { pairs, relative, worstOf, type Pair } from "./compare.js";

/** `L[i][j]`: i owes j; or two firms that owe each other `Lbar`. */
const firms = z.object({ e: vector, greatest: vector, least: vector }).extend({
  L: matrix.optional(),
  Lbar: vector.optional(),
  alpha: z.number().default(1),
  beta: z.number().default(1),
});
const clearing = statement(firms, ({ e, L, Lbar, alpha, beta, greatest, least }, name) => {
  const [first = NaN, second = NaN] = Lbar ?? [];
  const rows = L ?? [Float64Array.of(0, first), Float64Array.of(second, 0)];
  const network = clearingNetwork(sparseOfRows(rows), new Float64Array(e.length));
  const terms = { externalUsd: Float64Array.from(e), recovery: { externalFrac: alpha, claimFrac: beta } };
  const run = createClearing(network);
  clearGreatest(network, terms, run);
  const errors = pairs(run.paidUsd, greatest).map(relative);
  clearLeast(network, terms, run);
  return [worstOf(name, EXACT, [...errors, ...pairs(run.paidUsd, least).map(relative)])];
});

const systemic = z.object({ shock_gov: z.number(), L_per_EURm: z.number() }).extend({
  direct_loss_over_equity: z.number(),
  aggregate_vulnerability: z.number(),
  systemicness_sum: z.number(),
  systemicness: z.record(z.string(), z.number()).default({}),
});
const bank = z.object({ name: z.string(), CET1: z.number(), assets: z.number(), gov: z.number(), corp: z.number() });
/** Whose rows the form's banks are. */
const BANKS = "test/vectors/firesale_eba2018.json";

const targeters = statement(systemic, ({ shock_gov, L_per_EURm: impact, systemicness, ...expected }, name) => {
  const { banks } = z.object({ banks: z.array(bank) }).parse(JSON.parse(readFileSync(BANKS, "utf8")));
  const column = (of: (row: z.infer<typeof bank>) => number) => Float64Array.from(banks, of);
  const holdingsUsd = Float64Array.from(banks.flatMap(({ gov, corp }) => [gov, corp]));
  const [assetsUsd, equityUsd] = [column((row) => row.assets), column((row) => row.CET1)];
  const system = { assetsUsd, equityUsd, holdingsUsd, impactPerUsd: Float64Array.of(impact, impact) };
  const ours = vulnerability(system, Float64Array.of(-shock_gov, 0));
  const index = new Map(banks.map((row, i) => [row.name, i]));
  const each = Object.entries(systemicness).map(([bankName, share]): Pair => [
    ours.systemicFrac[index.get(bankName) ?? -1] ?? NaN,
    share,
  ]);
  const errors = [
    relative([ours.directFrac, expected.direct_loss_over_equity]),
    relative([ours.aggregateFrac, expected.aggregate_vulnerability]),
    relative([ours.aggregateFrac, expected.systemicness_sum]),
  ];
  return [worstOf(name, EXACT, [...errors, ...each.map(relative)])];
});

export const networkStatements: readonly Statement[] = [clearing, targeters];
