import { isDerived, type Backing } from "../graph/backing.js";
import type { SystemState } from "../graph/system-state.js";
import type { Scope } from "./scope.js";
import { grossMultiples } from "./velocity.js";

/**
 * Gross claims per unit of underlying that one token stands for: 1 for a base asset, 2 for a plain staking token (itself
 * and what backs it), more for wrappers of wrappers. `Float64Array[K]`.
 *
 * **Source.** MODEL 0: `1'(I-a')^-1 c` over its base part, `a_jk = A_jk p_k / p_j`; with the value of every token equal
 * to the value behind it, the base part of `c` is its own total.
 */
export function claimMultiples(state: SystemState, backing: Backing): Float64Array {
  const size = state.assets.length;
  const shares = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    for (let k = 0; k < size; k++) {
      const units = backing.claims[j * size + k]!;
      if (units > 0) shares[j * size + k] = (units * backing.navUsd[k]!) / backing.navUsd[j]!;
    }
  }
  const multiples = grossMultiples(shares, size);
  if (multiples === null)
    throw new RangeError("claims do not resolve: expected look-through to have rejected circular ones");
  return multiples;
}

/**
 * Rehypothecation of a scope: USD supplied to its reserves with every claim counted, over what is underneath; 1 where
 * nothing is supplied. For a base asset, everything that rests on it counts, in proportion.
 */
export function rehypothecationX(state: SystemState, multiples: Float64Array, scope: Scope): number {
  const base = scope.asset !== null && !isDerived(state.backing, scope.asset);
  if (scope.asset !== null && !base) return multiples[scope.asset]!;
  const reserves = base ? state.reserves : scope.reserves.map((r) => state.reserves[r]!);
  let gross = 0;
  let underlying = 0;
  for (const { asset, suppliedUsd } of reserves) {
    const usd = suppliedUsd * (base ? shareOf(state, asset, scope.asset) : 1);
    gross += usd * multiples[asset]!;
    underlying += usd;
  }
  return underlying > 0 ? gross / underlying : 1;
}

/** Value share of base asset `base` in token `j`. */
function shareOf(state: SystemState, j: number, base: number): number {
  const { start, asset, weight } = state.backing;
  if (!isDerived(state.backing, j)) return j === base ? 1 : 0;
  for (let e = start[j]!; e < start[j + 1]!; e++) if (asset[e] === base) return weight[e]!;
  return 0;
}
