import type { AssetState, VenueState } from "../snapshot/snapshot.js";
import { fromUnits } from "../units.js";
import type { AssetView, Positions, ReserveView, SystemState } from "./system-state.js";

type Packed = Pick<SystemState, "accountVenue" | "collateral" | "debt" | "collateralLt" | "collateralBonus">;

interface Entry {
  readonly asset: number;
  readonly reserve: number;
  readonly usd: number;
  readonly saleUsd: number;
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
    const entry = entryOf(context, firstReserve);
    for (const account of venue.accounts) {
      accountVenue.push(v);
      collateral.push(account.collateral.map(entry).filter((e) => lt(context, e) > 0));
      debt.push(account.debt.map(entry));
    }
    firstReserve += venue.reserves.length;
  });
  return {
    accountVenue: Int32Array.from(accountVenue),
    collateral: positions(collateral),
    debt: positions(debt),
    collateralLt: Float64Array.from(collateral.flat(), (e) => lt(context, e)),
    collateralBonus: Float64Array.from(collateral.flat(), (e) => context.reserves[e.reserve]!.bonusFrac),
  };
}

function lt(context: PositionContext, entry: Entry): number {
  return context.reserves[entry.reserve]!.liquidationThresholdFrac;
}

function entryOf(context: PositionContext, firstReserve: number) {
  return ([r, units]: readonly [number, bigint]): Entry => {
    const reserve = firstReserve + r;
    const { asset, priceUsd } = context.reserves[reserve]!;
    const amount = fromUnits(units, context.assets[asset]!.decimals);
    return { asset, reserve, usd: amount * priceUsd, saleUsd: amount * context.views[asset]!.marketUsd };
  };
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
