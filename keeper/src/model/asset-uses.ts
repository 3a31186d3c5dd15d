import type { SystemGraph } from "../graph/build-system.js";
import type { Address } from "../units.js";
import { amountText } from "./amount-text.js";

/** Where an asset is pledged, and the tokens that are claims on it, each with its own uses. */
export interface AssetUse {
  readonly asset: Address;
  readonly symbol: string;
  /** Units in one unit of this token of the asset that it is listed under; 1 at the top. */
  readonly unitsEach: number;
  /** Collateral of accounts with a threshold, by venue; USD at the venue's price. */
  readonly pledged: readonly { readonly venue: Address; readonly usd: number }[];
  readonly usedBy: readonly AssetUse[];
  /** It is already on the way from the top to here: not followed round again. */
  readonly circular: boolean;
}

/** What rests on asset k, token by token. */
export function usesOfAsset(graph: SystemGraph, k: number): AssetUse {
  const { collateral, reserves } = graph.state;
  const pledgedUsd = new Float64Array(reserves.length);
  collateral.reserve.forEach((r, e) => (pledgedUsd[r] = pledgedUsd[r]! + collateral.usd[e]!));
  return useOf(graph, pledgedUsd, { k, unitsEach: 1 }, []);
}

function useOf(
  graph: SystemGraph,
  pledgedUsd: Float64Array,
  { k, unitsEach }: { readonly k: number; readonly unitsEach: number },
  way: readonly number[],
): AssetUse {
  const { state, backing } = graph;
  const { address, symbol } = state.assets[k]!;
  const size = state.assets.length;
  const circular = way.includes(k);
  const usedBy: AssetUse[] = [];
  for (let j = 0; j < size && !circular; j++) {
    const units = backing.claims[j * size + k]!;
    if (units > 0) usedBy.push(useOf(graph, pledgedUsd, { k: j, unitsEach: units }, [...way, k]));
  }
  const pledged = state.reserves.flatMap(({ asset, venue }, r) =>
    asset === k && pledgedUsd[r]! > 0 ? [{ venue: state.venues[venue]!.address, usd: pledgedUsd[r]! }] : [],
  );
  return { asset: address, symbol, unitsEach, pledged: circular ? [] : pledged, usedBy, circular };
}

/** The uses below the top as lines of text. */
export function renderUses({ pledged, usedBy }: AssetUse, indent: string): string[] {
  return [
    ...pledged.map(({ venue, usd }) => `${indent}pledged at ${venue}: $${amountText(usd)}`),
    ...usedBy.flatMap((use) => [
      `${indent}<- ${amountText(use.unitsEach)} in each ${use.symbol}${use.circular ? ", which closes the circle" : ""}`,
      ...renderUses(use, `${indent}  `),
    ]),
  ];
}
