import type { AssetState } from "../snapshot/snapshot.js";
import { fromUnits } from "../units.js";
import { isClaim, lookThrough } from "./look-through.js";
import type { StateFlag, WeightRows } from "./system-state.js";

const WAD_DECIMALS = 18;

/** What the tokens of a snapshot are claims on, in units and in value. */
export interface Backing {
  /** `claims[K*K]`: whole units of k directly behind one unit of j, as far as they count; zero rows are base assets. */
  readonly claims: Float64Array;
  /** `navUsd[K]`: the value of what is behind one unit; a base asset's own price. */
  readonly navUsd: Float64Array;
  /** `unitUsd[K]`: the price as given; where claims are circular at most the value of what is outside of the circle. */
  readonly unitUsd: Float64Array;
  /** `Int32Array[K]`: wrappers between a token and what is underneath, at the most. */
  readonly depth: Int32Array;
  /** Value shares of base assets behind each derived token. */
  readonly shares: WeightRows;
  readonly flags: readonly StateFlag[];
}

/** Resolve the snapshot's look-through with base prices `priceUsd[K]` (NaN where unknown). */
export function backingOf(assets: readonly AssetState[], priceUsd: Float64Array): Backing {
  const size = assets.length;
  const { units, claims, depth, circular } = lookThrough(claimsOf(assets), size);
  const flags: StateFlag[] = [];
  const navUsd = Float64Array.from(priceUsd);
  const unitUsd = Float64Array.from(priceUsd);
  for (let j = 0; j < size; j++) {
    if (assets[j]!.lookThrough.length === 0) continue;
    const nav = navOf(units, priceUsd, j);
    if (Number.isNaN(nav)) {
      claims.fill(0, j * size, (j + 1) * size);
      flag(j, "price-missing", "an asset behind it has no price: valued by itself");
      continue;
    }
    navUsd[j] = nav;
    if (nav > 0 && !circular.includes(j)) continue;
    unitUsd[j] = Number.isNaN(priceUsd[j]!) ? nav : Math.min(priceUsd[j]!, nav);
    if (nav === 0) claims.fill(0, j * size, (j + 1) * size);
    flag(j, "circular-claim", "what is behind it is circular: only what is outside of the circle counts");
  }
  return { claims, navUsd, unitUsd, depth, shares: valueShares(units, claims, priceUsd), flags };

  function flag(j: number, kind: StateFlag["kind"], reason: string): void {
    flags.push({ kind, id: assets[j]!.asset, reason });
  }
}

function claimsOf(assets: readonly AssetState[]): Float64Array {
  const size = assets.length;
  const index = new Map(assets.map((a, k) => [a.asset, k] as const));
  const claims = new Float64Array(size * size);
  assets.forEach((asset, j) => {
    for (const claim of asset.lookThrough) {
      const k = index.get(claim.asset);
      if (k === undefined) continue;
      claims[j * size + k] = claims[j * size + k]! + fromUnits(claim.unitsWad, WAD_DECIMALS);
    }
  });
  return claims;
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

/** True where asset k is a claim on others, by whose prices it moves. */
export function isDerived({ start }: Pick<WeightRows, "start">, k: number): boolean {
  return start[k + 1]! > start[k]!;
}

/** Pack rows of `[asset, weight]` into CSR. */
export function weightRows(size: number, rowOf: (j: number) => readonly (readonly [number, number])[]): WeightRows {
  const rows = Array.from({ length: size }, (_, j) => rowOf(j));
  const start = new Int32Array(size + 1);
  rows.forEach((row, j) => (start[j + 1] = start[j]! + row.length));
  const flat = rows.flat();
  return { start, asset: Int32Array.from(flat, (e) => e[0]), weight: Float64Array.from(flat, (e) => e[1]) };
}
