import { z } from "zod";
import { intToBig } from "../units.js";
import { address } from "../values.js";
import { type Leg, NOBODY, rateAsk, SHAPES, WAD, wrappedKind } from "./wrapped-kind.js";

/** A whole unit's share of what a pool holds: numerator is the pool's holding, denominator the supply of its token. */
function shareOfPool(
  { numerator, denominator, decimals }: Leg & { readonly decimals: number },
  token: { readonly decimals: number },
): bigint {
  return (numerator * 10n ** intToBig(token.decimals) * WAD) / (denominator * 10n ** intToBig(decimals));
}

/** Shares of a Uniswap v2 pair, or of a fork's. */
export const uniswapV2Lp = wrappedKind({
  schema: z.strictObject({ kind: z.literal("uniswap-v2-lp"), token: address }),
  askOf: ({ token }) => rateAsk(token, { shape: SHAPES.pair }),
  unitsWad: shareOfPool,
});

/** Shares of a Curve pool, stable or crypto. */
export const curveLp = wrappedKind({
  schema: z.strictObject({
    kind: z.literal("curve-lp"),
    token: address,
    pool: address.exactOptional().describe("the pool, where its token is a contract of its own"),
    ether: address.exactOptional().describe("what stands for ether, where the pool holds ether itself: WETH"),
  }),
  askOf: ({ token, pool, ether }) =>
    rateAsk(token, { shape: SHAPES.curve, source: pool ?? token, known: ether ?? NOBODY }),
  unitsWad: shareOfPool,
});

/** Shares of a Balancer v2 pool; what the pool holds of itself counts neither as held nor as supply. */
export const balancerBpt = wrappedKind({
  schema: z.strictObject({ kind: z.literal("balancer-bpt"), token: address }),
  askOf: ({ token }) => rateAsk(token, { shape: SHAPES.balancer }),
  unitsWad: shareOfPool,
});
