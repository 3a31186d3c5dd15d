import { z } from "zod";

const bank = z.object({
  name: z.string(),
  cash: z.number(),
  gov: z.number(),
  corp: z.number(),
  other: z.number(),
  loan: z.number(),
  other_liab: z.number(),
});
export type EbaBank = z.infer<typeof bank>;

/** `defaults_per_step` starts with the state before the first step. */
const run = z.object({
  experiment: z.string().optional(),
  params: z.object({
    initial_shock_gov: z.number(),
    price_impact_5pct: z.number(),
    leverage_buffer: z.number(),
    leverage_min: z.number(),
    leverage_target: z.number(),
    timesteps: z.number(),
  }),
  defaults_per_step: z.array(z.number()),
  cum_fraction_sold_per_step: z.array(z.number()),
  systemic_event: z.number(),
  price_gov: z.number(),
  price_corp: z.number(),
  sold_gov: z.number(),
  sold_corp: z.number(),
  equity_final: z.record(z.string(), z.number()),
  alive: z.record(z.string(), z.boolean()),
});
export type EbaCase = z.infer<typeof run>;

export const ebaFile = z.object({ banks: z.array(bank), cases: z.array(run) });
