import { z } from "zod";
import type { FollowOptions, OpenSource } from "../chain/source-kind.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { VenueView } from "../snapshot/compose.js";
import { aaveV3 } from "./aave-v3.js";

/** Every kind of lending venue, by the word that the configuration uses. A new one is a line here and a line in the schema. */
const kinds = {
  "aave-v3": aaveV3,
} as const;

/** What the configuration says of a lending venue. */
export const venueSourceSchema = z.discriminatedUnion("kind", [kinds["aave-v3"].schema]);

export type VenueSource = z.output<typeof venueSourceSchema>;

/** Open a venue of whatever kind. */
export function openVenue(chain: RpcPool, source: VenueSource, options: FollowOptions): OpenSource<VenueView> {
  return kinds[source.kind].open(chain, source, options);
}
