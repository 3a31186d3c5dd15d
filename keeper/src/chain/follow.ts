import type { BlockRef } from "./block-ref.js";
import type { RpcPool } from "./rpc-pool.js";

/** State of a block that is cheaper to derive from an ancestor's state than to read anew. Values are never changed in place. */
export interface Derivation<S> {
  /** From the chain alone. `hint` is the state of another block of this chain, maybe of a fork: what it knows may be stale. */
  load(block: BlockRef, hint: S | undefined): Promise<S>;
  /** From the state of the parent of the first of `path`, a chain of one or more blocks. */
  advance(state: S, path: Path): Promise<S>;
}

/** Blocks, each the parent of the next; the last is the one whose state is wanted. */
export type Path = readonly [...BlockRef[], BlockRef];

/** Blocks that are walked back, a header each, before a state is loaded anew. */
const LONGEST_PATH = 64;
/** States kept: a reorganisation no deeper than this costs no load. */
const STATES_KEPT = 32;

/**
 * Derive the states of blocks in whatever order they are asked for: next block, jump, reorganisation, the same again.
 *
 * The cache is keyed by block hash, and a state is only ever derived along parent hashes, so that no orphaned block leaves
 * anything behind.
 */
export function follow<S>(pool: Pick<RpcPool, "block">, derivation: Derivation<S>): (block: BlockRef) => Promise<S> {
  const states = new Map<string, S>();
  let latest: S | undefined;

  return async (block) => {
    const known = states.get(block.hash);
    if (known !== undefined) return known;
    const path = await pathFrom(states, pool, block);
    const from = path === undefined ? undefined : states.get(path[0].parentHash);
    const state =
      from === undefined || path === undefined
        ? await derivation.load(block, latest)
        : await derivation.advance(from, path);
    states.set(block.hash, state);
    latest = state;
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
