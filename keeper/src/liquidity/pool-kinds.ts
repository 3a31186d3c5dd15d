import { z } from "zod";
import type { FollowOptions, OpenSource } from "../chain/source-kind.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { PoolState } from "../snapshot/pool-state.js";
import { balancerStable, balancerWeighted } from "./balancer.js";
import { curveCrypto } from "./curve-crypto.js";
import { curveStable } from "./curve-stable.js";
import { uniswapV2 } from "./uniswap-v2.js";
import { uniswapV3 } from "./uniswap-v3.js";
import { uniswapV4 } from "./uniswap-v4.js";

/** Every kind of liquidity pool, by the word that the configuration uses. A new one is a line here and a line in the schema. */
const kinds = {
  "balancer-stable": balancerStable,
  "balancer-weighted": balancerWeighted,
  "curve-crypto": curveCrypto,
  "curve-stable": curveStable,
  "uniswap-v2": uniswapV2,
  "uniswap-v3": uniswapV3,
  "uniswap-v4": uniswapV4,
} as const;

/** What the configuration says of a pool. */
export const poolSourceSchema = z.discriminatedUnion("kind", [
  kinds["balancer-stable"].schema,
  kinds["balancer-weighted"].schema,
  kinds["curve-crypto"].schema,
  kinds["curve-stable"].schema,
  kinds["uniswap-v2"].schema,
  kinds["uniswap-v3"].schema,
  kinds["uniswap-v4"].schema,
]);

export type PoolSource = z.output<typeof poolSourceSchema>;

/** Open a pool of whatever kind. */
export function openPool(chain: RpcPool, source: PoolSource, options: FollowOptions): OpenSource<PoolState> {
  return kinds[source.kind].open(chain, source, options);
}
