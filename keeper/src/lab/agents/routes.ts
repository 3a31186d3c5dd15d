import { solidityPacked } from "ethers";
import type { Address } from "../../units.js";
import { assetOf, type World } from "../world/world.js";
import type { Route } from "./candidates.js";

/** Encode the shortest way through the world's pools between any two assets, as Uniswap's SwapRouter takes it. */
export function createRoutes(world: World): Route {
  const edges = world.pools.flatMap(({ base, quote, fee }) => {
    const [from, to] = [assetOf(world.assets, base).address, assetOf(world.assets, quote).address];
    return [
      { from, to, fee },
      { from: to, to: from, fee },
    ];
  });
  const known = new Map<string, string | undefined>();
  return (from, to) => {
    const key = `${from}${to}`;
    if (!known.has(key)) known.set(key, from === to ? undefined : search(edges, from, to));
    return known.get(key);
  };
}

interface Edge {
  readonly from: Address;
  readonly to: Address;
  readonly fee: number;
}

function search(edges: readonly Edge[], from: Address, to: Address): string | undefined {
  const seen = new Set([from]);
  let frontier: readonly (readonly Edge[])[] = [[]];
  while (frontier.length > 0) {
    const next: (readonly Edge[])[] = [];
    for (const walked of frontier) {
      const at = walked.at(-1)?.to ?? from;
      for (const edge of edges) {
        if (edge.from !== at || seen.has(edge.to)) continue;
        const path = [...walked, edge];
        if (edge.to === to) return encode(from, path);
        seen.add(edge.to);
        next.push(path);
      }
    }
    frontier = next;
  }
  return undefined;
}

function encode(from: Address, path: readonly Edge[]): string {
  const types = path.flatMap(() => ["uint24", "address"]);
  return solidityPacked(["address", ...types], [from, ...path.flatMap(({ fee, to }) => [fee, to])]);
}
