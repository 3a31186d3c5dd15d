import type { BlockRef } from "../chain/block-ref.js";
import { FORK_DEPTH } from "../chain/follow.js";
import type { Checkpoint, Derivation, Path } from "../chain/follow.js";
import type { Log, LogFilter } from "../chain/log.js";
import type { BlockReader, RpcPool } from "../chain/rpc-pool.js";
import { readSpan } from "../chain/span.js";
import type { ForcedSale } from "../snapshot/snapshot.js";
import type { Hex } from "../units.js";
import { since, timeInPath, timeSales } from "./forced-sales.js";

/** A liquidation whose block's time is still to be looked up. */
export type UntimedSale = Omit<ForcedSale, "timestamp"> & { readonly blockHash: Hex };

/**
 * What is peculiar to a venue whose accounts are found in logs and read in bulk. `M`: everything but the accounts, read anew
 * at each block. `A`: one account. Keys name accounts: an address, or a market and an address.
 */
export interface AccountsVenue<M, A> {
  /** Block of its deployment: earlier blocks hold no accounts. */
  readonly fromBlock: number;
  /** `seen`: keys of accounts, for venues whose markets are known from there. */
  readMarket(reader: BlockReader, seen: ReadonlySet<string>): Promise<M>;
  /** Whether {@link readMarket} reads what `seen` names. */
  readonly marketFollowsKeys?: boolean;
  /** The events that can change an account, or are liquidations. */
  filterOf(market: M): LogFilter;
  /** Keys that logs of the filter name. */
  keysOf(logs: readonly Log[]): readonly string[];
  salesOf(logs: readonly Log[]): readonly UntimedSale[];
  /** Accounts by key; undefined where one holds nothing. */
  readAccounts(
    reader: BlockReader,
    market: M,
    keys: readonly string[],
  ): Promise<readonly (readonly [key: string, account: A | undefined])[]>;
  /** What the venue's totals say is owed and no account owes; a change means that logs were missed. Empty where all is found. */
  unattributed(market: M, accounts: ReadonlyMap<string, A>): ReadonlyMap<string, bigint>;
}

/** A venue at one block. */
export interface Followed<M, A> {
  readonly block: BlockRef;
  readonly market: M;
  /** Accounts that hold something. */
  readonly accounts: ReadonlyMap<string, A>;
  /** Every key that ever appeared, of whatever fork: only grows, and is shared between states. */
  readonly seen: Set<string>;
  readonly unattributed: ReadonlyMap<string, bigint>;
  /** Liquidations of the window, ascending. */
  readonly sales: readonly ForcedSale[];
}

const NONE: ReadonlyMap<string, bigint> = new Map();
/** Blocks whose logs are read before what they name is kept: about two weeks of mainnet. */
const BLOCKS_PER_CHECKPOINT = 100_000;

/**
 * Follow a venue: once synced, a block costs its logs, its market, and the accounts that its logs name.
 *
 * Accounts that logs missed show up as debt that nobody owes; then everything is read anew.
 * **Throws** {@link CallReverted} where the contracts are not of the venue's kind, and what the pool's reads throw.
 */
export function followAccounts<M, A>(
  chain: RpcPool,
  venue: AccountsVenue<M, A>,
  resilienceWindowSec: number,
): Derivation<Followed<M, A>> {
  const remarket = async (reader: BlockReader, market: M, seen: ReadonlySet<string>, before: number): Promise<M> =>
    venue.marketFollowsKeys === true && seen.size > before ? venue.readMarket(reader, seen) : market;

  const sync = async (
    block: BlockRef,
    hint: Followed<M, A> | undefined,
    checkpoint?: Checkpoint<Followed<M, A>>,
  ): Promise<Followed<M, A>> => {
    const reader = chain.at(block);
    const seen = hint?.seen ?? new Set<string>();
    const before = seen.size;
    const first = await venue.readMarket(reader, seen);
    const from = hint === undefined ? venue.fromBlock : Math.max(venue.fromBlock, hint.block.number - FORK_DEPTH);
    const oldest = block.timestamp - resilienceWindowSec;
    const known = { seen, sales: hint?.sales ?? [], from, oldest };
    const sales = await readHistory(chain, venue, { reader, market: first, ...known }, checkpoint);
    const market = await remarket(reader, first, seen, before);
    const accounts = merge(new Map<string, A>(), await venue.readAccounts(reader, market, [...seen]));
    return { block, market, accounts, seen, sales, unattributed: venue.unattributed(market, accounts) };
  };

  const advance = async (state: Followed<M, A>, path: Path): Promise<Followed<M, A>> => {
    const block = path.at(-1)!;
    const reader = chain.at(block);
    const { seen } = state;
    const known = seen.size;
    const filter = venue.filterOf(state.market);
    const [first, before] = await Promise.all([venue.readMarket(reader, seen), readPath(chain, filter, path)]);
    const now = venue.filterOf(first);
    const logs = isSameFilter(filter, now) ? before : await readPath(chain, now, path);
    const touched = venue.keysOf(logs);
    for (const key of touched) seen.add(key);
    const market = await remarket(reader, first, seen, known);
    const accounts = merge(state.accounts, await venue.readAccounts(reader, market, touched));
    const unattributed = venue.unattributed(market, accounts);
    if (!isSame(unattributed, state.unattributed)) return load(block, { ...state, unattributed: NONE });
    const all = [...state.sales, ...timeInPath(venue.salesOf(logs), path)];
    return { block, market, accounts, seen, unattributed, sales: since(all, block.timestamp - resilienceWindowSec) };
  };

  /** First what is known and recent, and only if that leaves debt open that was not, the whole history. */
  const load: Derivation<Followed<M, A>>["load"] = async (block, hint, checkpoint) => {
    const near = await sync(block, hint, checkpoint);
    const isExplained = near.unattributed.size === 0 || isSame(near.unattributed, hint?.unattributed ?? NONE);
    return hint === undefined || isExplained ? near : sync(block, undefined, checkpoint);
  };

  return { load, advance };
}

/** Where a first sync begins, and what is known from before. */
interface History<M> extends Pick<Followed<M, unknown>, "market" | "seen" | "sales"> {
  readonly reader: BlockReader;
  readonly from: number;
  /** Unix seconds of the oldest sale that counts. */
  readonly oldest: number;
}

/** Read logs up to a block in stages, each kept, so that a sync that is killed goes on where it was. Returns the sales. */
async function readHistory<M, A>(
  chain: RpcPool,
  venue: AccountsVenue<M, A>,
  { reader, market, seen, from, oldest, ...known }: History<M>,
  checkpoint: Checkpoint<Followed<M, A>> | undefined,
): Promise<ForcedSale[]> {
  const { block } = reader;
  const filter = venue.filterOf(market);
  let sales = known.sales.filter((sale) => sale.block < from);
  for (let start = from; start <= block.number; start += BLOCKS_PER_CHECKPOINT) {
    const end = Math.min(block.number, start + BLOCKS_PER_CHECKPOINT - 1);
    const to = end === block.number ? block : await chain.block({ number: end });
    const logs = await readSpan(chain, { from: start, to }, filter);
    const before = seen.size;
    for (const key of venue.keysOf(logs)) seen.add(key);
    // As in a block by itself, a sale may be of a market that only now is known of.
    if (venue.marketFollowsKeys === true && seen.size > before) await venue.readMarket(reader, seen);
    sales = since([...sales, ...(await timeSales(chain, venue.salesOf(logs), oldest))], oldest);
    if (to !== block) checkpoint?.({ block: to, market, accounts: new Map(), seen, sales, unattributed: NONE }, to);
  }
  return sales;
}

async function readPath(chain: RpcPool, filter: LogFilter, path: Path): Promise<Log[]> {
  return (await Promise.all(path.map((block) => chain.at(block).logs(filter)))).flat();
}

/** Replace the accounts read; those that hold nothing are forgotten. The same map where nothing was read. */
function merge<A>(
  accounts: ReadonlyMap<string, A>,
  read: readonly (readonly [key: string, account: A | undefined])[],
): ReadonlyMap<string, A> {
  if (read.length === 0) return accounts;
  const merged = new Map(accounts);
  for (const [key, account] of read) {
    if (account === undefined) merged.delete(key);
    else merged.set(key, account);
  }
  return merged;
}

function isSame(a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): boolean {
  return a.size === b.size && [...a].every(([id, amount]) => b.get(id) === amount);
}

function isSameFilter(a: LogFilter, b: LogFilter): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
