import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import type { Positions, SystemState } from "../../../keeper/src/graph/system-state.js";
import { weightRows } from "../../../keeper/src/graph/backing.js";
import type { Address } from "../../../keeper/src/units.js";

/** A system written down by hand: units and prices as in MODEL 5.1. */
export interface SmallSystem {
  readonly prices: readonly number[];
  readonly curves: readonly DepthCurve[];
  /** `collateral[i][k]`, `debt[i][k]` in units. */
  readonly collateral: readonly (readonly number[])[];
  readonly debt: readonly (readonly number[])[];
  readonly venue: readonly number[];
  /** Per account; each on its own where it is left out. */
  readonly owner?: readonly number[];
  /** Per venue, per asset. */
  readonly lt: readonly (readonly number[])[];
  readonly bonus: readonly (readonly number[])[];
  readonly closeFactor: readonly number[];
  readonly fullCloseHf: readonly number[];
  readonly dustUsd: readonly number[];
}

/** The typed arrays of a small system: no look-through, market price equal to venue price. */
export function stateOf(system: SmallSystem): SystemState {
  const size = system.prices.length;
  const collateral = entriesOf(system, system.collateral);
  const factors = (table: readonly (readonly number[])[]) =>
    Float64Array.from(system.collateral.flatMap((row, i) => pick(row).map((k) => table[system.venue[i]!]![k]!)));
  const owner = system.owner ?? system.venue.map((_, i) => i);
  const empty = weightRows(size, () => []);
  return {
    assets: system.curves.map((curve, k) => ({
      address: addressOf(k),
      symbol: `A${k}`,
      stable: curve.kind === "inf",
      curve,
      marketUsd: system.prices[k]!,
      poolFeeFrac: 0,
      pooled: false,
    })),
    venues: system.closeFactor.map((closeFactorFrac, v) => ({
      address: addressOf(v + 4_096),
      closeFactorFrac,
      fullCloseHf: system.fullCloseHf[v]!,
      dustUsd: system.dustUsd[v]!,
      coverageFrac: 1,
    })),
    reserves: system.closeFactor.flatMap((_, venue) =>
      system.prices.map((priceUsd, asset) => ({
        venue,
        asset,
        priceUsd,
        gapFrac: 0,
        ltvFrac: system.lt[venue]![asset]!,
        liquidationThresholdFrac: system.lt[venue]![asset]!,
        bonusFrac: system.bonus[venue]![asset]!,
        open: true,
        suppliedUsd: 0,
      })),
    ),
    accountVenue: Int32Array.from(system.venue),
    accountOwner: Int32Array.from(owner),
    owners: Array.from({ length: Math.max(-1, ...owner) + 1 }, (_, o) => addressOf(o + 65_536)),
    collateral,
    debt: entriesOf(system, system.debt),
    collateralLt: factors(system.lt),
    collateralBonus: factors(system.bonus),
    saleOrder: Int32Array.from(system.prices, (_, k) => k),
    backing: empty,
    passOn: empty,
    flags: [],
    coverageFrac: 1,
  };
}

function addressOf(id: number): Address {
  return `0x${id.toString(16).padStart(40, "0")}` as Address;
}

function pick(row: readonly number[]): number[] {
  return row.map((_, k) => k).filter((k) => row[k]! > 0);
}

function entriesOf(system: SmallSystem, units: readonly (readonly number[])[]): Positions {
  const start = new Int32Array(units.length + 1);
  const flat: { asset: number; reserve: number; usd: number }[] = [];
  units.forEach((row, i) => {
    for (const asset of pick(row)) {
      const reserve = system.venue[i]! * system.prices.length + asset;
      flat.push({ asset, reserve, usd: row[asset]! * system.prices[asset]! });
    }
    start[i + 1] = flat.length;
  });
  const usd = Float64Array.from(flat, (e) => e.usd);
  return {
    start,
    asset: Int32Array.from(flat, (e) => e.asset),
    reserve: Int32Array.from(flat, (e) => e.reserve),
    usd,
    saleUsd: Float64Array.from(usd),
  };
}
