import type { BlockRef } from "./block-ref.js";
import { BlockGone } from "./rpc-errors.js";
import type { RpcPool } from "./rpc-pool.js";

/** State of a block that is cheaper to derive from an ancestor's state than to read anew. Values are never changed in place. */
export interface Derivation<S> {
  /**
   * From the chain alone. `hint` is the state of an earlier block of this chain, or of a fork of at most {@link FORK_DEPTH}
   * blocks: what it knows may be stale.
   * A long load hands what it has so far to `checkpoint`: a hint for the next one, should this one be killed.
   */
  load(block: BlockRef, hint: S | undefined, checkpoint?: Checkpoint<S>): Promise<S>;
  /** From the state of the parent of the first of `path`, a chain of one or more blocks. */
  advance(state: S, path: Path): Promise<S>;
}

/** Keeps an unfinished state that is good as a hint, and as nothing else; `upTo`: the block up to which it knows all. */
export type Checkpoint<S> = (hint: S, upTo?: BlockRef) => void;

/** Where states outlive the process. What is not there, or cannot be read, is derived from the chain again. */
export interface StateStore<S> {
  /** The last that was saved. `block` is absent where the state is only a hint; `upTo`, then, what its block would be. */
  last(): { readonly block: BlockRef | undefined; readonly state: S; readonly upTo?: BlockRef | undefined } | undefined;
  save(block: BlockRef | undefined, state: S, upTo?: BlockRef): void;
}

/** Blocks, each the parent of the next; the last is the one whose state is wanted. */
export type Path = readonly [...BlockRef[], BlockRef];

/** Blocks that are walked back, a header each, before a state is loaded anew. */
const LONGEST_PATH = 64;
/** Blocks by which a hint's fork may be deep: a load reaches behind its hint by as many. */
export const FORK_DEPTH = 64;
/** States kept: a reorganisation no deeper than this costs no load. */
const STATES_KEPT = 32;
/** Blocks from one saved state to the next: after a restart at most these are walked again. */
const BLOCKS_PER_SAVE = 32;

/**
 * Derive the states of blocks in whatever order they are asked for: next block, jump, reorganisation, the same again.
 *
 * The cache is keyed by block hash, and a state is only ever derived along parent hashes, so that no orphaned block leaves
 * anything behind. One block is derived at a time: who asks meanwhile waits, and then has the benefit.
 */
export function follow<S>(
  pool: Pick<RpcPool, "block">,
  derivation: Derivation<S>,
  store?: StateStore<S>,
): (block: BlockRef) => Promise<S> {
  const states = new Map<string, S>();
  const saved = store?.last();
  if (saved?.block !== undefined) states.set(saved.block.hash, saved.state);
  let latest = saved && { state: saved.state, upTo: saved.block ?? saved.upTo };
  let lastSaved = saved?.block?.number;
  const save = (block: BlockRef, state: S): void => {
    if (lastSaved !== undefined && Math.abs(block.number - lastSaved) < BLOCKS_PER_SAVE) return;
    store?.save(block, state);
    lastSaved = block.number;
  };
  const load = async (block: BlockRef): Promise<S> => {
    const isGood = latest?.upTo === undefined || (await isBehind(pool, latest.upTo, block));
    const hint = isGood ? latest?.state : undefined;
    return derivation.load(block, hint, (unfinished, upTo) => store?.save(undefined, unfinished, upTo));
  };
  const derive = async (block: BlockRef): Promise<S> => {
    const known = states.get(block.hash);
    if (known !== undefined) return known;
    const path = await pathFrom(states, pool, block);
    const from = path === undefined ? undefined : states.get(path[0].parentHash);
    const state = from === undefined || path === undefined ? await load(block) : await derivation.advance(from, path);
    states.set(block.hash, state);
    latest = { state, upTo: block };
    save(block, state);
    for (const hash of states.keys()) {
      if (states.size <= STATES_KEPT) break;
      states.delete(hash);
    }
    return state;
  };

  let turn: Promise<unknown> = Promise.resolve();
  return (block) => {
    const mine = turn.then(() => derive(block));
    turn = mine.catch(() => undefined);
    return mine;
  };
}

/**
 * Whether what was known at `hint` can help with `block`: it is of the same chain, not later, and no deeper in a fork than a load
 * reaches. Whether the pool's canonical chain is that of `block`, the load itself finds out.
 */
async function isBehind(pool: Pick<RpcPool, "block">, hint: BlockRef, block: BlockRef): Promise<boolean> {
  if (hint.number > block.number || hint.timestamp > block.timestamp) return false;
  try {
    let at = hint;
    for (let depth = 0; depth < FORK_DEPTH; depth++) {
      const canonical = await pool.block({ number: at.number });
      if (canonical.hash === at.hash) return true;
      if (at.number === 0) return false;
      at = await pool.block({ hash: at.parentHash });
    }
    return false;
  } catch (error) {
    if (error instanceof BlockGone) return false;
    throw error;
  }
}

/** The blocks from the nearest ancestor whose state is kept, exclusive, to `block`; undefined where none is near. */
async function pathFrom(
  states: ReadonlyMap<string, unknown>,
  pool: Pick<RpcPool, "block">,
  block: BlockRef,
): Promise<Path | undefined> {
  if (states.size === 0) return undefined;
  let path: Path = [block];
  while (!states.has(path[0].parentHash)) {
    if (path.length >= LONGEST_PATH || path[0].number === 0) return undefined;
    path = [await pool.block({ hash: path[0].parentHash }), ...path];
  }
  return path;
}
