import { z } from "zod";
import { canonicalJson } from "./canonical.js";
import { perpVenueState, requirePerpOrder } from "./parse-perps.js";
import { poolState } from "./parse-pools.js";
import { nameOfPool } from "./pool-state.js";
import { SnapshotMalformed, address, amount, ascending, bps, count, hash, order, positive } from "./scalars.js";
import { VENUE_KINDS } from "./snapshot.js";
import type { Snapshot } from "./snapshot.js";

export { SnapshotMalformed };

const position = z.tuple([count, positive]).readonly();
const market = z.exactOptional(z.string().min(1));
const accountState = z.strictObject({
  market,
  account: address,
  eMode: z.exactOptional(count),
  collateral: z.array(position),
  debt: z.array(position),
});

const reserveState = z.strictObject({
  market,
  asset: address,
  priceBase: amount,
  ltvBps: bps,
  liquidationThresholdBps: bps,
  liquidationBonusBps: bps,
  active: z.boolean(),
  frozen: z.boolean(),
  paused: z.boolean(),
  borrowingEnabled: z.boolean(),
  suppliedUnits: amount,
  debtUnits: amount,
  eMode: z.exactOptional(count),
});

const eModeState = z.strictObject({
  id: count,
  ltvBps: bps,
  liquidationThresholdBps: bps,
  liquidationBonusBps: bps,
  priceBase: z.exactOptional(amount),
  collateral: z.exactOptional(z.array(count)),
  borrowable: z.exactOptional(z.array(count)),
});

const venueState = z.strictObject({
  venue: address,
  kind: z.enum(VENUE_KINDS),
  baseUnit: positive,
  baseUsdE8: positive,
  closeFactorBps: bps,
  fullCloseHfWad: amount,
  fullCloseBase: z.exactOptional(positive),
  reserves: z.array(reserveState),
  eModes: z.exactOptional(z.array(eModeState)),
  accounts: z.array(accountState),
  totalDebtBase: amount,
});

const assetState = z.strictObject({
  asset: address,
  symbol: z.string(),
  decimals: count.max(255),
  lookThrough: z.array(z.strictObject({ asset: address, unitsWad: positive })),
});

const feedState = z.strictObject({
  feed: address,
  description: z.string(),
  decimals: count.max(255),
  answer: positive,
  updatedAt: count,
});

const forcedSale = z.strictObject({
  block: count,
  logIndex: count,
  timestamp: count,
  venue: address,
  account: address,
  collateralAsset: address,
  collateralUnits: amount,
  debtAsset: address,
  debtUnits: amount,
});

const exclusion = z.strictObject({
  scope: z.enum(["venue", "reserve", "account", "pool", "perp-venue", "perp-market", "feed", "asset"]),
  id: z.string(),
  reason: z.string(),
});

const schema = z.strictObject({
  schema: z.literal("bulkhead/snapshot/1"),
  chainId: count,
  block: z.strictObject({ number: count, hash, timestamp: count }),
  assets: z.array(assetState),
  feeds: z.array(feedState),
  venues: z.array(venueState),
  pools: z.array(poolState),
  perps: z.exactOptional(z.array(perpVenueState).min(1)),
  forcedSales: z.array(forcedSale),
  exclusions: z.array(exclusion),
});

/**
 * Read a snapshot from its canonical text; {@link canonicalJson} of the result is that text again.
 *
 * **Throws** {@link SnapshotMalformed}: not JSON, a field missing or wrong, arrays out of order, not canonical.
 */
export function parseSnapshot(text: string): Snapshot {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SnapshotMalformed(`${text.length} characters that are not JSON`, "a complete JSON text", cause);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "its top" : issue.path.join(".");
    throw new SnapshotMalformed(`a wrong value at ${where}`, issue?.message ?? "a snapshot");
  }
  const snapshot: Snapshot = parsed.data;
  requireOrder(snapshot);
  if (canonicalJson(snapshot) !== text) {
    throw new SnapshotMalformed("a text that is not canonical", "sorted keys and no whitespace");
  }
  return snapshot;
}

/** Arrays are sorted as {@link Snapshot} says, without repetition, and indices point at something. */
function requireOrder(snapshot: Snapshot): void {
  const { assets, feeds, venues, pools, perps, forcedSales, exclusions } = snapshot;
  ascending("assets", assets, (a, b) => order(a.asset, b.asset));
  ascending("feeds", feeds, (a, b) => order(a.feed, b.feed));
  ascending("venues", venues, (a, b) => order(a.venue, b.venue));
  ascending("pools", pools, (a, b) => order(nameOfPool(a), nameOfPool(b)));
  ascending("forcedSales", forcedSales, (a, b) => order(a.block, b.block) || order(a.logIndex, b.logIndex));
  ascending("exclusions", exclusions, (a, b) => order(a.scope, b.scope) || order(a.id, b.id));
  for (const { asset, lookThrough } of assets) {
    ascending(`lookThrough of ${asset}`, lookThrough, (a, b) => order(a.asset, b.asset));
  }
  requirePerpOrder(perps ?? []);
  for (const pool of pools) {
    if ("ticks" in pool) ascending(`ticks of ${nameOfPool(pool)}`, pool.ticks, (a, b) => order(a[0], b[0]));
  }
  for (const { venue, reserves, accounts, eModes } of venues) {
    ascending(`reserves of ${venue}`, reserves, (a, b) => byMarket(a, b) || order(a.asset, b.asset));
    ascending(`accounts of ${venue}`, accounts, (a, b) => byMarket(a, b) || order(a.account, b.account));
    ascending(`eModes of ${venue}`, eModes ?? [], (a, b) => order(a.id, b.id));
    for (const { id, collateral, borrowable } of eModes ?? []) {
      for (const list of [collateral ?? [], borrowable ?? []]) {
        ascending(`reserves of e-mode ${id}`, list, order);
        const last = list.at(-1) ?? -1;
        if (last >= reserves.length)
          throw new SnapshotMalformed(`reserve ${last} of e-mode ${id}`, "one of the venue's");
      }
    }
    for (const { market, account, collateral, debt } of accounts) {
      for (const positions of [collateral, debt]) {
        ascending(`positions of ${account}`, positions, (a, b) => order(a[0], b[0]));
        const last = positions.at(-1)?.[0] ?? 0;
        if (last >= reserves.length) throw new SnapshotMalformed(`reserve ${last} of ${account}`, "one of the venue's");
        // Liquity's owners have several troves in a market: each is a market of its own below that.
        const foreign = positions.find(([reserve]) => !`${market}/`.startsWith(`${reserves[reserve]!.market}/`));
        if (foreign) throw new SnapshotMalformed(`reserve ${foreign[0]} of ${account}`, "one of the account's market");
      }
    }
  }
}

function byMarket(a: { readonly market?: string }, b: { readonly market?: string }): number {
  return order(a.market ?? "", b.market ?? "");
}
