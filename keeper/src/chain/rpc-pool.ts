import type { Address, Hex } from "../units.js";
import { nameBlock, parseBlock, pinTo } from "./block-ref.js";
import type { BlockId, BlockRef } from "./block-ref.js";
import { openEndpoint } from "./endpoint.js";
import type { EndpointStatus } from "./endpoint.js";
import { agree, concur } from "./fleet.js";
import type { Fleet } from "./fleet.js";
import { agreeOnHead } from "./head-agreement.js";
import type { Log, LogFilter } from "./log.js";
import { readLogRange, readLogs } from "./logs.js";
import { FieldMalformed, parseHex, toQuantity } from "./parse.js";
import { BlockGone, HeadStale } from "./rpc-errors.js";
import { broadcast, pendingCall, receipt, transactionCount } from "./transactions.js";
import type { TransactionReceipt } from "./transactions.js";

export interface RpcPoolOptions {
  /** http or https. */
  readonly urls: readonly string[];
  readonly chainId: number;
  /** Endpoints that must agree on a head and on every read: 1 for a single development node, 2 or more otherwise. */
  readonly quorum: number;
  /** For one HTTP request. */
  readonly timeoutMs: number;
  /** How old the head may be by this machine's clock, seconds; without it any age is taken, as of chains that stand still. */
  readonly maxHeadAgeSec?: number | undefined;
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
  /** The highest block that a quorum agrees on. Throws {@link NoHeadAgreement}, {@link WrongChain}, {@link RpcUnreachable}, {@link HeadStale}. */
  head(): Promise<BlockRef>;
  /** A block by hash or number. Throws {@link BlockGone}. */
  block(id: { readonly hash: Hex } | { readonly number: number }): Promise<BlockRef>;
  /** Reads pinned to a block's hash. */
  at(block: BlockRef): BlockReader;
  /** Logs of a span of canonical blocks, for a first sync. */
  logsBetween(range: { readonly from: number; readonly to: number }, filter: LogFilter): Promise<readonly Log[]>;
  /** Hand a raw transaction to every endpoint; resolves with its hash when one took it. */
  broadcast(rawTransaction: Hex): Promise<Hex>;
  /** Transactions that an address has in the chain up to `head`. Throws {@link BlockGone}. */
  transactionCount(address: Address, head: BlockId): Promise<number>;
  /** `undefined` while no quorum has the transaction in the chain up to `head`. */
  receipt(hash: Hex, head: BlockId): Promise<TransactionReceipt | undefined>;
  /**
   * Run a call in the block that comes next, as each endpoint sees it. Throws {@link CallReverted} where a quorum agrees on
   * that, {@link ReadsDisagree} where none agrees on anything.
   */
  pendingCall(transaction: { readonly from: Address; readonly to: Address; readonly data: Hex }): Promise<Hex>;
  status(): readonly EndpointStatus[];
}

/** Reads from one block. A block that leaves the chain is an error, never another block's answer. */
export interface BlockReader {
  readonly block: BlockRef;
  /**
   * Run a call on the block's state; without `to`, `data` is init code and what it returns is the answer. `gas` is all that
   * it may use; without it, what the endpoint grants.
   *
   * **Throws** {@link CallReverted}, {@link BlockGone}, {@link ReadsDisagree}.
   */
  call(transaction: {
    readonly from?: Address;
    readonly to?: Address;
    readonly data: Hex;
    readonly gas?: Hex;
  }): Promise<Hex>;
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
    head: async () => requireFresh(await agreeOnHead(fleet), options.maxHeadAgeSec ?? Infinity),
    block: (id) => readBlock(fleet, id),
    at: (block) => openReader(fleet, block),
    logsBetween: (range, filter) => readLogRange(fleet, range, filter),
    broadcast: (rawTransaction) => broadcast(fleet, rawTransaction),
    transactionCount: (address, head) => transactionCount(fleet, address, head),
    receipt: (hash, head) => receipt(fleet, hash, head),
    pendingCall: (transaction) => pendingCall(fleet, transaction),
    status: () => fleet.endpoints.map((endpoint) => endpoint.status()),
  };
}

/** A head of exactly the most age is taken. Throws {@link HeadStale}. */
function requireFresh(head: BlockRef, maxAgeSec: number): BlockRef {
  const ageSec = Math.floor(Date.now() / 1_000) - head.timestamp;
  if (ageSec > maxAgeSec) throw new HeadStale(nameBlock(head), ageSec, maxAgeSec);
  return head;
}

function openReader(fleet: Fleet, block: BlockRef): BlockReader {
  const pin = pinTo(block);
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

/** Endpoints that do not have the block yet, or no more, do not vote. */
function readBlock(fleet: Fleet, id: { readonly hash: Hex } | { readonly number: number }): Promise<BlockRef> {
  const asked = "hash" in id ? id.hash : `${id.number}`;
  const parse = (result: unknown): BlockRef => {
    if (result === null) throw new BlockGone(asked);
    const block = parseBlock(result);
    if ("hash" in id ? block.hash === id.hash : block.number === id.number) return block;
    throw new BlockGone(asked, new Error(`saw ${nameBlock(block)} instead`));
  };
  return "hash" in id
    ? agree(fleet, { method: "eth_getBlockByHash", params: [id.hash, false], parse })
    : concur(fleet, { method: "eth_getBlockByNumber", params: [toQuantity(id.number), false], parse });
}
