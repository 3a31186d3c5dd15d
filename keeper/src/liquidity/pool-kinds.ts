import { z } from "zod";
import type { FollowOptions, OpenSource } from "../chain/source-kind.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { PoolState } from "../snapshot/snapshot.js";
import { uniswapV3 } from "./uniswap-v3.js";

/** Every kind of liquidity pool, by the word that the configuration uses. A new one is a line here and a line in the schema. */
const kinds = {
  "uniswap-v3": uniswapV3,
} as const;

/** What the configuration says of a pool. */
export const poolSourceSchema = z.discriminatedUnion("kind", [kinds["uniswap-v3"].schema]);

export type PoolSource = z.output<typeof poolSourceSchema>;

/** Open a pool of whatever kind. */
export function openPool(chain: RpcPool, source: PoolSource, options: FollowOptions): OpenSource<PoolState> {
  return kinds[source.kind].open(chain, source, options);
}
