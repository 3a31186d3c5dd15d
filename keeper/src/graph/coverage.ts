import type { Exclusion, Snapshot, VenueState } from "../snapshot/snapshot.js";
import { fromUnits, type Address } from "../units.js";
import type { SystemState } from "./system-state.js";

const USD_E8 = 8;

/** USD per smallest step of a venue's base currency. */
export function usdPerBaseStep(venue: VenueState): number {
  return fromUnits(venue.baseUsdE8, USD_E8) / fromUnits(venue.baseUnit, 0);
}

/**
 * Share of a venue's own debt total that its accounts add up to, at most 1; 1 where it has no debt. Debt counts as read only as
 * far as it is known what stands behind it: see {@link knownSupply}.
 */
export function venueCoverage(
  venue: VenueState,
  { assets, exclusions }: Pick<Snapshot, "assets" | "exclusions">,
): number {
  const total = fromUnits(venue.totalDebtBase, 0);
  if (!(total > 0)) return 1;
  const decimals = new Map(assets.map((a) => [a.asset, a.decimals] as const));
  const units = venue.reserves.map(() => 0n);
  for (const account of venue.accounts) for (const [r, owed] of account.debt) units[r] = units[r]! + owed;
  let read = 0;
  venue.reserves.forEach((reserve, r) => {
    read += fromUnits(units[r]! * reserve.priceBase, decimals.get(reserve.asset) ?? 0);
  });
  return Math.min(1, read / total) * knownSupply(venue, decimals, unclearAssets(exclusions));
}

/** Assets of which the snapshot says that it is not known what they are, or what they are claims on. */
function unclearAssets(exclusions: readonly Exclusion[]): ReadonlySet<string> {
  return new Set(exclusions.filter(({ scope }) => scope === "asset").map(({ id }) => id));
}

/** Share of what is supplied to a venue, by value, that is of assets that are understood; 1 where nothing is supplied. */
function knownSupply(
  { reserves }: VenueState,
  decimals: ReadonlyMap<Address, number>,
  unclear: ReadonlySet<string>,
): number {
  if (unclear.size === 0) return 1;
  let known = 0;
  let all = 0;
  for (const { asset, suppliedUnits, priceBase } of reserves) {
    const worth = fromUnits(suppliedUnits * priceBase, decimals.get(asset) ?? 0);
    all += worth;
    if (!unclear.has(asset)) known += worth;
  }
  return all > 0 ? known / all : 1;
}

/**
 * Share of all known debt that was read. Venues outside of `used` count as unread; a venue that is excluded altogether
 * owes an unknown amount and counts as the mean of the others.
 */
export function systemCoverage(snapshot: Snapshot, used: readonly VenueState[]): number {
  let read = 0;
  let known = 0;
  for (const venue of snapshot.venues) {
    const usd = fromUnits(venue.totalDebtBase, 0) * usdPerBaseStep(venue);
    known += usd;
    if (used.includes(venue)) read += usd * venueCoverage(venue, snapshot);
  }
  const share = known > 0 ? read / known : 1;
  const unread = snapshot.exclusions.filter((e) => e.scope === "venue").length;
  return share * (snapshot.venues.length / Math.max(1, snapshot.venues.length + unread));
}

/**
 * Share of what is supplied of each asset that lies in venues that count, by the coverage of each; 1 where nobody supplies
 * it. An asset whose only venue was left out has no reserve, and would look like one that nobody borrows against.
 * `Float64Array[K]`.
 */
export function assetCoverage(
  snapshot: Snapshot,
  { assets, venues }: Pick<SystemState, "assets" | "venues">,
): Float64Array {
  const shareOf = new Map(venues.map(({ address, coverageFrac }) => [address, coverageFrac] as const));
  const index = new Map(assets.map(({ address }, k) => [address, k] as const));
  const read = new Float64Array(assets.length);
  const known = new Float64Array(assets.length);
  for (const { venue, reserves } of snapshot.venues) {
    for (const { asset, suppliedUnits } of reserves) {
      const k = index.get(asset);
      if (k === undefined) continue;
      const units = fromUnits(suppliedUnits, 0);
      known[k] = known[k]! + units;
      read[k] = read[k]! + units * (shareOf.get(venue) ?? 0);
    }
  }
  return read.map((units, k) => (known[k]! > 0 ? units / known[k]! : 1));
}
