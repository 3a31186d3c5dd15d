import { z } from "zod";
import { sourceKind } from "../chain/source-kind.js";
import { address } from "../values.js";
import { perpSourceFields } from "./perp-source.js";
import { followPerpetualV2 } from "./perpetual-v2/follow.js";
import type { PerpetualV2State } from "./perpetual-v2/follow.js";
import { viewPerpetualV2 } from "./perpetual-v2/view.js";

/** Perpetual v2: takers and makers of Uniswap v3 pools of virtual tokens, one margin for all of an account's positions. */
export const perpetualV2 = sourceKind({
  schema: z.strictObject({ kind: z.literal("perpetual-v2"), clearingHouse: address, ...perpSourceFields }),
  addressOf: ({ clearingHouse }) => clearingHouse,
  feedsOf: ({ quoteUsdFeed }) => (quoteUsdFeed === undefined ? [] : [quoteUsdFeed]),
  follow: (chain, source) => followPerpetualV2(chain, source),
  view: ({ clearingHouse, assets, quoteUsdFeed }, state: PerpetualV2State) => ({
    quoteUsdFeed,
    ...viewPerpetualV2(clearingHouse, assets, state),
  }),
});
