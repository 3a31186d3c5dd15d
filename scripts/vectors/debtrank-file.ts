import { z } from "zod";

const vector = z.array(z.number());
const summaryRow = z.object({
  scenario: z.string(),
  original_stress: z.number(),
  additional_stress: z.number(),
  original_losses: z.number(),
  additional_losses: z.number(),
  additional_defaults: z.number(),
});
export type SummaryRow = z.infer<typeof summaryRow>;

const matrix = z.array(vector).optional();
const summary = z.array(summaryRow).optional();

/** Everything but the network may be absent. Arrays hold a row for each scenario, `first` the number of the first. */
export const exposuresFile = z.object({
  nodes: z.object({ name: z.array(z.string()), buffer: vector, weights: vector }),
  exposures_coo: z.object({ creditor: vector, debtor: vector, amount: vector }),
  first: z.record(z.string(), z.number()).default({}),
  spectral_radius_impact: z.number().optional(),
  default_each_debtrank_summary: summary,
  default_each_threshold_summary: summary,
  uniform_shock_debtrank_summary: summary,
  st_exact_default_each_debtrank: matrix,
  st_exact_default_each_singlehit: matrix,
  st_exact_uniform_1_to_25pct: matrix,
  small: z
    .looseObject({
      assets: z.array(vector),
      buffer: vector,
      st_default_each: matrix,
      shocks: matrix,
      st_shocks: matrix,
    })
    .optional(),
  readme_debtrank_top10: z.record(z.string(), z.array(z.union([z.string(), z.number()]))).optional(),
  readme_DebtRank_b1_to_b6: vector.optional(),
  readme_cascade_b1_to_b6: vector.optional(),
});
export type ExposuresFile = z.infer<typeof exposuresFile>;
