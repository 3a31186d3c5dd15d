import { z } from "zod";
import type { Growth } from "./growth-bound.js";
import { balancerBpt, curveLp, uniswapV2Lp } from "./lp-tokens.js";
import { cbeth, rate, reth, weeth, wsteth } from "./rate-tokens.js";
import { aaveAToken, compoundV2, erc4626 } from "./vault-tokens.js";
import type { Ask, Leg } from "./wrapped-kind.js";

/** Every kind of wrapped token, by the word that the configuration uses. A new one is a line here and a line in the schema. */
const kinds = {
  "aave-atoken": aaveAToken,
  "balancer-bpt": balancerBpt,
  cbeth,
  "compound-v2": compoundV2,
  "curve-lp": curveLp,
  erc4626,
  rate,
  reth,
  "uniswap-v2-lp": uniswapV2Lp,
  weeth,
  wsteth,
} as const;

/** What the configuration says of a wrapped token. */
export const wrappedSourceSchema = z.discriminatedUnion("kind", [
  kinds["aave-atoken"].schema,
  kinds["balancer-bpt"].schema,
  kinds.cbeth.schema,
  kinds["compound-v2"].schema,
  kinds["curve-lp"].schema,
  kinds.erc4626.schema,
  kinds.rate.schema,
  kinds.reth.schema,
  kinds["uniswap-v2-lp"].schema,
  kinds.weeth.schema,
  kinds.wsteth.schema,
]);

export type WrappedSource = z.output<typeof wrappedSourceSchema>;

/** What the lens is asked about a token. */
export function askOf(source: WrappedSource): Ask {
  return kindOf(source).askOf(source);
}

/** Whole units of a leg behind one whole unit of the token, 1e18-scaled and rounded down. */
export function unitsWadOf(source: WrappedSource, leg: Leg & { readonly decimals: number }, decimals: number): bigint {
  return kindOf(source).unitsWad(leg, { decimals, source });
}

/** How fast the token's rate may grow, where the configuration says. */
export function growthOf(source: WrappedSource): Growth | undefined {
  return "growth" in source ? source.growth : undefined;
}

/** What all kinds have in common once the configuration is read. */
interface AnyKind {
  askOf(source: WrappedSource): Ask;
  unitsWad(
    leg: Leg & { readonly decimals: number },
    token: { readonly decimals: number; readonly source: WrappedSource },
  ): bigint;
}

function kindOf({ kind }: WrappedSource): AnyKind {
  return kinds[kind];
}
