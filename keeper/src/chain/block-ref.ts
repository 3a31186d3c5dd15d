import type { Hex } from "../units.js";
import { isRecord } from "./json-rpc.js";
import { FieldMalformed, parseCount, parseHex, parseQuantity } from "./parse.js";

/** What identifies a block, and what the keeper uses of its header. */
export interface BlockRef {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  /** Unix seconds. */
  readonly timestamp: number;
  /** 256 bytes. */
  readonly logsBloom: Hex;
  /** Wei; 0 before EIP-1559. */
  readonly baseFeePerGas: bigint;
}

/** A block by hash; its number says which endpoints can have it. */
export type BlockId = Pick<BlockRef, "number" | "hash">;

/** The block parameter (EIP-1898) of a read that must be answered from this block or not at all. */
export function pinTo({ hash }: BlockId): { readonly blockHash: Hex; readonly requireCanonical: true } {
  return { blockHash: hash, requireCanonical: true };
}

/** Read a block as eth_getBlockByHash answers it. Throws {@link FieldMalformed}. */
export function parseBlock(value: unknown): BlockRef {
  if (!isRecord(value)) throw new FieldMalformed(String(value), "a block");
  return {
    number: parseCount(value["number"], "block number"),
    hash: parseHex(value["hash"], "block hash", 32),
    parentHash: parseHex(value["parentHash"], "parent hash", 32),
    timestamp: parseCount(value["timestamp"], "timestamp"),
    logsBloom: parseHex(value["logsBloom"], "logs bloom", 256),
    baseFeePerGas: value["baseFeePerGas"] === undefined ? 0n : parseQuantity(value["baseFeePerGas"], "base fee"),
  };
}

/** `number (0x1234abcd…)`: how a block is named in messages. */
export function nameBlock({ number, hash }: BlockId): string {
  return `${number} (${hash.slice(0, 10)}…)`;
}
