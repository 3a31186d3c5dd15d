import type { SystemState } from "../../../keeper/src/graph/system-state.js";
import {
  createFullRun,
  NO_EXTENSIONS,
  openFullSystem,
  runFullCascade,
  type Extensions,
  type FullRun,
  type FullSystem,
} from "../../../keeper/src/model/full-cascade.js";
import type { Participation } from "../../../keeper/src/model/participation.js";
import type { PerpBook, PerpVenue } from "../../../keeper/src/model/perps/perp-book.js";
import type { Shock } from "../../../keeper/src/model/price-state.js";
import { PLAIN } from "./run-small.js";
import type { SmallSystem } from "./small-system.js";

/** A run of everything, and what it ran on. */
export interface Ran {
  readonly system: FullSystem;
  readonly run: FullRun;
}

/** Open a state with extensions and run everything once. */
export function runAll(
  state: SystemState,
  shock: readonly number[],
  extensions: Partial<Extensions>,
  rules = PLAIN,
): Ran {
  const system = openFullSystem(state, { ...NO_EXTENSIONS, ...extensions });
  const run = createFullRun(system, rules.latencyRounds);
  runFullCascade(system, shockOf(shock), rules, run);
  return { system, run };
}

/** Drops of a shock, depth as written. */
export function shockOf(drops: readonly number[]): Shock {
  return { dropFrac: Float64Array.from(drops), depthFactor: new Float64Array(drops.length).fill(1) };
}

/** Liquidators without costs or limits. */
export const eager: Participation = {
  gasUsd: 0,
  capacityUsd: Float64Array.of(Infinity, Infinity),
  sizing: "break-even",
};

/** Longs and shorts of both risky assets, a share of each account's collateral, the shorts owned by the accounts. */
export function crowd(small: SmallSystem, share = 0.3, insuranceUsd = 100): PerpBook {
  const sizes = small.collateral.flatMap((row, i) =>
    [1, 2].flatMap((k) => {
      const usd = row[k]! * small.prices[k]! * share;
      return usd > 0
        ? [
            { k, usd: -usd, owner: i },
            { k, usd, owner: -1 },
          ]
        : [];
    }),
  );
  return perpsOf(
    sizes.map(({ k, usd, owner }, m) => ({
      market: k - 1,
      size: usd,
      owner,
      margin: Math.abs(usd) * (0.05 + 0.1 * (m % 4)),
    })),
    { insuranceUsd },
    [1, 2],
  );
}

export interface PerpRow {
  readonly market?: number;
  readonly size: number;
  readonly owner?: number;
  readonly margin: number;
}

/** Isolated positions at one venue, opened at t0's price, in the depth of their assets. */
export function perpsOf(
  rows: readonly PerpRow[],
  venue: Partial<PerpVenue> = {},
  assets: readonly number[] = [1],
): PerpBook {
  const plain: PerpVenue = {
    insuranceUsd: 0,
    backstopUsd: 0,
    backstopShareFrac: 0,
    backstopLeverage: 0,
    liquidationFeeFrac: 0,
    adl: "pro-rata",
  };
  return {
    venues: [{ ...plain, ...venue }],
    markets: assets.map((asset) => ({ venue: 0, asset, curve: null })),
    market: Int32Array.from(rows, ({ market }) => market ?? 0),
    owner: Int32Array.from(rows, ({ owner }) => owner ?? -1),
    sizeUsd: Float64Array.from(rows, ({ size }) => size),
    entry: Float64Array.from(rows, () => 1),
    marginUsd: Float64Array.from(rows, ({ margin }) => margin),
    fundingUsd: new Float64Array(rows.length),
    maintenanceFrac: Float64Array.from(rows, () => 0.01),
  };
}
