import { z } from "zod";
import type { PerpMarketState } from "../snapshot/perps.js";
import type { Address } from "../units.js";
import { address, wholeFrom } from "../values.js";

/** What the configuration says of every perpetual venue, beside its kind and its entry contract. */
export const perpSourceFields = {
  fromBlock: wholeFrom(0).describe("block of the venue's first event"),
  quoteUsdFeed: address.exactOptional().describe("feed of the currency of profits in USD; none: it counts as USD"),
  assets: z
    .array(z.strictObject({ market: address, asset: address }))
    .default([])
    .describe("which asset a market follows"),
} as const;

/** Which asset a market follows, as the configuration says. */
export type MarketAssets = readonly { readonly market: Address; readonly asset: Address }[];

/** The `asset` of a market's state; nothing where the configuration names none. */
export function assetOf(assets: MarketAssets, market: Address): Pick<PerpMarketState, "asset"> {
  const pair = assets.find((candidate) => candidate.market === market);
  return pair === undefined ? {} : { asset: pair.asset };
}

/** 1. */
export const WAD = 10n ** 18n;

/** `a * b / 1e18`, rounded toward zero. */
export function mulWad(a: bigint, b: bigint): bigint {
  return (a * b) / WAD;
}

/** The amount without its sign. */
export function abs(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
