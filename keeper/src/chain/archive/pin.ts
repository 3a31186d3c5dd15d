import { isRecord } from "../json-rpc.js";
import { parseCount, parseHex, toQuantity } from "../parse.js";
import type { Hex } from "../../units.js";
import { OutsidePin } from "./errors.js";

/** The one block that a fork has the state of: its head, to whoever asks. */
export interface Pin {
  readonly chainId: number;
  readonly number: number;
  readonly hash: Hex;
  /** As JSON-RPC gives it; absent before EIP-1559. Wei. */
  readonly baseFeePerGas?: Hex;
}

const HEAD_TAGS: readonly unknown[] = ["latest", "pending", "safe", "finalized", undefined, null];

/** A block tag or number, as a number: every tag of a head is the pinned block. **Throws** {@link FieldMalformed}. */
export function blockNumber(pin: Pin, tag: unknown): number {
  if (HEAD_TAGS.includes(tag)) return pin.number;
  return tag === "earliest" ? 0 : parseCount(tag, "a block number or tag");
}

/**
 * Make sure that a block parameter (tag, number or EIP-1898 object) means the pinned block.
 *
 * **Throws** {@link OutsidePin} naming `what` where it does not, {@link FieldMalformed} where it is none.
 */
export function requirePin(pin: Pin, tag: unknown, what: string): void {
  if (isRecord(tag) && "blockHash" in tag) {
    const hash = parseHex(tag["blockHash"], "block hash", 32);
    if (hash !== pin.hash) throw new OutsidePin(what, hash, pin.number);
    return;
  }
  const number = blockNumber(pin, isRecord(tag) ? tag["blockNumber"] : tag);
  if (number !== pin.number) throw new OutsidePin(what, `${number}`, pin.number);
}

/** How an endpoint is asked for state: by the block's hash, so that no other block can answer. **Source:** EIP-1898. */
export function pinned(pin: Pin): { readonly blockHash: Hex; readonly requireCanonical: true } {
  return { blockHash: pin.hash, requireCanonical: true };
}

/** A block number up to the pinned one. **Throws** {@link OutsidePin}: a later block is not there yet. */
export function pastNumber(pin: Pin, tag: unknown, what: string): number {
  const number = blockNumber(pin, tag);
  if (number > pin.number) throw new OutsidePin(what, `${number}`, pin.number);
  return number;
}

/** Answers that follow from the pin alone; undefined where a method's does not. */
export function localAnswer(pin: Pin, method: string): unknown {
  const answers: Readonly<Record<string, unknown>> = {
    eth_chainId: toQuantity(pin.chainId),
    net_version: `${pin.chainId}`,
    eth_blockNumber: toQuantity(pin.number),
    eth_syncing: false,
    eth_accounts: [],
    net_listening: true,
    web3_clientVersion: "bulkhead/fork",
    eth_gasPrice: pin.baseFeePerGas ?? "0x0",
    eth_maxPriorityFeePerGas: "0x0",
  };
  return Object.hasOwn(answers, method) ? answers[method] : undefined;
}
