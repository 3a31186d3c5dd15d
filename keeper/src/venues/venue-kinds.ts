import { z } from "zod";
import type { FollowOptions, OpenSource } from "../chain/source-kind.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { VenueView } from "../snapshot/compose.js";
import { aaveV2 } from "./aave-v2.js";
import { aaveV3 } from "./aave-v3.js";
import { compoundV2 } from "./compound-v2.js";
import { compoundV3 } from "./compound-v3.js";
import { crvUsd } from "./crvusd.js";
import { eulerV2 } from "./euler-v2.js";
import { liquityV2 } from "./liquity-v2.js";
import { maker } from "./maker.js";
import { morphoBlue } from "./morpho-blue.js";

/** Every kind of lending venue, by the word that the configuration uses. A new one is a line here and a line in the schema. */
const kinds = {
  "aave-v2": aaveV2,
  "aave-v3": aaveV3,
  "compound-v2": compoundV2,
  "compound-v3": compoundV3,
  crvusd: crvUsd,
  "euler-v2": eulerV2,
  "liquity-v2": liquityV2,
  maker,
  "morpho-blue": morphoBlue,
} as const;

/** What the configuration says of a lending venue. */
export const venueSourceSchema = z.discriminatedUnion("kind", [
  kinds["aave-v2"].schema,
  kinds["aave-v3"].schema,
  kinds["compound-v2"].schema,
  kinds["compound-v3"].schema,
  kinds.crvusd.schema,
  kinds["euler-v2"].schema,
  kinds["liquity-v2"].schema,
  kinds.maker.schema,
  kinds["morpho-blue"].schema,
]);

export type VenueSource = z.output<typeof venueSourceSchema>;

/** Open a venue of whatever kind. */
export function openVenue(chain: RpcPool, source: VenueSource, options: FollowOptions): OpenSource<VenueView> {
  return kinds[source.kind].open(chain, source, options);
}
