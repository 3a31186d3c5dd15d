import { z } from "zod";
import { ISynthetixPerpsV2Market__factory } from "../../../typechain-types/index.js";
import { sourceKind } from "../chain/source-kind.js";
import type { Address, Hex } from "../units.js";
import { address } from "../values.js";
import { followAccounts } from "../venues/follow-accounts.js";
import type { AccountsVenue } from "../venues/follow-accounts.js";
import { abs, perpSourceFields } from "./perp-source.js";
import { readMarkets } from "./synthetix/markets.js";
import type { RawMarkets } from "./synthetix/markets.js";
import { readPositions } from "./synthetix/positions.js";
import type { RawPosition } from "./synthetix/positions.js";
import { viewSynthetix } from "./synthetix/view.js";
import type { SynthetixState } from "./synthetix/view.js";

const POSITION_MODIFIED = ISynthetixPerpsV2Market__factory.createInterface().getEvent("PositionModified")
  .topicHash as Hex;

const schema = z.strictObject({
  kind: z.literal("synthetix-perps-v2"),
  manager: address.describe("the FuturesMarketManager"),
  ...perpSourceFields,
});

/** Synthetix Perps v2: each market a proxy, each position with its own margin, against all who back sUSD. */
export const synthetixPerpsV2 = sourceKind({
  schema,
  addressOf: ({ manager }) => manager,
  feedsOf: ({ quoteUsdFeed }) => (quoteUsdFeed === undefined ? [] : [quoteUsdFeed]),
  follow: (chain, source, { resilienceWindowSec }) => followAccounts(chain, perpsVenue(source), resilienceWindowSec),
  view: ({ manager, assets, quoteUsdFeed }, state: SynthetixState) => ({
    quoteUsdFeed,
    ...viewSynthetix(manager, assets, state),
  }),
});

/** Keys are "market/account". Liquidations sell nothing on an exchange, so that they are no forced sales. */
function perpsVenue({ manager, fromBlock }: z.output<typeof schema>): AccountsVenue<RawMarkets, RawPosition> {
  return {
    fromBlock,
    readMarket: (reader) => readMarkets(reader, manager),
    filterOf: ({ markets }) => [{ addresses: markets.map(({ market }) => market), topics: [POSITION_MODIFIED] }],
    keysOf: (logs) => logs.map(({ address: market, topics }) => `${market}/0x${topics[2]!.slice(-40)}`),
    salesOf: () => [],
    async readAccounts(reader, { markets }, keys) {
      const listed = new Set<string>(markets.map(({ market }) => market));
      const asked = keys.map((key) => key.split("/") as [Address, Address]).filter(([market]) => listed.has(market));
      const read = await readPositions(
        reader,
        asked.map(([market, account]) => ({ market, account })),
      );
      const found = new Map<string, RawPosition | undefined>(
        read.map(([{ market, account }, position]) => [`${market}/${account}`, position] as const),
      );
      return keys.map((key) => [key, found.get(key)] as const);
    },
    unattributed: unattributedSizes,
  };
}

function unattributedSizes(
  { markets }: RawMarkets,
  accounts: ReadonlyMap<string, RawPosition>,
): ReadonlyMap<string, bigint> {
  const missing = new Map<string, bigint>();
  for (const { market, size, skew } of markets) {
    missing.set(`${market}/long`, (size + skew) / 2n);
    missing.set(`${market}/short`, (size - skew) / 2n);
  }
  for (const [key, { size }] of accounts) {
    const side = `${key.split("/")[0]!}/${size > 0n ? "long" : "short"}`;
    const left = missing.get(side);
    if (left !== undefined) missing.set(side, left - abs(size));
  }
  for (const [side, size] of missing) if (size === 0n) missing.delete(side);
  return missing;
}
