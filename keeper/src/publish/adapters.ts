import { IPushAdapter__factory } from "../../../typechain-types/index.js";
import type { BlockRef } from "../chain/block-ref.js";
import { toQuantity } from "../chain/parse.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import { bigToInt, type Address, type Hex } from "../units.js";
import { NO_EPOCH, type Payload } from "./outbox-parts.js";

/** What one push adapter says at a head. */
export interface AdapterAnswer {
  readonly adapter: Address;
  /** Parts of its host that `sync()` would change; 0 where it did not answer. */
  readonly due: number;
  /** Why it did not answer. */
  readonly fault: string | undefined;
}

/** Who would call `sync()`, and with how much gas: an adapter that needs more cannot be served, and must say so. */
export interface SyncCaller {
  readonly from: Address;
  readonly gasLimit: bigint;
}

const adapterAbi = IPushAdapter__factory.createInterface();
const SYNC = adapterAbi.encodeFunctionData("sync") as Hex;
/** One word, as hex with its prefix. */
const WORD_LENGTH = 66;

/** Make what asks every adapter, in their order, what `sync()` would change at a block. Never rejects. */
export function createAdapterReader(
  pool: Pick<RpcPool, "at">,
  adapters: readonly Address[],
  { from, gasLimit }: SyncCaller,
): (block: BlockRef) => Promise<AdapterAnswer[]> {
  const gas = toQuantity(bigToInt(gasLimit));
  return (block) => {
    const reader = pool.at(block);
    const ask = async (adapter: Address): Promise<AdapterAnswer> => {
      try {
        const result = await reader.call({ from, to: adapter, data: SYNC, gas });
        if (result.length === WORD_LENGTH) return { adapter, due: bigToInt(BigInt(result)), fault: undefined };
        return { adapter, due: 0, fault: `saw ${result.slice(0, WORD_LENGTH)} from sync(), expected a number` };
      } catch (error) {
        return { adapter, due: 0, fault: error instanceof Error ? error.message : String(error) };
      }
    };
    return Promise.all(adapters.map(ask));
  };
}

/** The call that brings an adapter's host to what the level calls for. */
export function syncPayload(adapter: Address): Payload {
  return { epoch: NO_EPOCH, to: adapter, data: SYNC };
}
