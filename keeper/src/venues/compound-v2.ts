import { z } from "zod";
import type { BlockRef } from "../chain/block-ref.js";
import type { Derivation } from "../chain/follow.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import { sourceKind } from "../chain/source-kind.js";
import { readSpan } from "../chain/span.js";
import type { Address } from "../units.js";
import { address, wholeFrom } from "../values.js";
import { accountFilter, accountsOf, liquidationsOf, loanFilter, loansAfter } from "./compound-v2-logs.js";
import type { LoansAfter } from "./compound-v2-logs.js";
import { readAccounts, readMarkets } from "./compound-v2-markets.js";
import type { RawAccount, RawMarkets } from "./compound-v2-markets.js";
import { viewCompoundV2 } from "./compound-v2-view.js";
import { followAccounts } from "./follow-accounts.js";
import type { AccountsVenue, Followed } from "./follow-accounts.js";

/** A deployment at one block, before interest: cTokens are read, loans are added up from logs. */
export interface CompoundV2State {
  readonly followed: Followed<RawMarkets, RawAccount>;
  /** Absent while a sync is under way. */
  readonly owed?: LoansAfter;
}

const schema = z.strictObject({
  kind: z.literal("compound-v2"),
  comptroller: address,
  fromBlock: wholeFrom(0).describe("block of the first market's first event"),
  nativeAsset: address
    .exactOptional()
    .describe("what ether counts as, WETH; without it the market of ether is left out"),
});
type Source = z.output<typeof schema>;

/** Compound v2 and its forks that accrue by blocks. Prices are in USD. */
export const compoundV2 = sourceKind({
  schema,
  addressOf: ({ comptroller }) => comptroller,
  follow: (chain, source, { resilienceWindowSec }) =>
    withLoans(chain, source, followAccounts(chain, compoundVenue(source), resilienceWindowSec)),
  view: (source, state: CompoundV2State) => viewCompoundV2(source, state),
});

function compoundVenue({ comptroller, fromBlock }: Source): AccountsVenue<RawMarkets, RawAccount> {
  return {
    fromBlock,
    readMarket: (reader) => readMarkets(reader, comptroller),
    filterOf: (market) => accountFilter(comptroller, cTokensOf(market)),
    keysOf: accountsOf,
    salesOf: (logs) => liquidationsOf(comptroller, logs),
    async readAccounts(reader, market, keys) {
      const venue = { comptroller, cTokens: cTokensOf(market) };
      const read = await readAccounts(reader, venue, keys as readonly Address[]);
      return read.map((account) => [account.account, account.cTokens.length === 0 ? undefined : account] as const);
    },
    unattributed: unattributedTokens,
  };
}

/** cTokens that no account is known to have, by market: all are somebody's. */
function unattributedTokens(
  { markets }: RawMarkets,
  accounts: ReadonlyMap<string, RawAccount>,
): ReadonlyMap<string, bigint> {
  const open = markets.map(({ supply }) => supply);
  for (const { cTokens } of accounts.values()) for (const [m, amount] of cTokens) open[m] = open[m]! - amount;
  return new Map(markets.flatMap(({ cToken }, m) => (open[m] === 0n ? [] : [[cToken, open[m]!] as const])));
}

function cTokensOf({ markets }: RawMarkets): Address[] {
  return markets.map(({ cToken }) => cToken);
}

/** Blocks whose logs are held at once. */
const SPAN = 100_000;
const NO_LOANS: LoansAfter = { loans: new Map(), indices: new Map() };

/** Add to what is followed what everybody owes. A load goes on from its hint where that is still of this chain. */
function withLoans(
  chain: RpcPool,
  { fromBlock }: Source,
  accounts: Derivation<Followed<RawMarkets, RawAccount>>,
): Derivation<CompoundV2State> {
  const readLoans = async (start: LoansAfter, from: number, to: BlockRef, market: RawMarkets): Promise<LoansAfter> => {
    const filter = loanFilter(cTokensOf(market));
    let owed = start;
    for (let first = from; first <= to.number; first += SPAN) {
      const last = Math.min(to.number, first + SPAN - 1);
      const end = last === to.number ? to : await chain.block({ number: last });
      owed = loansAfter(owed.loans, owed.indices, await readSpan(chain, { from: first, to: end }, filter));
    }
    return owed;
  };
  const isKept = async ({ number, hash }: BlockRef, to: BlockRef): Promise<boolean> =>
    number <= to.number && (await chain.block({ number })).hash === hash;

  return {
    async load(block, hint, checkpoint) {
      const followed = await accounts.load(block, hint?.followed, (state, upTo) =>
        checkpoint?.({ followed: state }, upTo),
      );
      const goOn = hint?.owed !== undefined && (await isKept(hint.followed.block, block)) ? hint : undefined;
      const from = goOn === undefined ? fromBlock : goOn.followed.block.number + 1;
      return { followed, owed: await readLoans(goOn?.owed ?? NO_LOANS, from, block, followed.market) };
    },
    async advance(before, path) {
      const followed = await accounts.advance(before.followed, path);
      const filter = loanFilter(cTokensOf(followed.market));
      const logs = (await Promise.all(path.map((block) => chain.at(block).logs(filter)))).flat();
      return { followed, owed: loansAfter(before.owed!.loans, before.owed!.indices, logs) };
    },
  };
}
