import { setTimeout as pause } from "node:timers/promises";
import type { BlockRef } from "./block-ref.js";
import { BlockGone } from "./rpc-errors.js";
import type { RpcPool } from "./rpc-pool.js";

export interface HeadTrackerOptions {
  readonly pollMs: number;
  /** Ends the tracking. */
  readonly signal: AbortSignal;
  /** Told of every failed poll; tracking goes on. May throw to end it. */
  readonly onError: (cause: unknown) => void;
}

/** Blocks that an older head may lie behind before it is taken for a reorganisation rather than a slow endpoint. */
const LAG_LIMIT = 64;

/**
 * Yield each new head that a quorum agrees on, in the order in which they become the head.
 *
 * Heads that come and go between two polls are not seen. After a reorganisation the new head is yielded, whatever its
 * number; an ancestor of the last head is a lagging endpoint's answer and is not.
 */
export async function* trackHeads(pool: RpcPool, options: HeadTrackerOptions): AsyncGenerator<BlockRef, void> {
  const { pollMs, signal, onError } = options;
  let last: BlockRef | undefined;
  while (!signal.aborted) {
    const next = await poll(pool, last, onError);
    if (next !== undefined && !signal.aborted) {
      last = next;
      yield next;
    }
    await pause(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

async function poll(
  pool: RpcPool,
  last: BlockRef | undefined,
  onError: (cause: unknown) => void,
): Promise<BlockRef | undefined> {
  try {
    const head = await pool.head();
    if (head.hash === last?.hash) return undefined;
    return last !== undefined && (await isAncestor(pool, head, last)) ? undefined : head;
  } catch (cause) {
    onError(cause);
    return undefined;
  }
}

async function isAncestor(pool: RpcPool, head: BlockRef, last: BlockRef): Promise<boolean> {
  if (head.number >= last.number || last.number - head.number > LAG_LIMIT) return false;
  try {
    let at = last;
    while (at.number > head.number + 1) at = await pool.block({ hash: at.parentHash });
    return at.parentHash === head.hash;
  } catch (cause) {
    // The last head's own chain is not known any more: it was replaced.
    if (cause instanceof BlockGone) return false;
    throw cause;
  }
}
