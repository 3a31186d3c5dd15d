import { z } from "zod";

const vector = z.array(z.number());
const bank = z.object({
  name: z.string(),
  extasset: z.number(),
  extliab: z.number(),
  ibasset: z.record(z.string(), z.number()).default({}),
  ibliabtot: z.number(),
});
const shocked = z.object({
  name: z.string(),
  banks: z.array(bank),
  equity_shock: vector,
  method: z.enum(["eisenberg_noe", "linear_dr_fixed", "linear_dr", "exante_en_blackcox_gbm"]),
  sigma_equity: vector.optional(),
  recovery_rate: vector.optional(),
  E0: vector,
  E_round1: vector.optional(),
  E_final: vector,
});
export type Shocked = z.infer<typeof shocked>;

export const nevaFile = z.object({ cases: z.array(shocked) });
