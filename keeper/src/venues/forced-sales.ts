import type { Path } from "../chain/follow.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { ForcedSale } from "../snapshot/snapshot.js";
import type { Hex } from "../units.js";
import type { UntimedSale } from "./follow-accounts.js";

const HEADERS_AT_ONCE = 50;

/** Those not older than `oldest`, Unix seconds. */
export function since(sales: readonly ForcedSale[], oldest: number): ForcedSale[] {
  return sales.filter(({ timestamp }) => timestamp >= oldest);
}

/** Sales in blocks of a path, with the times of those. */
export function timeInPath(sales: readonly UntimedSale[], path: Path): ForcedSale[] {
  return sales.map((sale) => withTime(sale, path.find(({ hash }) => hash === sale.blockHash)!.timestamp));
}

/** Sales since `oldest`, ascending. Times are looked up latest first, until one is older. */
export async function timeSales(
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
