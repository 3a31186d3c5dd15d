import { readSpan } from "../chain/span.js";
import type { Derivation, Path } from "../chain/follow.js";
import type { BlockRef } from "../chain/block-ref.js";
import type { Log } from "../chain/log.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { ForcedSale } from "../snapshot/snapshot.js";
import type { Address, Hex } from "../units.js";
import { readAccounts } from "./aave-accounts.js";
import type { ScaledAccount } from "./aave-accounts.js";
import { accountFilter, accountsOf, liquidationsOf } from "./aave-logs.js";
import type { UntimedSale } from "./aave-logs.js";
import { readReserves } from "./aave-reserves.js";
import type { RawReserves } from "./aave-reserves.js";

/** Which deployment to follow. */
export interface AaveV3Source {
  /** The Pool. */
  readonly pool: Address;
  /** Block of its deployment: earlier blocks hold no accounts. */
  readonly fromBlock: number;
}

/** A deployment at one block, before interest. */
export interface AaveV3State extends RawReserves {
  readonly block: BlockRef;
  /** Accounts that borrow or have collateral. */
  readonly accounts: ReadonlyMap<Address, ScaledAccount>;
  /** Every account that ever appeared, of whatever fork: only grows, and is shared between states. */
  readonly seen: Set<Address>;
  /** Scaled variable debt that no account is known to owe, by reserve id; ids without any are absent. */
  readonly unattributed: ReadonlyMap<number, bigint>;
  /** Liquidations since {@link AaveV3State.salesFrom}, ascending. */
  readonly sales: readonly ForcedSale[];
}

/** Blocks by which a load reaches behind its hint: a fork that is deeper needs a restart. */
const FORK_DEPTH = 64;
const HEADERS_AT_ONCE = 50;

/**
 * Follow an Aave v3 deployment: once synced, a block costs its logs, its reserves, and the accounts that its logs name.
 *
 * Accounts that logs missed show up as debt in the protocol's totals that nobody owes; then everything is read anew.
 * **Throws** {@link CallReverted} where the address is not an Aave v3 Pool, and what the pool's reads throw.
 */
export function followAaveV3(
  chain: RpcPool,
  source: AaveV3Source,
  resilienceWindowSec: number,
): Derivation<AaveV3State> {
  const load = async (block: BlockRef, hint: AaveV3State | undefined): Promise<AaveV3State> => {
    const reader = chain.at(block);
    const raw = await readReserves(reader, source.pool);
    const from = hint === undefined ? source.fromBlock : Math.max(source.fromBlock, hint.block.number - FORK_DEPTH);
    const logs = await readSpan(chain, { from, to: block }, accountFilter(source.pool, raw.reserves));
    const seen = hint?.seen ?? new Set<Address>();
    for (const account of accountsOf(logs)) seen.add(account);
    const read = await readAccounts(reader, { pool: source.pool, reserves: raw.reserves }, [...seen]);
    const accounts = merge(new Map(), read);
    const oldest = block.timestamp - resilienceWindowSec;
    const recent = await timeSales(chain, liquidationsOf(source.pool, logs), oldest);
    const sales = since([...(hint?.sales ?? []).filter((sale) => sale.block < from), ...recent], oldest);
    return { ...raw, block, accounts, seen, sales, unattributed: unattributedDebt(raw, accounts) };
  };

  const advance = async (state: AaveV3State, path: Path): Promise<AaveV3State> => {
    const block = path.at(-1)!;
    const reader = chain.at(block);
    const [raw, before] = await Promise.all([
      readReserves(reader, source.pool),
      readPath(chain, source.pool, path, state),
    ]);
    const isSameTokens = tokensOf(raw) === tokensOf(state);
    const logs = isSameTokens ? before : await readPath(chain, source.pool, path, raw);
    const touched = accountsOf(logs);
    for (const account of touched) state.seen.add(account);
    const read = await readAccounts(reader, { pool: source.pool, reserves: raw.reserves }, touched);
    const accounts = merge(state.accounts, read);
    const unattributed = unattributedDebt(raw, accounts);
    if (!isSame(unattributed, state.unattributed)) return loadAnew(block, state);
    const all = [...state.sales, ...timeInPath(liquidationsOf(source.pool, logs), path)];
    const sales = since(all, block.timestamp - resilienceWindowSec);
    return { ...raw, block, accounts, seen: state.seen, unattributed, sales };
  };

  /** First what is known and recent, and only if that does not explain the debt, the whole history. */
  const loadAnew = async (block: BlockRef, hint: AaveV3State): Promise<AaveV3State> => {
    const near = await load(block, hint);
    return near.unattributed.size === 0 ? near : load(block, undefined);
  };

  return { load, advance };
}

async function readPath(
  chain: RpcPool,
  pool: Address,
  path: Path,
  { reserves }: Pick<RawReserves, "reserves">,
): Promise<Log[]> {
  const filter = accountFilter(pool, reserves);
  return (await Promise.all(path.map((block) => chain.at(block).logs(filter)))).flat();
}

/** Replace the accounts read; those without any position are forgotten. The same map where nothing was read. */
function merge(
  accounts: ReadonlyMap<Address, ScaledAccount>,
  read: readonly ScaledAccount[],
): ReadonlyMap<Address, ScaledAccount> {
  if (read.length === 0) return accounts;
  const merged = new Map(accounts);
  for (const account of read) {
    if (account.positions.length === 0) merged.delete(account.account);
    else merged.set(account.account, account);
  }
  return merged;
}

function unattributedDebt(
  { reserves }: RawReserves,
  accounts: ReadonlyMap<Address, ScaledAccount>,
): ReadonlyMap<number, bigint> {
  const open = new Map(reserves.map(({ id, scaledDebt }) => [id, scaledDebt] as const));
  for (const { positions } of accounts.values()) {
    for (const { id, owed } of positions) {
      if (owed !== 0n) open.set(id, (open.get(id) ?? 0n) - owed);
    }
  }
  for (const [id, amount] of open) if (amount === 0n) open.delete(id);
  return open;
}

function isSame(a: ReadonlyMap<number, bigint>, b: ReadonlyMap<number, bigint>): boolean {
  return a.size === b.size && [...a].every(([id, amount]) => b.get(id) === amount);
}

function tokensOf({ reserves }: Pick<RawReserves, "reserves">): string {
  return reserves.map(({ aToken, stableDebt, variableDebt }) => aToken + stableDebt + variableDebt).join();
}

function since(sales: readonly ForcedSale[], oldest: number): ForcedSale[] {
  return sales.filter(({ timestamp }) => timestamp >= oldest);
}

function timeInPath(sales: readonly UntimedSale[], path: Path): ForcedSale[] {
  return sales.map((sale) => withTime(sale, path.find(({ hash }) => hash === sale.blockHash)!.timestamp));
}

/** Sales since `oldest`, ascending. Times are looked up latest first, until one is older. */
async function timeSales(
  chain: Pick<RpcPool, "block">,
  sales: readonly UntimedSale[],
  oldest: number,
): Promise<ForcedSale[]> {
  const hashes = [...new Set(sales.map(({ blockHash }) => blockHash))];
  const times = new Map<Hex, number>();
  for (let end = hashes.length; end > 0; end -= HEADERS_AT_ONCE) {
    const some = hashes.slice(Math.max(0, end - HEADERS_AT_ONCE), end);
    const blocks = await Promise.all(some.map((hash) => chain.block({ hash })));
    for (const { hash, timestamp } of blocks) times.set(hash, timestamp);
    if (blocks.some(({ timestamp }) => timestamp < oldest)) break;
  }
  return sales.flatMap((sale) => {
    const timestamp = times.get(sale.blockHash);
    return timestamp === undefined || timestamp < oldest ? [] : [withTime(sale, timestamp)];
  });
}

function withTime({ blockHash: _, ...sale }: UntimedSale, timestamp: number): ForcedSale {
  return { ...sale, timestamp };
}
