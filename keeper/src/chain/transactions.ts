import type { Address, Hex } from "../units.js";
import { pinTo } from "./block-ref.js";
import type { BlockId } from "./block-ref.js";
import { agree, concur, standing } from "./fleet.js";
import type { Fleet } from "./fleet.js";
import { isRecord } from "./json-rpc.js";
import { FieldMalformed, parseAddress, parseCount, parseHex, parseQuantity } from "./parse.js";
import { ReadsDisagree, mostTelling } from "./rpc-errors.js";

/** What a mined transaction did. */
export interface TransactionReceipt {
  readonly hash: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
  /** Wei per gas. */
  readonly effectiveGasPrice: bigint;
  /** The contract that it made. */
  readonly contractAddress: Address | undefined;
}

/**
 * Hand a raw transaction to every endpoint; resolves with its hash when one took it.
 *
 * **Throws** what the endpoints failed with where none took it.
 */
export async function broadcast(fleet: Fleet, rawTransaction: Hex): Promise<Hex> {
  const parse = (result: unknown): Hex => parseHex(result, "transaction hash", 32);
  const sent = await Promise.allSettled(
    standing(fleet).map((endpoint) => endpoint.request("eth_sendRawTransaction", [rawTransaction], parse)),
  );
  const taken = sent.find((answer) => answer.status === "fulfilled");
  if (taken !== undefined) return taken.value;
  throw mostTelling(sent.filter((answer) => answer.status === "rejected").map((answer) => answer.reason as unknown));
}

/** Transactions that an address has in the chain up to `head`. Throws what {@link agree} throws. */
export function transactionCount(fleet: Fleet, address: Address, head: BlockId): Promise<number> {
  return agree(fleet, {
    method: "eth_getTransactionCount",
    params: [address, pinTo(head)],
    parse: (result) => parseCount(result, "transaction count"),
    minHead: head.number,
  });
}

/**
 * The receipt of a transaction in the chain up to `head`; `undefined` while no quorum has one.
 *
 * A receipt cannot be asked for at a block: an endpoint that lags has none yet, one that is ahead may have one of a later
 * block. Both count as none, and nobody is distrusted for either. **Throws** what fewer than a quorum of answers failed with.
 */
export async function receipt(fleet: Fleet, hash: Hex, head: BlockId): Promise<TransactionReceipt | undefined> {
  const parse = (result: unknown): TransactionReceipt | undefined => {
    const found = parseReceipt(result);
    return found === undefined || found.blockNumber > head.number ? undefined : found;
  };
  const question = { method: "eth_getTransactionReceipt", params: [hash], parse, minHead: head.number };
  try {
    return await concur(fleet, question);
  } catch (error) {
    if (error instanceof ReadsDisagree) return undefined;
    throw error;
  }
}

/** Run a call in the block that each endpoint would make next. Throws what {@link concur} throws. */
export function pendingCall(
  fleet: Fleet,
  transaction: { readonly from: Address; readonly to: Address; readonly data: Hex },
): Promise<Hex> {
  const parse = (result: unknown): Hex => parseHex(result, "call result");
  return concur(fleet, { method: "eth_call", params: [transaction, "pending"], parse });
}

function parseReceipt(value: unknown): TransactionReceipt | undefined {
  if (value === null) return undefined;
  if (!isRecord(value)) throw new FieldMalformed(typeof value, "a receipt");
  const { contractAddress } = value;
  return {
    hash: parseHex(value["transactionHash"], "transaction hash", 32),
    blockNumber: parseCount(value["blockNumber"], "block number"),
    blockHash: parseHex(value["blockHash"], "block hash", 32),
    succeeded: parseCount(value["status"], "status") === 1,
    gasUsed: parseQuantity(value["gasUsed"], "gas used"),
    effectiveGasPrice: parseQuantity(value["effectiveGasPrice"], "effective gas price"),
    contractAddress:
      typeof contractAddress === "string" ? parseAddress(contractAddress, "contract address") : undefined,
  };
}
