import type { BlockRef } from "./block-ref.js";
import type { RpcPool } from "./rpc-pool.js";

/** State of a block that is cheaper to derive from an ancestor's state than to read anew. Values are never changed in place. */
export interface Derivation<S> {
  /**
   * From the chain alone. `hint` is the state of another block of this chain, maybe of a fork: what it knows may be stale.
   * A long load hands what it has so far to `checkpoint`: a hint for the next one, should this one be killed.
   */
  load(block: BlockRef, hint: S | undefined, checkpoint?: Checkpoint<S>): Promise<S>;
  /** From the state of the parent of the first of `path`, a chain of one or more blocks. */
  advance(state: S, path: Path): Promise<S>;
}

/** Keeps an unfinished state that is good as a hint, and as nothing else. */
export type Checkpoint<S> = (hint: S) => void;

/** Where states outlive the process. What is not there, or cannot be read, is derived from the chain again. */
export interface StateStore<S> {
  /** The last that was saved. `block` is absent where the state is only a hint. */
  last(): { readonly block: BlockRef | undefined; readonly state: S } | undefined;
  save(block: BlockRef | undefined, state: S): void;
}

/** Blocks, each the parent of the next; the last is the one whose state is wanted. */
export type Path = readonly [...BlockRef[], BlockRef];

/** Blocks that are walked back, a header each, before a state is loaded anew. */
const LONGEST_PATH = 64;
/** States kept: a reorganisation no deeper than this costs no load. */
const STATES_KEPT = 32;
/** Blocks from one saved state to the next: after a restart at most these are walked again. */
const BLOCKS_PER_SAVE = 32;

/**
 * Derive the states of blocks in whatever order they are asked for: next block, jump, reorganisation, the same again.
 *
 * The cache is keyed by block hash, and a state is only ever derived along parent hashes, so that no orphaned block leaves
 * anything behind.
 */
export function follow<S>(
  pool: Pick<RpcPool, "block">,
  derivation: Derivation<S>,
  store?: StateStore<S>,
): (block: BlockRef) => Promise<S> {
  const states = new Map<string, S>();
  const saved = store?.last();
  if (saved?.block !== undefined) states.set(saved.block.hash, saved.state);
  let latest = saved?.state;
  let lastSaved = saved?.block?.number;
  const save = (block: BlockRef, state: S): void => {
    if (lastSaved !== undefined && Math.abs(block.number - lastSaved) < BLOCKS_PER_SAVE) return;
    store?.save(block, state);
    lastSaved = block.number;
  };

  return async (block) => {
    const known = states.get(block.hash);
    if (known !== undefined) return known;
    const path = await pathFrom(states, pool, block);
    const from = path === undefined ? undefined : states.get(path[0].parentHash);
    const state =
      from === undefined || path === undefined
        ? await derivation.load(block, latest, (hint) => store?.save(undefined, hint))
        : await derivation.advance(from, path);
    states.set(block.hash, state);
    latest = state;
    save(block, state);
    for (const hash of states.keys()) {
      if (states.size <= STATES_KEPT) break;
      states.delete(hash);
    }
    return state;
  };
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
