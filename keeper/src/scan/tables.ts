import { usdPerBaseStep } from "../graph/coverage.js";
import { canonicalJson } from "../snapshot/canonical.js";
import type { Snapshot, VenueState } from "../snapshot/snapshot.js";
import { fromUnits } from "../units.js";

/** How a column is stored in Parquet. Integers of 256 bits are decimal text: no column type holds them. */
export type ColumnType = "VARCHAR" | "BIGINT" | "DOUBLE" | "BOOLEAN";

export type Cell = string | number | boolean;

const WAD_DECIMALS = 18;

/** A flat table of a snapshot. */
export interface Table {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Cells in the order of the columns. */
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * A snapshot as tables that join by address: venues, reserves, positions (of lending
 * and of perpetual venues), pools, feeds, assets, forced sales, exclusions.
 * Amounts are raw integers as text beside whole units and USD at the venue's price, as float64.
 */
export function tablesOf(snapshot: Snapshot): Table[] {
  return [
    venues(snapshot),
    reserves(snapshot),
    positions(snapshot),
    perpPositions(snapshot),
    pools(snapshot),
    feeds(snapshot),
    assets(snapshot),
    forcedSales(snapshot),
    exclusions(snapshot),
  ];
}

function venues(snapshot: Snapshot): Table {
  return {
    name: "venues",
    columns: {
      venue: "VARCHAR",
      kind: "VARCHAR",
      accounts: "BIGINT",
      total_debt_base: "VARCHAR",
      total_debt_usd: "DOUBLE",
    },
    rows: snapshot.venues.map((venue) => [
      venue.venue,
      venue.kind,
      venue.accounts.length,
      `${venue.totalDebtBase}`,
      fromUnits(venue.totalDebtBase, 0) * usdPerBaseStep(venue),
    ]),
  };
}

function reserves(snapshot: Snapshot): Table {
  return {
    name: "reserves",
    columns: {
      ...{ venue: "VARCHAR", market: "VARCHAR", asset: "VARCHAR", price_base: "VARCHAR", price_usd: "DOUBLE" },
      ...{ ltv_bps: "BIGINT", liquidation_threshold_bps: "BIGINT", liquidation_bonus_bps: "BIGINT" },
      ...{ active: "BOOLEAN", frozen: "BOOLEAN", paused: "BOOLEAN", borrowing_enabled: "BOOLEAN" },
      ...{ supplied_units: "VARCHAR", debt_units: "VARCHAR" },
    },
    rows: snapshot.venues.flatMap((venue) =>
      venue.reserves.map((r) => [
        ...[venue.venue, r.market ?? "", r.asset, `${r.priceBase}`, fromUnits(r.priceBase, 0) * usdPerBaseStep(venue)],
        ...[r.ltvBps, r.liquidationThresholdBps, r.liquidationBonusBps],
        ...[r.active, r.frozen, r.paused, r.borrowingEnabled],
        ...[`${r.suppliedUnits}`, `${r.debtUnits}`],
      ]),
    ),
  };
}

function positions(snapshot: Snapshot): Table {
  const decimals = new Map(snapshot.assets.map((asset) => [asset.asset, asset.decimals] as const));
  const rowsOf = (venue: VenueState): Cell[][] => {
    const priceUsd = venue.reserves.map(({ priceBase }) => fromUnits(priceBase, 0) * usdPerBaseStep(venue));
    return venue.accounts.flatMap(({ account, market, collateral, debt }) => {
      const row = (side: string, [r, units]: readonly [number, bigint]): Cell[] => {
        const { asset } = venue.reserves[r]!;
        const amount = fromUnits(units, decimals.get(asset) ?? 0);
        return [venue.venue, market ?? "", account, side, asset, `${units}`, amount, amount * priceUsd[r]!];
      };
      return [...collateral.map((entry) => row("collateral", entry)), ...debt.map((entry) => row("debt", entry))];
    });
  };
  return {
    name: "positions",
    columns: {
      ...{ venue: "VARCHAR", market: "VARCHAR", account: "VARCHAR", side: "VARCHAR", asset: "VARCHAR" },
      ...{ units: "VARCHAR", amount: "DOUBLE", usd: "DOUBLE" },
    },
    rows: snapshot.venues.flatMap(rowsOf),
  };
}

function perpPositions({ perps = [] }: Snapshot): Table {
  return {
    name: "perp_positions",
    columns: {
      ...{ venue: "VARCHAR", market: "VARCHAR", symbol: "VARCHAR", account: "VARCHAR", size: "DOUBLE" },
      ...{
        open_notional: "DOUBLE",
        funding: "DOUBLE",
        mark_price: "DOUBLE",
        collateral: "DOUBLE",
        requirement: "DOUBLE",
      },
    },
    rows: perps.flatMap(({ venue, markets, accounts }) =>
      accounts.flatMap(({ account, collateralWad, requirementWad, positions: held }) =>
        held.map(([m, ...amounts]) => {
          const { market, symbol, markPriceWad } = markets[m]!;
          const numbers = [...amounts, markPriceWad, collateralWad, requirementWad];
          return [venue, market, symbol, account, ...numbers.map((wad) => fromUnits(wad, WAD_DECIMALS))];
        }),
      ),
    ),
  };
}

function pools({ pools: list }: Snapshot): Table {
  return {
    name: "pools",
    columns: { pool: "VARCHAR", kind: "VARCHAR", state: "VARCHAR" },
    rows: list.map((pool) => [pool.pool, pool.kind, canonicalJson(pool)]),
  };
}

function feeds(snapshot: Snapshot): Table {
  return {
    name: "feeds",
    columns: {
      ...{ feed: "VARCHAR", description: "VARCHAR", decimals: "BIGINT", answer: "VARCHAR" },
      ...{ updated_at: "BIGINT", age_sec: "BIGINT" },
    },
    rows: snapshot.feeds.map(({ feed, description, decimals, answer, updatedAt }) => [
      ...[feed, description, decimals, `${answer}`, updatedAt, snapshot.block.timestamp - updatedAt],
    ]),
  };
}

function assets(snapshot: Snapshot): Table {
  return {
    name: "assets",
    columns: { asset: "VARCHAR", symbol: "VARCHAR", decimals: "BIGINT", look_through: "VARCHAR" },
    rows: snapshot.assets.map((a) => [a.asset, a.symbol, a.decimals, canonicalJson(a.lookThrough)]),
  };
}

function forcedSales(snapshot: Snapshot): Table {
  return {
    name: "forced_sales",
    columns: {
      ...{ block: "BIGINT", log_index: "BIGINT", timestamp: "BIGINT", venue: "VARCHAR", account: "VARCHAR" },
      ...{ collateral_asset: "VARCHAR", collateral_units: "VARCHAR", debt_asset: "VARCHAR", debt_units: "VARCHAR" },
    },
    rows: snapshot.forcedSales.map((sale) => [
      ...[sale.block, sale.logIndex, sale.timestamp, sale.venue, sale.account],
      ...[sale.collateralAsset, `${sale.collateralUnits}`, sale.debtAsset, `${sale.debtUnits}`],
    ]),
  };
}

function exclusions(snapshot: Snapshot): Table {
  return {
    name: "exclusions",
    columns: { scope: "VARCHAR", id: "VARCHAR", reason: "VARCHAR" },
    rows: snapshot.exclusions.map(({ scope, id, reason }) => [scope, id, reason]),
  };
}
