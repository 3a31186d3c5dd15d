import type { SystemState } from "../graph/system-state.js";
import type { Attribution } from "./attribution.js";
import type { Subject } from "./assessment.js";

/** Which part of the system a subject is: reserves, and venues as a whole where it is one or all of them. */
export interface Scope {
  readonly subject: Subject;
  /** Ascending indices into the state's reserves. */
  readonly reserves: readonly number[];
  /** Venues that belong to it as a whole; null where only reserves do. */
  readonly venues: readonly number[] | null;
  /** Index of the asset where the subject is one. */
  readonly asset: number | null;
}

/** Every subject of a state: system, assets, venues, markets, each in the state's order, which is ascending by address. */
export function scopesOf(state: SystemState): Scope[] {
  const all = state.reserves.map((_, r) => r);
  const where = (test: (r: number) => boolean) => all.filter(test);
  const system: Scope = {
    subject: { kind: "system" },
    reserves: all,
    venues: state.venues.map((_, v) => v),
    asset: null,
  };
  const assets = state.assets.map((asset, k): Scope => {
    const reserves = where((r) => state.reserves[r]!.asset === k);
    return { subject: { kind: "asset", asset: asset.address }, reserves, venues: null, asset: k };
  });
  const venues = state.venues.map((venue, v): Scope => {
    const reserves = where((r) => state.reserves[r]!.venue === v);
    return { subject: { kind: "venue", venue: venue.address }, reserves, venues: [v], asset: null };
  });
  const markets = where(() => true)
    .sort(
      (a, b) =>
        state.reserves[a]!.venue - state.reserves[b]!.venue || state.reserves[a]!.asset - state.reserves[b]!.asset,
    )
    .map((r): Scope => {
      const { venue, asset } = state.reserves[r]!;
      const subject: Subject = {
        kind: "market",
        venue: state.venues[venue]!.address,
        asset: state.assets[asset]!.address,
      };
      return { subject, reserves: [r], venues: null, asset: null };
    });
  return [system, ...assets, ...venues, ...markets];
}

/** The part of an attributed quantity that falls into a scope. */
export function within(scope: Scope, amounts: Attribution): number {
  return scope.venues ? sumAt(amounts.venue, scope.venues) : sumAt(amounts.reserve, scope.reserves);
}

/** Sum of `values` at `indices`, in their order. */
export function sumAt(values: Float64Array, indices: readonly number[]): number {
  let sum = 0;
  for (const index of indices) sum += values[index]!;
  return sum;
}
