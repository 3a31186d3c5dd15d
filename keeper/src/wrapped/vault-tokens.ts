import { z } from "zod";
import { intToBig } from "../units.js";
import { address } from "../values.js";
import { growthSchema } from "./growth-bound.js";
import { rateAsk, selectorOf, WAD, wrappedKind } from "./wrapped-kind.js";

/** Shares of an ERC-4626 vault: savings tokens (sDAI, sUSDS, sUSDe) and lending vaults (MetaMorpho) among them. */
export const erc4626 = wrappedKind({
  schema: z.strictObject({ kind: z.literal("erc4626"), token: address, growth: growthSchema.exactOptional() }),
  askOf: ({ token }) =>
    rateAsk(token, {
      underlying: selectorOf("asset()"),
      rate: selectorOf("convertToAssets(uint256)"),
      ofOneWhole: true,
    }),
  unitsWad: ({ numerator, decimals }) => (numerator * WAD) / 10n ** intToBig(decimals),
});

/** Aave's interest-bearing tokens: a raw unit is a raw unit of the reserve, since it is the balance that grows. */
export const aaveAToken = wrappedKind({
  schema: z.strictObject({ kind: z.literal("aave-atoken"), token: address }),
  askOf: ({ token }) => rateAsk(token, { underlying: selectorOf("UNDERLYING_ASSET_ADDRESS()") }),
  unitsWad: ({ decimals }, token) => (10n ** intToBig(token.decimals) * WAD) / 10n ** intToBig(decimals),
});

/** Compound v2 and its forks: the rate of the last accrual, raw units of the underlying in 1e-18 behind a raw unit. */
export const compoundV2 = wrappedKind({
  schema: z.strictObject({
    kind: z.literal("compound-v2"),
    token: address,
    of: address.exactOptional().describe("the underlying, where the token does not tell: cETH's"),
    growth: growthSchema.exactOptional(),
  }),
  askOf: ({ token, of }) => ({
    ...rateAsk(token, { rate: selectorOf("exchangeRateStored()") }),
    ...(of === undefined ? { underlying: selectorOf("underlying()") } : { known: of }),
  }),
  // raw rate / 1e18 raw units of the underlying a raw unit, times 1e18 for the result.
  unitsWad: ({ numerator, decimals }, token) =>
    (numerator * 10n ** intToBig(token.decimals)) / 10n ** intToBig(decimals),
});
