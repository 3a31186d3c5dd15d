import type { AssetState } from "../snapshot/snapshot.js";
import { fromUnits } from "../units.js";
import { isClaim, lookThrough } from "./look-through.js";
import type { StateFlag, WeightRows } from "./system-state.js";

const WAD_DECIMALS = 18;

/** What the tokens of a snapshot are claims on, in units and in value. */
export interface Backing {
  /** `claims[K*K]`: whole units of k directly behind one unit of j; zero rows are base assets. */
  readonly claims: Float64Array;
  /** `navUsd[K]`: the value of what is behind one unit; a base asset's own price. */
  readonly navUsd: Float64Array;
  /** Value shares of base assets behind each derived token. */
  readonly shares: WeightRows;
  readonly flags: readonly StateFlag[];
}

/** Resolve the snapshot's look-through with base prices `priceUsd[K]` (NaN where unknown). */
export function backingOf(assets: readonly AssetState[], priceUsd: Float64Array): Backing {
  const size = assets.length;
  const index = new Map(assets.map((a, k) => [a.asset, k] as const));
  const claims = new Float64Array(size * size);
  const flags: StateFlag[] = [];
  assets.forEach((asset, j) => {
    for (const claim of asset.lookThrough) {
      const k = index.get(claim.asset);
      if (k === undefined) continue;
      claims[j * size + k] = claims[j * size + k]! + fromUnits(claim.unitsWad, WAD_DECIMALS);
    }
  });
  const { units, rejected } = lookThrough(claims, size);
  for (const j of rejected) drop(j, "circular-claim", "its claims lead back to itself and do not resolve");
  const navUsd = Float64Array.from(priceUsd);
  for (let j = 0; j < size; j++) {
    if (!isClaim(claims, size, j)) continue;
    navUsd[j] = navOf(units, priceUsd, j);
    if (!(navUsd[j]! > 0)) drop(j, "price-missing", "an asset behind it has no price: valued by itself");
  }
  return { claims, navUsd, shares: valueShares(units, claims, priceUsd), flags };

  function drop(j: number, kind: StateFlag["kind"], reason: string): void {
    claims.fill(0, j * size, (j + 1) * size);
    navUsd[j] = priceUsd[j]!;
    flags.push({ kind, id: assets[j]!.asset, reason });
  }
}

function navOf(units: Float64Array, priceUsd: Float64Array, j: number): number {
  const size = priceUsd.length;
  let nav = 0;
  for (let k = 0; k < size; k++) {
    const held = units[j * size + k]!;
    if (held > 0) nav += held * priceUsd[k]!;
  }
  return nav;
}

/** Base units valued and scaled so that each derived row sums to 1. */
function valueShares(units: Float64Array, claims: Float64Array, priceUsd: Float64Array): WeightRows {
  const size = priceUsd.length;
  return weightRows(size, (j) => {
    if (!isClaim(claims, size, j)) return [];
    const nav = navOf(units, priceUsd, j);
    const row: [number, number][] = [];
    for (let k = 0; k < size; k++) {
      const held = units[j * size + k]!;
      if (held > 0) row.push([k, (held * priceUsd[k]!) / nav]);
    }
    return row;
  });
}

/** Pack rows of `[asset, weight]` into CSR. */
export function weightRows(size: number, rowOf: (j: number) => readonly (readonly [number, number])[]): WeightRows {
  const rows = Array.from({ length: size }, (_, j) => rowOf(j));
  const start = new Int32Array(size + 1);
  rows.forEach((row, j) => (start[j + 1] = start[j]! + row.length));
  const flat = rows.flat();
  return { start, asset: Int32Array.from(flat, (e) => e[0]), weight: Float64Array.from(flat, (e) => e[1]) };
}
