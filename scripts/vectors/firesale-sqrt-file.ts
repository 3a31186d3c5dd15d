import { z } from "zod";

const vector = z.array(z.number());

const input = z.object({
  S_1: z.array(vector),
  e_1: vector,
  L_1_total: vector,
  volatility: vector,
  adv: vector,
});
export type SqrtInput = z.infer<typeof input>;

/** What is known of a market's equilibria; anything may be absent. */
const equilibria = z.object({
  delta_lower: vector,
  delta_upper: vector,
  iter_lower: z.number().optional(),
  iter_upper: z.number().optional(),
  delta_max: vector.optional(),
  unique: z.boolean().optional(),
  theta_lower: vector.optional(),
  theta_upper: vector.optional(),
  mtm_loss_lower: z.number().optional(),
});
export type Equilibria = z.infer<typeof equilibria>;

const toy = z.object({
  state: z.object({ e_1: vector, S_1: vector, L_1: vector }),
  lb: z.number(),
  impact: z.string(),
  delta_lower: z.number(),
  delta_upper: z.number(),
  iterations_lower: z.number().optional(),
  iterations_upper: z.number().optional(),
  unique: z.boolean().optional(),
});
export type Toy = z.infer<typeof toy>;

export const sqrtFile = z.object({
  inputs: z.record(z.string(), input),
  cases: z.array(equilibria.extend({ name: z.string(), kappa: z.number(), lambda_bar: z.number() })),
  toy_two_equilibria: toy.optional(),
});
