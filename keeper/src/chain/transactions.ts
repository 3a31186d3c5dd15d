import type { Address, Hex } from "../units.js";
import { standing } from "./fleet.js";
import type { Fleet } from "./fleet.js";
import { agree } from "./fleet.js";
import { isRecord } from "./json-rpc.js";
import { FieldMalformed, parseAddress, parseCount, parseHex, parseQuantity } from "./parse.js";
import { mostTelling } from "./rpc-errors.js";

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

/** Fees of recent blocks, oldest first. */
export interface FeeHistory {
  readonly oldestBlock: number;
  /** Wei; one more than blocks: the last is the next block's. */
  readonly baseFees: readonly bigint[];
  /** Wei, a row a block, a column a percentile asked for. */
  readonly tips: readonly (readonly bigint[])[];
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

/** Transactions that an address has in the chain up to `tag`. */
export function transactionCount(fleet: Fleet, address: Address, tag: "latest" | "pending"): Promise<number> {
  return agree(fleet, {
    method: "eth_getTransactionCount",
    params: [address, tag],
    parse: (result) => parseCount(result, "transaction count"),
  });
}

/** The receipt of a mined transaction, `undefined` while it is not in the chain. */
export function receipt(fleet: Fleet, hash: Hex): Promise<TransactionReceipt | undefined> {
  return agree(fleet, { method: "eth_getTransactionReceipt", params: [hash], parse: parseReceipt });
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

/** Fees of the last `blocks` blocks, from the first endpoint that answers: an opinion, not a fact to agree on. */
export function feeHistory(fleet: Fleet, blocks: number, percentiles: readonly number[]): Promise<FeeHistory> {
  const params = [`0x${blocks.toString(16)}`, "latest", percentiles];
  return agree({ ...fleet, quorum: 1 }, { method: "eth_feeHistory", params, parse: parseFeeHistory });
}

/** Wei per gas that an endpoint suggests. */
export function gasPrice(fleet: Fleet): Promise<bigint> {
  const parse = (result: unknown): bigint => parseQuantity(result, "gas price");
  return agree({ ...fleet, quorum: 1 }, { method: "eth_gasPrice", params: [], parse });
}

function parseFeeHistory(value: unknown): FeeHistory {
  if (!isRecord(value) || !Array.isArray(value["baseFeePerGas"]))
    throw new FieldMalformed(typeof value, "a fee history");
  const reward: unknown[] = Array.isArray(value["reward"]) ? value["reward"] : [];
  return {
    oldestBlock: parseCount(value["oldestBlock"], "oldest block"),
    baseFees: value["baseFeePerGas"].map((fee) => parseQuantity(fee, "base fee")),
    tips: reward.map((row) => (Array.isArray(row) ? row.map((tip) => parseQuantity(tip, "tip")) : [])),
  };
}
