import type { Positions, SystemState } from "../graph/system-state.js";
import type { Book } from "./book.js";
import { expectedShortfall } from "./tail-risk.js";

/**
 * The state with all accounts of an owner in one margin pool: thresholds and bonuses stay those of each holding, close
 * factor and dust rules are those of the venue where the owner owes most. Account o of the result is owner o.
 *
 * **Source.** MODEL 7.4.
 */
export function poolOwners(state: SystemState): SystemState {
  const members = accountsOf(state);
  const collateral = regroup(state.collateral, members);
  return {
    ...state,
    accountVenue: Int32Array.from(members, (accounts) => state.accountVenue[mostIndebted(state, accounts)]!),
    accountOwner: Int32Array.from(members, (_, o) => o),
    collateral: collateral.positions,
    collateralLt: Float64Array.from(collateral.source, (e) => state.collateralLt[e]!),
    collateralBonus: Float64Array.from(collateral.source, (e) => state.collateralBonus[e]!),
    debt: regroup(state.debt, members).positions,
  };
}

/**
 * Value of unified collateral: ES99 of bad debt with separate accounts less ES99 with {@link poolOwners}, both from the
 * engine over the same scenarios. Can be negative: a pool also lets one venue's forced sales start elsewhere.
 *
 * **Shapes.** `Float64Array[S]` USD each, row by row the same scenario. **Source.** MODEL 7.4.
 */
export function unifiedValueUsd(separateUsd: Float64Array, pooledUsd: Float64Array): number {
  return expectedShortfall(separateUsd, 0.99) - expectedShortfall(pooledUsd, 0.99);
}

/** One owner after a shock, with separate accounts and with one margin pool. */
export interface OwnerMargin {
  readonly owner: number;
  readonly accounts: number;
  readonly debtUsd: number;
  /** The lowest of its accounts' health factors, and that of the pool; Infinity without debt. */
  readonly separateHf: number;
  readonly pooledHf: number;
  /** Debt that collateral does not cover: summed over accounts, and of the pool. Never more in the pool. */
  readonly separateShortfallUsd: number;
  readonly pooledShortfallUsd: number;
}

/**
 * Owners with debt and more than one account at prices `price[K]` (relative to t0), lowest separate health factor first,
 * ties by owner.
 */
export function nettingReport(book: Book, price: Float64Array): OwnerMargin[] {
  const { state } = book;
  return accountsOf(state)
    .map((accounts, owner) => ownerMargin(state, owner, accounts, price))
    .filter(({ accounts, debtUsd }) => accounts > 1 && debtUsd > 0)
    .sort((a, b) => a.separateHf - b.separateHf || a.owner - b.owner);
}

function ownerMargin(state: SystemState, owner: number, accounts: readonly number[], price: Float64Array): OwnerMargin {
  const pool = { held: 0, limit: 0, owed: 0 };
  let separateHf = Infinity;
  let separateShortfallUsd = 0;
  for (const i of accounts) {
    const { held, limit, owed } = valuesAt(state, i, price);
    pool.held += held;
    pool.limit += limit;
    pool.owed += owed;
    if (owed > 0) separateHf = Math.min(separateHf, limit / owed);
    separateShortfallUsd += Math.max(0, owed - held);
  }
  return {
    owner,
    accounts: accounts.length,
    debtUsd: pool.owed,
    separateHf,
    pooledHf: pool.owed > 0 ? pool.limit / pool.owed : Infinity,
    separateShortfallUsd,
    pooledShortfallUsd: Math.max(0, pool.owed - pool.held),
  };
}

function valuesAt(
  { collateral, collateralLt, debt }: SystemState,
  i: number,
  price: Float64Array,
): { held: number; limit: number; owed: number } {
  let held = 0;
  let limit = 0;
  let owed = 0;
  for (let e = collateral.start[i]!; e < collateral.start[i + 1]!; e++) {
    const usd = collateral.usd[e]! * price[collateral.asset[e]!]!;
    held += usd;
    limit += collateralLt[e]! * usd;
  }
  for (let e = debt.start[i]!; e < debt.start[i + 1]!; e++) owed += debt.usd[e]! * price[debt.asset[e]!]!;
  return { held, limit, owed };
}

/** Accounts of every owner, ascending. */
function accountsOf({ accountOwner, owners }: SystemState): number[][] {
  const members: number[][] = owners.map(() => []);
  accountOwner.forEach((owner, i) => members[owner]!.push(i));
  return members;
}

function mostIndebted({ debt }: SystemState, accounts: readonly number[]): number {
  const owed = accounts.map((i) => {
    let usd = 0;
    for (let e = debt.start[i]!; e < debt.start[i + 1]!; e++) usd += debt.usd[e]!;
    return usd;
  });
  return accounts[owed.indexOf(Math.max(...owed))]!;
}

/** The rows of each group one after the other, and the entry that each came from. */
function regroup(
  positions: Positions,
  groups: readonly (readonly number[])[],
): { positions: Positions; source: Int32Array } {
  const start = new Int32Array(groups.length + 1);
  const entries: number[] = [];
  groups.forEach((accounts, g) => {
    for (const i of accounts) for (let e = positions.start[i]!; e < positions.start[i + 1]!; e++) entries.push(e);
    start[g + 1] = entries.length;
  });
  const { asset, reserve, usd, saleUsd } = positions;
  return {
    source: Int32Array.from(entries),
    positions: {
      start,
      asset: Int32Array.from(entries, (e) => asset[e]!),
      reserve: Int32Array.from(entries, (e) => reserve[e]!),
      usd: Float64Array.from(entries, (e) => usd[e]!),
      saleUsd: Float64Array.from(entries, (e) => saleUsd[e]!),
    },
  };
}
