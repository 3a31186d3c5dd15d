import { weightRows } from "../graph/backing.js";
import type { AssetView, Positions, SystemState, WeightRows } from "../graph/system-state.js";
import type { Shock } from "./price-state.js";

/** A state in which some reserves are priced by a feed of their own. */
export interface FeedState {
  readonly state: SystemState;
  /** `Int32Array[K']`: the asset that a feed prices; itself for those that were there before. */
  readonly origin: Int32Array;
}

/**
 * Give each of `reserves` a feed of its own: venues may look at the same asset through different oracles.
 *
 * A feed is one more asset, redeemed one for one into the asset it prices: the same market price, the same sales into the
 * same depth, another oracle. Kernels need not know.
 *
 * **Source.** MODEL 5.1: which price an oracle follows is a flag of the reserve.
 */
export function splitFeeds(state: SystemState, reserves: readonly number[]): FeedState {
  const size = state.assets.length;
  const origin = Int32Array.from([...state.assets.keys(), ...reserves.map((r) => state.reserves[r]!.asset)]);
  const feedOf = Int32Array.from(state.reserves, ({ asset }) => asset);
  reserves.forEach((r, f) => (feedOf[r] = size + f));
  const feeds = reserves.map((_, f) => size + f);
  return {
    origin,
    state: {
      ...state,
      assets: [...state.assets, ...reserves.map((r) => feedView(state.assets[state.reserves[r]!.asset]!))],
      reserves: state.reserves.map((reserve, r) => ({ ...reserve, asset: feedOf[r]! })),
      collateral: byFeed(state.collateral, feedOf),
      debt: byFeed(state.debt, feedOf),
      saleOrder: Int32Array.from([...feeds, ...state.saleOrder]),
      backing: withFeeds(state.backing, origin),
      passOn: withFeeds(state.passOn, origin),
    },
  };
}

/** The same shock for a state with feeds: a feed has no market of its own to fall. */
export function shockOfFeeds({ origin }: FeedState, shock: Shock): Shock {
  const old = shock.dropFrac.length;
  return {
    dropFrac: Float64Array.from(origin, (_, k) => (k < old ? shock.dropFrac[k]! : 0)),
    depthFactor: Float64Array.from(origin, (_, k) => (k < old ? shock.depthFactor[k]! : 1)),
  };
}

/** Nobody can sell what its asset cannot be sold for. */
function feedView(asset: AssetView): AssetView {
  return { ...asset, curve: { kind: asset.curve.kind === "none" ? "none" : "inf" }, pooled: false };
}

function byFeed(positions: Positions, feedOf: Int32Array): Positions {
  return { ...positions, asset: positions.reserve.map((r) => feedOf[r]!) };
}

function withFeeds(rows: WeightRows, origin: Int32Array): WeightRows {
  const old = rows.start.length - 1;
  return weightRows(origin.length, (j) => {
    if (j >= old) return [[origin[j]!, 1]];
    const row: [number, number][] = [];
    for (let e = rows.start[j]!; e < rows.start[j + 1]!; e++) row.push([rows.asset[e]!, rows.weight[e]!]);
    return row;
  });
}
