import type { AccountState, ReserveState, Snapshot, VenueState } from "../../snapshot/snapshot.js";
import { BPS_ONE, fromUnits, intToBig, type Address } from "../../units.js";

/** Which accounts a liquidator should try, and how: pure, from one snapshot and the prices about to hold. */

/** Base-currency price of one whole unit, by asset. */
export type Prices = ReadonlyMap<Address, number>;

/** One account to try: repay `debt`, seize `collateral`, sell along `path`. */
export interface Candidate {
  readonly account: Address;
  readonly collateral: Address;
  readonly debt: Address;
  readonly maxRepay: bigint;
  /** Base-currency value of `maxRepay`. */
  readonly repayBase: number;
  readonly path: string;
  readonly healthFactor: number;
}

/** Uniswap v3 pools as edges for routing. */
export type Route = (from: Address, to: Address) => string | undefined;

interface Holding {
  readonly reserve: ReserveState;
  readonly units: bigint;
  readonly base: number;
}

/** Health factors up to this are tried: the contract has the last word, after interest of the coming block. */
const TRY_BELOW_HF = 1.0005;

/**
 * List the accounts that are liquidatable at `prices`, largest repayment first (ties by address).
 *
 * An account's largest debt is repaid against its largest collateral that can be sold for it; accounts with nothing that
 * can be sold are left out: no liquidator would touch them.
 */
export function liquidationCandidates(snapshot: Snapshot, prices: Prices, route: Route): Candidate[] {
  const decimals = new Map(snapshot.assets.map(({ asset, decimals: count }) => [asset, count]));
  const found = snapshot.venues.flatMap((venue) => {
    const value = holdings(venue, prices, decimals);
    return venue.accounts.flatMap((account) => candidateOf(venue, account, value, route) ?? []);
  });
  return found.sort((a, b) => b.repayBase - a.repayBase || (a.account < b.account ? -1 : 1));
}

function candidateOf(
  venue: VenueState,
  account: AccountState,
  value: ReturnType<typeof holdings>,
  route: Route,
): Candidate | undefined {
  const collateral = account.collateral.map(value);
  const debt = account.debt.map(value);
  const owed = largest(debt);
  if (owed === undefined) return undefined;
  const weighted = sum(collateral.map(({ base, reserve }) => (base * reserve.liquidationThresholdBps) / BPS_ONE));
  const healthFactor = weighted / sum(debt.map(({ base }) => base));
  if (!(healthFactor < TRY_BELOW_HF)) return undefined;
  const seized = largest(collateral.filter(({ reserve }) => route(reserve.asset, owed.reserve.asset) !== undefined));
  const path = seized === undefined ? undefined : route(seized.reserve.asset, owed.reserve.asset);
  if (seized === undefined || path === undefined) return undefined;
  const shareBps = healthFactor <= fromUnits(venue.fullCloseHfWad, 18) ? BPS_ONE : venue.closeFactorBps;
  return {
    account: account.account,
    collateral: seized.reserve.asset,
    debt: owed.reserve.asset,
    maxRepay: (owed.units * intToBig(shareBps)) / intToBig(BPS_ONE),
    repayBase: (owed.base * shareBps) / BPS_ONE,
    path,
    healthFactor,
  };
}

function holdings(venue: VenueState, prices: Prices, decimals: ReadonlyMap<Address, number>) {
  return ([index, units]: readonly [number, bigint]): Holding => {
    const reserve = venue.reserves[index];
    if (reserve === undefined) throw new RangeError(`account names reserve ${index} of ${venue.reserves.length}`);
    const price = prices.get(reserve.asset) ?? 0;
    return { reserve, units, base: fromUnits(units, decimals.get(reserve.asset) ?? 18) * price };
  };
}

function largest(list: readonly Holding[]): Holding | undefined {
  return list.reduce<Holding | undefined>(
    (best, next) => (best === undefined || next.base > best.base ? next : best),
    undefined,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
