import type { Address, Hex } from "../units.js";
import { nameBlock, parseBlock } from "./block-ref.js";
import type { BlockRef } from "./block-ref.js";
import { openEndpoint } from "./endpoint.js";
import type { EndpointStatus } from "./endpoint.js";
import { agree } from "./fleet.js";
import type { Fleet } from "./fleet.js";
import { agreeOnHead } from "./head-agreement.js";
import type { Log, LogFilter } from "./log.js";
import { readLogRange, readLogs } from "./logs.js";
import { FieldMalformed, parseHex, toQuantity } from "./parse.js";
import { BlockGone } from "./rpc-errors.js";
import { broadcast, feeHistory, gasPrice, receipt, transactionCount } from "./transactions.js";
import type { FeeHistory, TransactionReceipt } from "./transactions.js";

export interface RpcPoolOptions {
  /** http or https. */
  readonly urls: readonly string[];
  readonly chainId: number;
  /** Endpoints that must agree on a head and on every read: 1 for a single development node, 2 or more otherwise. */
  readonly quorum: number;
  /** For one HTTP request. */
  readonly timeoutMs: number;
}

/** Raised when a pool is configured so that it can never agree. */
export class RpcPoolMisconfigured extends Error {
  override readonly name = "RpcPoolMisconfigured";
  constructor(quorum: number, urls: number) {
    super(`saw a quorum of ${quorum} over ${urls} endpoints, expected 1 to ${urls}; add endpoints or lower the quorum`);
  }
}

/** Several endpoints read as one. Nothing is believed that fewer than the quorum say. */
export interface RpcPool {
  readonly chainId: number;
  /** The highest block that a quorum agrees on. Throws {@link NoHeadAgreement}, {@link WrongChain}, {@link RpcUnreachable}. */
  head(): Promise<BlockRef>;
  /** A block by hash or number. Throws {@link BlockGone}. */
  block(id: { readonly hash: Hex } | { readonly number: number }): Promise<BlockRef>;
  /** Reads pinned to a block's hash. */
  at(block: BlockRef): BlockReader;
  /** Logs of a span of canonical blocks, for a first sync. */
  logsBetween(range: { readonly from: number; readonly to: number }, filter: LogFilter): Promise<readonly Log[]>;
  /** Hand a raw transaction to every endpoint; resolves with its hash when one took it. */
  broadcast(rawTransaction: Hex): Promise<Hex>;
  transactionCount(address: Address, tag?: "latest" | "pending"): Promise<number>;
  /** `undefined` while the transaction is not in the chain. */
  receipt(hash: Hex): Promise<TransactionReceipt | undefined>;
  gasPrice(): Promise<bigint>;
  feeHistory(blocks: number, percentiles: readonly number[]): Promise<FeeHistory>;
  /** Any other method; the answer is agreed on by the quorum, its shape is the caller's to check. */
  send(method: string, params: readonly unknown[]): Promise<unknown>;
  status(): readonly EndpointStatus[];
}

/** Reads from one block. A block that leaves the chain is an error, never another block's answer. */
export interface BlockReader {
  readonly block: BlockRef;
  /**
   * Run a call on the block's state; without `to`, `data` is init code and what it returns is the answer.
   *
   * **Throws** {@link CallReverted}, {@link BlockGone}, {@link ReadsDisagree}.
   */
  call(transaction: { readonly to?: Address; readonly data: Hex }): Promise<Hex>;
  /** One storage word. */
  storage(address: Address, slot: Hex): Promise<Hex>;
  /** The block's logs, ascending, checked against its bloom. Throws {@link LogsMissing}. */
  logs(filter: LogFilter): Promise<readonly Log[]>;
}

/** Open a pool. Nothing is sent before the first read. **Throws** {@link RpcPoolMisconfigured}. */
export function createRpcPool(options: RpcPoolOptions): RpcPool {
  const { urls, chainId, quorum } = options;
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > urls.length)
    throw new RpcPoolMisconfigured(quorum, urls.length);
  const fleet: Fleet = { endpoints: urls.map((url) => openEndpoint({ ...options, url })), quorum };
  return {
    chainId,
    head: () => agreeOnHead(fleet),
    block: (id) => readBlock(fleet, id),
    at: (block) => openReader(fleet, block),
    logsBetween: (range, filter) => readLogRange(fleet, range, filter),
    broadcast: (rawTransaction) => broadcast(fleet, rawTransaction),
    transactionCount: (address, tag = "latest") => transactionCount(fleet, address, tag),
    receipt: (hash) => receipt(fleet, hash),
    gasPrice: () => gasPrice(fleet),
    feeHistory: (blocks, percentiles) => feeHistory(fleet, blocks, percentiles),
    send: (method, params) => agree(fleet, { method, params, parse: (result) => result }),
    status: () => fleet.endpoints.map((endpoint) => endpoint.status()),
  };
}

function openReader(fleet: Fleet, block: BlockRef): BlockReader {
  const pin = { blockHash: block.hash, requireCanonical: true };
  const minHead = block.number;
  return {
    block,
    call: (transaction) =>
      agree(fleet, {
        method: "eth_call",
        params: [transaction, pin],
        parse: (result) => parseCallResult(result, transaction.to),
        minHead,
      }),
    storage: (address, slot) =>
      agree(fleet, {
        method: "eth_getStorageAt",
        params: [address, slot, pin],
        parse: (result) => parseHex(result, "storage word", 32),
        minHead,
      }),
    logs: (filter) => readLogs(fleet, block, filter),
  };
}

/** Init code that answers nothing did not run: the node ignored it. */
function parseCallResult(result: unknown, to: Address | undefined): Hex {
  const data = parseHex(result, "call result");
  if (to === undefined && data === "0x") throw new FieldMalformed("an empty result", "what the init code returns");
  return data;
}

async function readBlock(fleet: Fleet, id: { readonly hash: Hex } | { readonly number: number }): Promise<BlockRef> {
  const [method, tag] =
    "hash" in id
      ? (["eth_getBlockByHash", id.hash] as const)
      : (["eth_getBlockByNumber", toQuantity(id.number)] as const);
  const block = await agree(fleet, {
    method,
    params: [tag, false],
    parse: (result) => (result === null ? undefined : parseBlock(result)),
  });
  if (block === undefined) throw new BlockGone("hash" in id ? id.hash : `${id.number}`);
  const isAsked = "hash" in id ? block.hash === id.hash : block.number === id.number;
  if (!isAsked)
    throw new BlockGone("hash" in id ? id.hash : `${id.number}`, new Error(`saw ${nameBlock(block)} instead`));
  return block;
}
