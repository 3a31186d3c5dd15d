import { z } from "zod";
import { PERP_KINDS } from "./perps.js";
import type { PerpVenueState } from "./perps.js";
import { SnapshotMalformed, address, amount, ascending, count, integer, order, positive } from "./scalars.js";

const marketState = z.strictObject({
  market: address,
  symbol: z.string(),
  asset: z.exactOptional(address),
  open: z.boolean(),
  indexPriceWad: amount,
  markPriceWad: positive,
  initialMarginWad: amount,
  maintenanceMarginWad: amount,
  liquidationPenaltyWad: amount,
  fundingRateWad: integer,
  longWad: amount,
  shortWad: amount,
});

const accountState = z.strictObject({
  market: z.exactOptional(address),
  account: address,
  collateralWad: integer,
  requirementWad: amount,
  positions: z.array(z.tuple([count, integer, integer, integer]).readonly()).min(1),
});

/** One perpetual venue of a snapshot. */
export const perpVenueState = z.strictObject({
  venue: address,
  kind: z.enum(PERP_KINDS),
  collateralAsset: address,
  quoteUsdE8: positive,
  insuranceFundWad: z.exactOptional(integer),
  markets: z.array(marketState),
  accounts: z.array(accountState),
});

/** **Throws** {@link SnapshotMalformed} where arrays are out of order or a position is in none of the venue's markets. */
export function requirePerpOrder(perps: readonly PerpVenueState[]): void {
  ascending("perps", perps, (a, b) => order(a.venue, b.venue));
  for (const { venue, markets, accounts } of perps) {
    ascending(`markets of ${venue}`, markets, (a, b) => order(a.market, b.market));
    ascending(
      `accounts of ${venue}`,
      accounts,
      (a, b) => order(a.market ?? "", b.market ?? "") || order(a.account, b.account),
    );
    for (const { account, positions } of accounts) {
      ascending(`positions of ${account}`, positions, (a, b) => order(a[0], b[0]));
      const last = positions.at(-1)?.[0] ?? 0;
      if (last >= markets.length) throw new SnapshotMalformed(`market ${last} of ${account}`, "one of the venue's");
    }
  }
}
