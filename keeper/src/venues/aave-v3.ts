import { z } from "zod";
import { sourceKind } from "../chain/source-kind.js";
import { readAccounts } from "./aave-accounts.js";
import { readReserves } from "./aave-reserves.js";
import { AAVE_SOURCE, aaveVenue } from "./aave-venue.js";
import { viewAave } from "./aave-view.js";
import type { AaveState } from "./aave-view.js";
import { followAccounts } from "./follow-accounts.js";

const schema = z.strictObject({ kind: z.literal("aave-v3"), ...AAVE_SOURCE });
const READS = { reserves: readReserves, accounts: readAccounts };

/** Aave v3.0 to v3.6 and forks with the same getters, Spark among them. */
export const aaveV3 = sourceKind({
  schema,
  addressOf: ({ pool }) => pool,
  feedsOf: ({ baseUsdFeed }) => (baseUsdFeed === undefined ? [] : [baseUsdFeed]),
  follow: (chain, source, { resilienceWindowSec }) =>
    followAccounts(chain, aaveVenue(source, READS), resilienceWindowSec),
  view: ({ pool, baseUsdFeed }, state: AaveState) => ({ baseUsdFeed, ...viewAave(pool, state) }),
});
