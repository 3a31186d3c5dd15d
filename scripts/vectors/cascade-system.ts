import { z } from "zod";
import type { DepthCurve } from "../../keeper/src/graph/depth-curve.js";
import type { SmallSystem } from "../../test/keeper/model/small-system.js";

const vector = z.array(z.number());
const matrix = z.array(vector);

/** A market: family of MODEL 5.4 and its parameters. */
const depth = z
  .union([
    z.tuple([z.literal("inf"), z.unknown()]),
    z.tuple([z.literal("none"), z.unknown()]),
    z.tuple([z.literal("linear"), z.object({ delta: z.number() })]),
    z.tuple([z.literal("exp"), z.object({ delta: z.number() })]),
    z.tuple([z.literal("cs"), z.object({ B: z.number(), D: z.number() })]),
    z.tuple([z.literal("sqrt"), z.object({ Y: z.number(), sigma: z.number(), V: z.number() })]),
    z.tuple([z.literal("cpmm"), z.object({ R: z.number() })]),
  ])
  .transform(([kind, p]): DepthCurve => {
    if (kind === "linear" || kind === "exp") return { kind, deltaUsd: p.delta };
    if (kind === "cs") return { kind, floorFrac: p.B, depthUsd: p.D };
    if (kind === "sqrt") return { kind, y: p.Y, sigma: p.sigma, volumeUsd: p.V };
    return kind === "cpmm" ? { kind, reserveUsd: p.R } : { kind };
  });

/** `C[i][k]`, `D[i][k]` in units; `LT` and `bonus` by venue and asset. */
export const cascadeSystem = z
  .object({ p0: vector, C: matrix, D: matrix, venue: vector, LT: matrix, bonus: matrix })
  .extend({ cf: vector, cf_full_hf: vector, dust: vector, depth: z.array(depth) })
  .transform((s): SmallSystem => ({
    prices: s.p0,
    curves: s.depth,
    collateral: s.C,
    debt: s.D,
    venue: s.venue,
    lt: s.LT,
    bonus: s.bonus,
    closeFactor: s.cf,
    fullCloseHf: s.cf_full_hf,
    dustUsd: s.dust,
  }));
