import type { BlockRef } from "../../chain/block-ref.js";
import { FORK_DEPTH } from "../../chain/follow.js";
import type { Checkpoint, Derivation, Path } from "../../chain/follow.js";
import type { RpcPool } from "../../chain/rpc-pool.js";
import { readSpan } from "../../chain/span.js";
import type { Address } from "../../units.js";
import { abs } from "../perp-source.js";
import { readAccounts } from "./accounts.js";
import type { OpenAccount } from "./accounts.js";
import { namedIn, perpetualFilter } from "./logs.js";
import { readMarkets } from "./markets.js";
import type { RawVenue } from "./markets.js";

/** A deployment of Perpetual v2 at one block. */
export interface PerpetualV2State {
  readonly block: BlockRef;
  readonly venue: RawVenue;
  /** Accounts that are in a market. */
  readonly accounts: ReadonlyMap<Address, OpenAccount>;
  /** Every account and every market that ever appeared, of whatever fork: only grow, and are shared between states. */
  readonly seen: Seen;
  /** Markets whose sizes do not add up to zero, and to what: accounts are missing. */
  readonly unbalanced: ReadonlyMap<Address, bigint>;
}

interface Seen {
  readonly accounts: Set<Address>;
  readonly markets: Set<Address>;
}

/** Blocks whose logs are read before what they name is kept. */
const BLOCKS_PER_CHECKPOINT = 100_000;
/** Swaps leave dust of a unit each; accounts that were missed leave more than this share of all sizes. */
const DUST_SHARE = 1_000_000n;

/**
 * Follow a deployment: once synced, a block costs its logs and the accounts that have a position or are named by a log.
 *
 * All with a position are read at every block: funding, and the makers' share of the pool, change with every one, and the
 * protocol has no getter for the sum of funding from which they could be derived. Accounts with margin only are not.
 * **Throws** {@link CallReverted} where the contracts are not of the kind, and what the pool's reads throw.
 */
export function followPerpetualV2(
  chain: RpcPool,
  { clearingHouse, fromBlock }: { readonly clearingHouse: Address; readonly fromBlock: number },
): Derivation<PerpetualV2State> {
  const readState = async (block: BlockRef, seen: Seen, asked: Iterable<Address>): Promise<PerpetualV2State> => {
    const reader = chain.at(block);
    const venue = await readMarkets(reader, clearingHouse, [...seen.markets].sort());
    const accounts = new Map<Address, OpenAccount>();
    for (const [account, read] of await readAccounts(reader, venue, [...asked])) {
      if (read !== undefined) accounts.set(account, read);
    }
    return { block, venue, accounts, seen, unbalanced: unbalanced(venue, accounts) };
  };

  /** In stages, each kept, so that a sync that is killed goes on where it was. */
  const load = async (
    block: BlockRef,
    hint: PerpetualV2State | undefined,
    checkpoint?: Checkpoint<PerpetualV2State>,
  ): Promise<PerpetualV2State> => {
    const seen = hint?.seen ?? { accounts: new Set(), markets: new Set() };
    const venue = await readMarkets(chain.at(block), clearingHouse, []);
    const filter = perpetualFilter(clearingHouse, venue);
    let from = hint === undefined ? fromBlock : Math.max(fromBlock, hint.block.number - FORK_DEPTH);
    while (from <= block.number) {
      const end = Math.min(block.number, from + BLOCKS_PER_CHECKPOINT - 1);
      const to = end === block.number ? block : await chain.block({ number: end });
      remember(seen, namedIn(await readSpan(chain, { from, to }, filter)));
      if (to !== block) checkpoint?.({ block: to, venue, accounts: new Map(), seen, unbalanced: new Map() }, to);
      from = end + 1;
    }
    return readState(block, seen, seen.accounts);
  };

  const advance = async (state: PerpetualV2State, path: Path): Promise<PerpetualV2State> => {
    const block = path.at(-1)!;
    const filter = perpetualFilter(clearingHouse, state.venue);
    const logs = await Promise.all(path.map((passed) => chain.at(passed).logs(filter)));
    const named = namedIn(logs.flat());
    remember(state.seen, named);
    const next = await readState(block, state.seen, new Set([...state.accounts.keys(), ...named.accounts]));
    const isExplained = [...next.unbalanced.keys()].every((market) => state.unbalanced.has(market));
    if (isExplained) return next;
    const near = await load(block, state);
    return near.unbalanced.size === 0 ? near : load(block, undefined);
  };

  return { load, advance };
}

function remember(seen: Seen, named: { readonly accounts: Address[]; readonly markets: Address[] }): void {
  for (const account of named.accounts) seen.accounts.add(account);
  for (const market of named.markets) seen.markets.add(market);
}

/** Every long has its short, makers included, until a market is settled. Nothing is said while an account is unreadable. */
function unbalanced({ markets }: RawVenue, accounts: ReadonlyMap<Address, OpenAccount>): ReadonlyMap<Address, bigint> {
  const found = new Map<Address, bigint>();
  const all = [...accounts.values()];
  if (all.includes("unreadable")) return found;
  for (const { market, open } of markets) {
    if (!open) continue;
    let net = 0n;
    let gross = 0n;
    for (const account of all) {
      const size = account === "unreadable" ? 0n : sizeIn(account, market);
      net += size;
      gross += abs(size);
    }
    if (abs(net) * DUST_SHARE > gross) found.set(market, net);
  }
  return found;
}

function sizeIn({ positions }: Exclude<OpenAccount, "unreadable">, market: Address): bigint {
  return positions.find((position) => position.market === market)?.size ?? 0n;
}
