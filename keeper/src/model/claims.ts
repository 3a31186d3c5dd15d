import type { Book } from "./book.js";
import { clearingNetwork, type ClearingNetwork } from "./clearing/clearing-network.js";
import {
  clearGreatest,
  clearLeast,
  createClearing,
  isUnique,
  type Clearing,
  type Recovery,
} from "./clearing/clearing.js";
import { sparseOfEntries } from "./clearing/sparse.js";

/**
 * Who issues claims that others hold as assets: a reserve its receipt tokens, a vault its shares, a stable itself.
 *
 * **Units.** USD at t0.
 */
export interface Issuer {
  /** The token, an index into `SystemState.assets`; -1 where nobody holds it as collateral. */
  readonly asset: number;
  /** The reserve whose bad debt it bears, an index into `SystemState.reserves`; -1 where it bears none. */
  readonly reserve: number;
  /** The asset in whose units it owes: its price moves the face. A vault owes in units of itself. */
  readonly owes: number;
  readonly faceUsd: number;
  /** What it owns besides claims on other issuers, by asset. */
  readonly outside: readonly Holding[];
  /** Claims on other issuers, by issuer. */
  readonly claims: readonly Holding[];
}

export interface Holding {
  readonly of: number;
  readonly usd: number;
}

/** The claims layer of a system: prepared once, cleared for any losses. */
export interface ClaimsLayer {
  readonly issuers: readonly Issuer[];
  /** What reaches creditors of an issuer that fails: all of it where winding up costs nothing. */
  readonly recovery: Recovery;
}

/** What became of claims. `Float64Array[issuers]` each; a haircut is the share of a claim that is not paid. */
export interface ClearedClaims {
  /** Where everybody pays who can: the greatest solution. */
  readonly bestHaircutFrac: Float64Array;
  /** Where only outside assets back anything: the least solution. Scores use it. */
  readonly haircutFrac: Float64Array;
  /** False where the two differ: claims that only back each other. */
  readonly unique: boolean;
  readonly converged: boolean;
}

/** Two solutions that are closer than this share of a face are one. */
const SAME_FRAC = 1e-9;

/**
 * Clear claims at prices `price[K]` (multiples of t0, before any haircut) after `lossUsd[issuers]`, at the same prices, of
 * each issuer's outside assets.
 *
 * An issuer pays `min(face, outside assets - loss + what others pay it)`, every holder of its claims the same share. It has
 * no more to lose than it owns. Who cannot pay in full pays what `layer.recovery` leaves of its assets.
 *
 * **Throws** `RangeError` for amounts that are not finite or below 0, and where claims on an issuer exceed its face.
 * **Source.** MODEL 5.6; Eisenberg and Noe 2001, Rogers and Veraart 2013.
 */
export function clearClaims(layer: ClaimsLayer, price: Float64Array, lossUsd: Float64Array): ClearedClaims {
  const { network, externalUsd } = valueLayer(layer, price, lossUsd);
  const terms = { externalUsd, recovery: layer.recovery };
  const greatest = createClearing(network);
  const least = createClearing(network);
  clearGreatest(network, terms, greatest);
  clearLeast(network, terms, least);
  return {
    bestHaircutFrac: haircuts(network, greatest),
    haircutFrac: haircuts(network, least),
    unique: isUnique(network, [greatest, least], SAME_FRAC),
    converged: greatest.converged && least.converged,
  };
}

/** The network at current prices: a claim is worth what it was, times the price of what it is owed in. */
function valueLayer(
  { issuers }: ClaimsLayer,
  price: Float64Array,
  lossUsd: Float64Array,
): { network: ClearingNetwork; externalUsd: Float64Array } {
  if (lossUsd.length !== issuers.length) {
    throw new RangeError(`saw losses of ${lossUsd.length} issuers, expected ${issuers.length}: one per issuer`);
  }
  const faceUsd = Float64Array.from(issuers, ({ faceUsd: usd, owes }) => usd * price[owes]!);
  const owed = { row: [] as number[], column: [] as number[], value: [] as number[] };
  const elsewhereUsd = Float64Array.from(faceUsd);
  issuers.forEach(({ claims }, holder) => {
    for (const { of, usd } of claims) {
      const value = usd * price[issuers[of]!.owes]!;
      owed.row.push(of);
      owed.column.push(holder);
      owed.value.push(value);
      elsewhereUsd[of] = elsewhereUsd[of]! - value;
    }
  });
  elsewhereUsd.forEach((usd, m) => {
    if (usd < -SAME_FRAC * faceUsd[m]!) {
      throw new RangeError(`issuers hold ${faceUsd[m]! - usd} USD of claims on issuer ${m}, expected at most its face`);
    }
  });
  const externalUsd = Float64Array.from(issuers, ({ outside }, m) =>
    Math.max(0, outside.reduce((sum, { of, usd }) => sum + usd * price[of]!, 0) - lossUsd[m]!),
  );
  const network = clearingNetwork(
    sparseOfEntries(issuers.length, owed),
    elsewhereUsd.map((usd) => Math.max(0, usd)),
  );
  return { network, externalUsd };
}

function haircuts({ faceUsd }: ClearingNetwork, { paidUsd }: Clearing): Float64Array {
  return faceUsd.map((face, m) => (face > 0 ? Math.max(0, 1 - paidUsd[m]! / face) : 0));
}

/** What a venue's bad debt does to its suppliers. USD at current prices. */
export interface SupplierLosses {
  /** `Float64Array[R]`: bad debt by reserve of the debt. */
  readonly badDebtUsd: Float64Array;
  /** `Float64Array[R]`: what insurance leaves of it to suppliers. */
  readonly lossUsd: Float64Array;
  /** `Float64Array[V]`: what insurance pays. */
  readonly insurancePaidUsd: Float64Array;
}

/**
 * Bad debt by reserve, net of each venue's insurance, which pays all reserves of a venue the same share.
 *
 * `writtenOffFrac[M]`: share of a debtor's debt at t0 that was written off: units, so that the loss moves with the price of
 * the debt. **Source.** MODEL 5.6: `BD_vk - I_v`.
 */
export function supplierLosses(
  { order, state: { debt, venues, reserves } }: Book,
  writtenOffFrac: Float64Array,
  price: Float64Array,
  insuranceUsd: Float64Array,
): SupplierLosses {
  const badDebtUsd = new Float64Array(reserves.length);
  for (let rank = 0; rank < order.length; rank++) {
    if (writtenOffFrac[rank] === 0) continue;
    const i = order[rank]!;
    for (let e = debt.start[i]!; e < debt.start[i + 1]!; e++) {
      const usd = debt.usd[e]! * writtenOffFrac[rank]! * price[debt.asset[e]!]!;
      badDebtUsd[debt.reserve[e]!] = badDebtUsd[debt.reserve[e]!]! + usd;
    }
  }
  const total = new Float64Array(venues.length);
  reserves.forEach(({ venue }, r) => (total[venue] = total[venue]! + badDebtUsd[r]!));
  const insurancePaidUsd = total.map((usd, v) => Math.min(usd, insuranceUsd[v]!));
  const lossUsd = badDebtUsd.map((usd, r) => {
    const { venue } = reserves[r]!;
    return usd > 0 ? usd * (1 - insurancePaidUsd[venue]! / total[venue]!) : 0;
  });
  return { badDebtUsd, lossUsd, insurancePaidUsd };
}
