import type { Hex } from "../units.js";
import { BlockTimeError, SnapshotUnknownError } from "./chain-errors.js";
import type { DevRpc } from "./dev-rpc.js";

/** A block that {@link BlockControls.mine} made. */
export interface MinedBlock {
  readonly number: number;
  readonly hash: Hex;
  /** Unix seconds. */
  readonly timestamp: number;
  /** Transactions in it. */
  readonly transactions: number;
}

/** Time and blocks of a development chain. */
export interface BlockControls {
  /** The head's unix seconds. */
  timestamp(): Promise<number>;
  /** Mine one block with the pending transactions at exactly `timestamp`. Throws {@link BlockTimeError}. */
  mine(timestamp: number): Promise<MinedBlock>;
  /** Mine a block for each transaction, or only when told. A clock that mined by itself is stopped either way. */
  setAutomine(on: boolean): Promise<void>;
  setBlockGasLimit(gas: bigint): Promise<void>;
  snapshot(): Promise<string>;
  /** Go back to a snapshot, which is used up by that. Throws {@link SnapshotUnknownError}. */
  revert(id: string): Promise<void>;
}

/** Drive the blocks of the chain behind `rpc`. */
export function blockControls(rpc: DevRpc): BlockControls {
  return {
    timestamp: async () => (await head(rpc)).timestamp,
    async mine(timestamp) {
      const before = await head(rpc);
      if (timestamp <= before.timestamp) throw new BlockTimeError(timestamp, before.timestamp);
      await rpc.call("evm_setNextBlockTimestamp", [timestamp]);
      await rpc.call("evm_mine");
      const mined = await head(rpc);
      if (mined.timestamp !== timestamp) throw new BlockTimeError(timestamp, mined.timestamp);
      return mined;
    },
    async setAutomine(on) {
      await rpc.call("evm_setIntervalMining", [0]);
      await rpc.call("evm_setAutomine", [on]);
    },
    setBlockGasLimit: async (gas) => void (await rpc.call("evm_setBlockGasLimit", [quantity(gas)])),
    snapshot: async () => String(await rpc.call("evm_snapshot")),
    async revert(id) {
      const done = await rpc.call("evm_revert", [id]);
      if (done !== true) throw new SnapshotUnknownError(id);
    },
  };
}

async function head(rpc: DevRpc): Promise<MinedBlock> {
  const block = (await rpc.call("eth_getBlockByNumber", ["latest", false])) as {
    number: Hex;
    hash: Hex;
    timestamp: Hex;
    transactions: readonly Hex[];
  };
  return {
    number: Number.parseInt(block.number, 16),
    hash: block.hash,
    timestamp: Number.parseInt(block.timestamp, 16),
    transactions: block.transactions.length,
  };
}

/** A JSON-RPC quantity. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}
