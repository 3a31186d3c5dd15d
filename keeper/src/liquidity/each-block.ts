import type { BlockRef } from "../chain/block-ref.js";
import type { Derivation } from "../chain/follow.js";

/** A state that one call reads whole: the next block costs the same call. */
export function eachBlock<S>(read: (block: BlockRef) => Promise<S>): Derivation<S> {
  return { load: (block) => read(block), advance: (_, path) => read(path.at(-1)!) };
}
