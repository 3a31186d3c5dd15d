import { z } from "zod";
import { sourceKind } from "../chain/source-kind.js";
import type { Address } from "../units.js";
import { address, wholeFrom } from "../values.js";
import { followAccounts } from "./follow-accounts.js";
import type { AccountsVenue, Followed } from "./follow-accounts.js";
import { readIlks, readUrns } from "./maker-ilks.js";
import type { RawMaker, RawUrn } from "./maker-ilks.js";
import { barksOf, urnFilter, urnKey, urnKeysOf, urnOfKey } from "./maker-logs.js";
import { viewMaker } from "./maker-view.js";

/** A deployment at one block, before interest. Unattributed is wads by ilk, and under "" rads of no known ilk. */
export type MakerState = Followed<RawMaker, RawUrn>;

const schema = z.strictObject({
  kind: z.literal("maker"),
  vat: address,
  spot: address.describe("the Spotter, which knows how much collateral a DAI needs"),
  dai: address,
  dog: address
    .exactOptional()
    .describe("liquidates, and knows the penalty; without it that counts as 0 and no liquidation is seen"),
  registry: address.exactOptional().describe("IlkRegistry, which knows the tokens of ilks that `ilks` does not name"),
  ilks: z
    .array(z.strictObject({ ilk: z.string().regex(/^[!-{}~]{1,31}$/), gem: address }))
    .default([])
    .describe("tokens by ilk"),
  fromBlock: wholeFrom(0).describe("block of the Vat's first vault"),
});
type Source = z.output<typeof schema>;

/** Maker's vaults, one market for each ilk. */
export const maker = sourceKind({
  schema,
  addressOf: ({ vat }) => vat,
  follow: (chain, source, { resilienceWindowSec }) => followAccounts(chain, makerVenue(source), resilienceWindowSec),
  view: (source, state: MakerState) => viewMaker(source, state),
});

function makerVenue(source: Source): AccountsVenue<RawMaker, RawUrn> {
  const { vat, dai, ilks, fromBlock } = source;
  const gems: ReadonlyMap<string, Address> = new Map(ilks.map(({ ilk, gem }) => [ilk, gem] as const));
  return {
    fromBlock,
    marketFollowsKeys: true,
    readMarket(reader, seen) {
      const names = new Set(gems.keys());
      for (const key of seen) names.add(urnOfKey(key).ilk);
      return readIlks(reader, source, [...names], gems);
    },
    filterOf: () => urnFilter(source),
    keysOf: urnKeysOf,
    salesOf: (logs) => barksOf(vat, dai, logs),
    async readAccounts(reader, _, keys) {
      const read = await readUrns(reader, vat, keys.map(urnOfKey));
      return read.map((urn) => [urnKey(urn.ilk, urn.urn), urn.ink === 0n && urn.art === 0n ? undefined : urn] as const);
    },
    unattributed: unattributedDebt,
  };
}

function unattributedDebt({ ilks, owed }: RawMaker, urns: ReadonlyMap<string, RawUrn>): ReadonlyMap<string, bigint> {
  const open = new Map(ilks.map(({ ilk, totalArt }) => [ilk, totalArt] as const));
  for (const { ilk, art } of urns.values()) open.set(ilk, (open.get(ilk) ?? 0n) - art);
  open.set(
    "",
    ilks.reduce((left, { totalArt, rate }) => left - totalArt * rate, owed),
  );
  for (const [ilk, amount] of open) if (amount === 0n) open.delete(ilk);
  return open;
}
