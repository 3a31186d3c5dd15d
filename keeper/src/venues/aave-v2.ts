import { z } from "zod";
import { sourceKind } from "../chain/source-kind.js";
import { readAccountsV2 } from "./aave-accounts.js";
import { readReservesV2 } from "./aave-reserves.js";
import { AAVE_SOURCE, aaveVenue } from "./aave-venue.js";
import { viewAave } from "./aave-view.js";
import type { AaveState } from "./aave-view.js";
import { followAccounts } from "./follow-accounts.js";

const schema = z.strictObject({ kind: z.literal("aave-v2"), ...AAVE_SOURCE });
const READS = { reserves: readReservesV2, accounts: readAccountsV2 };

/** Aave v2 and its forks with the same getters. */
export const aaveV2 = sourceKind({
  schema,
  addressOf: ({ pool }) => pool,
  feedsOf: ({ baseUsdFeed }) => (baseUsdFeed === undefined ? [] : [baseUsdFeed]),
  follow: (chain, source, { resilienceWindowSec }) =>
    followAccounts(chain, aaveVenue(source, READS), resilienceWindowSec),
  view: ({ pool, baseUsdFeed }, state: AaveState) => ({ baseUsdFeed, ...viewAave(pool, state) }),
});
