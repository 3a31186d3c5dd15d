import { z } from "zod";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { FollowOptions, OpenSource } from "../chain/source-kind.js";
import type { PerpView } from "../snapshot/compose.js";
import { perpetualV2 } from "./perpetual-v2.js";
import { synthetixPerpsV2 } from "./synthetix-perps-v2.js";

/** Every kind of perpetual venue, by the word that the configuration uses. A new one is a line here and a line in the schema. */
const kinds = {
  "perpetual-v2": perpetualV2,
  "synthetix-perps-v2": synthetixPerpsV2,
} as const;

/** What the configuration says of a perpetual venue. */
export const perpSourceSchema = z.discriminatedUnion("kind", [
  kinds["perpetual-v2"].schema,
  kinds["synthetix-perps-v2"].schema,
]);

export type PerpSource = z.output<typeof perpSourceSchema>;

/** Open a perpetual venue of whatever kind. */
export function openPerps(chain: RpcPool, source: PerpSource, options: FollowOptions): OpenSource<PerpView> {
  return kinds[source.kind].open(chain, source, options);
}
