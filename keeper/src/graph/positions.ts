import type { AccountState, AssetState, EModeState, VenueState } from "../snapshot/snapshot.js";
import { BPS_ONE, fromUnits, type Address } from "../units.js";
import type { AssetView, Positions, ReserveView, SystemState } from "./system-state.js";

type Packed = Pick<
  SystemState,
  "accountVenue" | "accountOwner" | "owners" | "collateral" | "debt" | "collateralLt" | "collateralBonus"
>;

interface Entry {
  readonly asset: number;
  readonly reserve: number;
  readonly usd: number;
  readonly saleUsd: number;
  readonly thresholdFrac: number;
  readonly bonusFrac: number;
}

/** What one venue's positions are valued with. */
export interface PositionContext {
  readonly assets: readonly AssetState[];
  readonly views: readonly AssetView[];
  /** Reserves of all venues, venue by venue. */
  readonly reserves: readonly ReserveView[];
}

/** Flatten the accounts of all venues, in their order, into CSR. Collateral without a liquidation threshold backs nothing. */
export function packPositions(venues: readonly VenueState[], context: PositionContext): Packed {
  const collateral: Entry[][] = [];
  const debt: Entry[][] = [];
  const accountVenue: number[] = [];
  let firstReserve = 0;
  venues.forEach((venue, v) => {
    for (const account of venue.accounts) {
      const entry = entryOf(context, venue, account, firstReserve);
      accountVenue.push(v);
      collateral.push(account.collateral.map(entry).filter(({ thresholdFrac }) => thresholdFrac > 0));
      debt.push(account.debt.map(entry));
    }
    firstReserve += venue.reserves.length;
  });
  return {
    accountVenue: Int32Array.from(accountVenue),
    ...ownersOf(venues.flatMap((venue) => venue.accounts.map(({ account }) => account))),
    collateral: positions(collateral),
    debt: positions(debt),
    collateralLt: Float64Array.from(collateral.flat(), (e) => e.thresholdFrac),
    collateralBonus: Float64Array.from(collateral.flat(), (e) => e.bonusFrac),
  };
}

/** Number the distinct owners of accounts in ascending order of address. */
function ownersOf(accounts: readonly Address[]): Pick<SystemState, "accountOwner" | "owners"> {
  const owners = [...new Set(accounts)].sort();
  const index = new Map(owners.map((owner, o) => [owner, o] as const));
  return { accountOwner: Int32Array.from(accounts, (account) => index.get(account)!), owners };
}

/**
 * Values one amount on the account's terms: those of its e-mode category where the reserve is in the same one, the
 * reserve's own otherwise. **Source.** GenericLogic.calculateUserAccountData, LiquidationLogic of Aave v3.0 and v3.6.
 */
function entryOf(context: PositionContext, venue: VenueState, account: AccountState, firstReserve: number) {
  const category = venue.eModes?.find(({ id }) => id === account.eMode);
  return ([r, units]: readonly [number, bigint]): Entry => {
    const reserve = firstReserve + r;
    const { asset, priceUsd, liquidationThresholdFrac, bonusFrac } = context.reserves[reserve]!;
    const amount = fromUnits(units, context.assets[asset]!.decimals);
    const eMode = category !== undefined && isInEMode(venue, r, category) ? category : undefined;
    return {
      asset,
      reserve,
      usd: amount * (eMode === undefined ? priceUsd : priceUsd * eModePriceRatio(venue, r, eMode)),
      saleUsd: amount * context.views[asset]!.marketUsd,
      thresholdFrac: eMode === undefined ? liquidationThresholdFrac : eMode.liquidationThresholdBps / BPS_ONE,
      bonusFrac: eMode === undefined ? bonusFrac : eMode.liquidationBonusBps / BPS_ONE,
    };
  };
}

/** Whether collateral in reserve `r` is on the category's terms. */
export function isInEMode({ reserves }: VenueState, r: number, { id, collateral }: EModeState): boolean {
  return collateral === undefined ? reserves[r]!.eMode === id : collateral.includes(r);
}

/** The category's own price over the reserve's; 1 where it has none. */
function eModePriceRatio(venue: VenueState, r: number, { priceBase }: EModeState): number {
  const own = venue.reserves[r]!.priceBase;
  return priceBase === undefined || own === 0n ? 1 : fromUnits(priceBase, 0) / fromUnits(own, 0);
}

function positions(rows: readonly (readonly Entry[])[]): Positions {
  const start = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => (start[i + 1] = start[i]! + row.length));
  const flat = rows.flat();
  return {
    start,
    asset: Int32Array.from(flat, (e) => e.asset),
    reserve: Int32Array.from(flat, (e) => e.reserve),
    usd: Float64Array.from(flat, (e) => e.usd),
    saleUsd: Float64Array.from(flat, (e) => e.saleUsd),
  };
}
