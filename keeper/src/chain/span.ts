import type { BlockRef } from "./block-ref.js";
import { nameBlock } from "./block-ref.js";
import type { Log, LogFilter } from "./log.js";
import type { RpcPool } from "./rpc-pool.js";
import { BlockGone } from "./rpc-errors.js";

/**
 * Logs of the blocks from number `from` to the block `to`, of the chain that `to` is on.
 *
 * **Throws** {@link BlockGone} where `to` is not canonical once the logs are read.
 */
export async function readSpan(
  chain: Pick<RpcPool, "block" | "logsBetween">,
  span: { readonly from: number; readonly to: BlockRef },
  filter: LogFilter,
): Promise<readonly Log[]> {
  const { from, to } = span;
  const logs = await chain.logsBetween({ from, to: to.number }, filter);
  const canonical = await chain.block({ number: to.number });
  if (canonical.hash !== to.hash) throw new BlockGone(nameBlock(to));
  return logs;
}
