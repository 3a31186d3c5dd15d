import type { Interface } from "ethers";
import { toWord } from "../../chain/archive/archive.js";
import type { Archive } from "../../chain/archive/archive.js";
import type { RecordedFork } from "../../chain/archive/reexecute.js";
import { CallReverted, RpcRefused, RpcUnreachable } from "../../chain/rpc-errors.js";
import { createRpcPool } from "../../chain/rpc-pool.js";
import type { BlockReader } from "../../chain/rpc-pool.js";
import { keccak256 } from "../../keccak.js";
import type { Address, Hex } from "../../units.js";
import { connectRpc } from "../dev-rpc.js";

/** One thing that the genuine code of a venue says on what a block recorded, and nothing else. */
export interface RecordedAnswer {
  /** A market, ilk, vault or account. */
  readonly of: string;
  /** Raw integers by the getter's name. */
  readonly read: Readonly<Record<string, bigint>>;
}

/** An answer, or undefined where what is recorded does not give it. */
export type Tried = RecordedAnswer | undefined;

/** Asks genuine code about recorded state. */
export interface Asker {
  readonly reader: BlockReader;
  /** What `read` gives, or undefined where it needs something that is not recorded. */
  attempt<T>(read: () => Promise<T>): Promise<T | undefined>;
  call(abi: Interface, to: Address, method: string, args?: readonly unknown[]): Promise<readonly unknown[]>;
}

/** Open an asker: an empty block on top, at the number and time of the recorded one, under rules that know the lenses' instructions. */
export async function askerOn(fork: RecordedFork, { chainId, header }: Archive): Promise<Asker> {
  const rpc = connectRpc(fork.url);
  await rpc.call("evm_setNextBlockTimestamp", [header.timestamp]);
  await rpc.call("evm_mine");
  const pool = createRpcPool({ urls: [fork.url], chainId, quorum: 1, timeoutMs: 60_000 });
  const reader = pool.at(await pool.head());
  return {
    reader,
    async attempt(read) {
      const before = fork.misses.size;
      try {
        const value = await read();
        return fork.misses.size === before ? value : undefined;
      } catch (error) {
        const kinds = [CallReverted, RpcRefused, RpcUnreachable];
        if (fork.misses.size > before || kinds.some((kind) => error instanceof kind)) return undefined;
        throw error;
      }
    },
    async call(abi, to, method, args = []) {
      const data = abi.encodeFunctionData(method, args) as Hex;
      return abi.decodeFunctionResult(method, await reader.call({ to, data })).toArray() as unknown[];
    },
  };
}

/** An answer of fields in their order. */
export function named(of: string, names: readonly string[], values: readonly unknown[]): RecordedAnswer {
  return { of, read: Object.fromEntries(names.map((name, i) => [name, values[i] as bigint])) };
}

/** Accounts of the block, and whatever it stores that may be one. */
export function addressesIn({ accounts }: Archive): Set<Address> {
  const found = new Set<Address>(accounts.keys());
  for (const { storage } of accounts.values()) {
    for (const value of storage.values()) {
      if (value >> 96n !== 0n && value >> 160n === 0n)
        found.add(`0x${value.toString(16).padStart(40, "0")}` as Address);
    }
  }
  return found;
}

/** Slot of `mapping[key]`, the mapping at `slot`. */
export function slotOf(slot: bigint, key: Hex): bigint {
  const bytes = Buffer.from(key.slice(2).padStart(64, "0") + toWord(slot).slice(2), "hex");
  return BigInt(`0x${Buffer.from(keccak256(bytes)).toString("hex")}`);
}
