import type { BlockRef } from "../chain/block-ref.js";
import type { Derivation } from "../chain/follow.js";
import { runInPortions } from "../chain/lens.js";
import type { Portion } from "../chain/lens.js";
import type { BlockReader, RpcPool } from "../chain/rpc-pool.js";

/** What was read of a block. */
export interface ReadAt<T> {
  readonly block: BlockRef;
  readonly read: T;
}

/** Read a venue whole at every block: for protocols that list their accounts themselves. Throws what `read` throws. */
export function readAnew<T>(
  chain: Pick<RpcPool, "at">,
  read: (reader: BlockReader) => Promise<T>,
): Derivation<ReadAt<T>> {
  const at = async (block: BlockRef): Promise<ReadAt<T>> => ({ block, read: await read(chain.at(block)) });
  return { load: (block) => at(block), advance: (_, path) => at(path.at(-1)!) };
}

/** Run a lens over the places `0` to `count` of a list on chain, `size` to a call. Throws what {@link runInPortions} throws. */
export function readList<T>(
  count: number,
  size: number,
  run: (from: number, to: number) => Promise<Portion<T>>,
): Promise<T[]> {
  const places = Array.from({ length: count }, (_, place) => place);
  return runInPortions(places, size, (portion) => run(portion[0]!, portion.at(-1)! + 1));
}
