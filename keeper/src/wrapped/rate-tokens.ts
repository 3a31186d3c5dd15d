import { z } from "zod";
import { intToBig } from "../units.js";
import { address, wholeFrom } from "../values.js";
import { growthSchema } from "./growth-bound.js";
import { rateAsk, selectorOf, WAD, wrappedKind } from "./wrapped-kind.js";

const signature = z.string().regex(/^[A-Za-z_$][A-Za-z0-9_$]*\(\)$/, { error: "expected a getter such as getRate()" });
const MOST_DECIMALS = 36;
const ETHER_DECIMALS = 18;

/** Any token with a getter for its rate, on itself or elsewhere: whole units of `of` behind a whole unit. */
export const rate = wrappedKind({
  schema: z.strictObject({
    kind: z.literal("rate"),
    token: address,
    of: address.describe("what it is a claim on"),
    getter: signature.describe("who answers the rate, without arguments"),
    source: address.exactOptional().describe("contract that has the getter; the token itself where it is left out"),
    rateDecimals: wholeFrom(0).max(MOST_DECIMALS).default(ETHER_DECIMALS).describe("decimals of the getter's answer"),
    growth: growthSchema.exactOptional(),
  }),
  askOf: ({ token, of, getter, source }) =>
    rateAsk(token, { source: source ?? token, known: of, rate: selectorOf(getter) }),
  unitsWad: ({ numerator }, { source }) => (numerator * WAD) / 10n ** intToBig(source.rateDecimals),
});

/** Staked ether whose getter is known. What ether is on this chain, a token of 18 decimals, `of` says. */
const stakedEther = <K extends string>(kind: K, getter: string) =>
  wrappedKind({
    schema: z.strictObject({
      kind: z.literal(kind),
      token: address,
      of: address.describe("what stands for ether: WETH"),
      growth: growthSchema.exactOptional(),
    }),
    askOf: ({ token, of }) => rateAsk(token, { rate: selectorOf(getter), known: of }),
    unitsWad: ({ numerator }) => numerator,
  });

/** A wrapper that names what it wraps, both of 18 decimals. */
const staked = <K extends string>(kind: K, getter: string, underlying: string) =>
  wrappedKind({
    schema: z.strictObject({ kind: z.literal(kind), token: address, growth: growthSchema.exactOptional() }),
    askOf: ({ token }) => rateAsk(token, { rate: selectorOf(getter), underlying: selectorOf(underlying) }),
    unitsWad: ({ numerator }) => numerator,
  });

/** Lido: stETH behind wstETH. */
export const wsteth = staked("wsteth", "stEthPerToken()", "stETH()");
/** Ether.fi: eETH behind weETH. */
export const weeth = staked("weeth", "getRate()", "eETH()");
/** Rocket Pool: ether behind rETH. */
export const reth = stakedEther("reth", "getExchangeRate()");
/** Coinbase: ether behind cbETH. */
export const cbeth = stakedEther("cbeth", "exchangeRate()");
