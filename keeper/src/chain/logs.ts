import { nameBlock } from "./block-ref.js";
import type { BlockRef } from "./block-ref.js";
import { bloomOf, readBloom } from "./bloom.js";
import type { Endpoint } from "./endpoint.js";
import { agree, concur, standing } from "./fleet.js";
import type { Fleet } from "./fleet.js";
import { isRecord } from "./json-rpc.js";
import { matches, parseLogs, toRpcFilter } from "./log.js";
import type { Log, LogFilter } from "./log.js";
import { FieldMalformed, parseHex, toQuantity } from "./parse.js";
import { LogsMissing, RpcRefused, mostTelling } from "./rpc-errors.js";

/**
 * The logs of one block that a filter asks for, ascending by index.
 *
 * A lagging or pruned backend answers `[]`, not an error. So where the header's bloom may hold an emitter and event that
 * the answer lacks, the logs of the whole block are read and must add up to exactly that bloom.
 * **Throws** {@link LogsMissing}, and what {@link agree} throws.
 */
export async function readLogs(fleet: Fleet, block: BlockRef, filter: LogFilter): Promise<Log[]> {
  const bloom = readBloom(block.logsBloom);
  const possible = filter.map(({ addresses, topics }) => ({
    addresses: addresses.filter((address) => bloom.mayContain(address)),
    topics: topics.filter((topic) => bloom.mayContain(topic)),
  }));
  const open = possible.filter(({ addresses, topics }) => addresses.length > 0 && topics.length > 0);
  if (open.length === 0) return [];
  const answered = await agree(fleet, {
    method: "eth_getLogs",
    params: [{ blockHash: block.hash, ...toRpcFilter(open) }],
    parse: (result) => ofBlock(parseLogs(result), block),
    minHead: block.number,
  });
  const logs = answered.filter((log) => matches(filter, log));
  const seen = new Set(logs.map(({ address, topics }) => address + topics[0]));
  const isComplete = open.every((group) => group.addresses.every((a) => group.topics.every((t) => seen.has(a + t))));
  return isComplete ? logs : (await readAllLogs(fleet, block)).filter((log) => matches(filter, log));
}

function ofBlock(logs: Log[], block: BlockRef): Log[] {
  const stray = logs.find(({ blockHash }) => blockHash !== block.hash);
  if (stray !== undefined) throw new FieldMalformed(`a log of block ${stray.blockHash}`, `logs of ${block.hash}`);
  return logs;
}

/** Every log of a block, proven by the header's bloom. Endpoints whose logs do not add up to it are not trusted. */
async function readAllLogs(fleet: Fleet, block: BlockRef): Promise<Log[]> {
  const failures: unknown[] = [];
  for (const endpoint of standing(fleet, block.number)) {
    try {
      const logs = await receiptsOf(endpoint, block);
      if (bloomOf(logs) === block.logsBloom) return logs;
      endpoint.suspect("lying", `its ${logs.length} logs of block ${nameBlock(block)} do not add up to the bloom`);
      failures.push(new LogsMissing(nameBlock(block), `${logs.length} logs at ${endpoint.name}`));
    } catch (cause) {
      failures.push(cause);
    }
  }
  const saw = `no complete set at any of ${fleet.endpoints.length} endpoints`;
  throw new LogsMissing(nameBlock(block), saw, mostTelling(failures));
}

async function receiptsOf(endpoint: Endpoint, block: BlockRef): Promise<Log[]> {
  try {
    return await endpoint.request("eth_getBlockReceipts", [block.hash], (result) => logsOfReceipts(result, block));
  } catch (cause) {
    if (!(cause instanceof RpcRefused)) throw cause;
    return receiptsOneByOne(endpoint, block);
  }
}

/** For nodes without eth_getBlockReceipts, such as EDR. */
async function receiptsOneByOne(endpoint: Endpoint, block: BlockRef): Promise<Log[]> {
  const hashes = await endpoint.request("eth_getBlockByHash", [block.hash, false], (result) => {
    const transactions = isRecord(result) ? result["transactions"] : undefined;
    if (!Array.isArray(transactions)) throw new FieldMalformed(typeof transactions, "an array of transaction hashes");
    return transactions.map((hash) => parseHex(hash, "transaction hash", 32));
  });
  const receipt = (hash: string): Promise<Log[]> =>
    endpoint.request("eth_getTransactionReceipt", [hash], (result) => logsOfReceipts([result], block));
  return (await Promise.all(hashes.map(receipt))).flat();
}

function logsOfReceipts(receipts: unknown, block: BlockRef): Log[] {
  if (!Array.isArray(receipts)) throw new FieldMalformed(typeof receipts, "an array of receipts");
  const logs = receipts.flatMap((receipt: unknown) => {
    if (!isRecord(receipt)) throw new FieldMalformed(String(receipt), "a receipt");
    return parseLogs(receipt["logs"]);
  });
  return ofBlock(logs, block);
}

/** Blocks asked for at once, to begin with. */
const FIRST_SPAN = 10_000;

/**
 * The logs of blocks `from` to `to`, both included, for a first sync: ascending. Nodes that find a span too large get
 * smaller ones. There is no bloom to check a span with: who uses this compares its sums with the protocol's own totals.
 *
 * **Throws** what {@link agree} throws, once a single block is refused.
 */
export async function readLogRange(
  fleet: Fleet,
  range: { readonly from: number; readonly to: number },
  filter: LogFilter,
): Promise<Log[]> {
  const found: Log[] = [];
  let span = FIRST_SPAN;
  for (let from = range.from; from <= range.to;) {
    const to = Math.min(range.to, from + span - 1);
    try {
      const logs = await logsBetween(fleet, { from, to }, filter);
      for (const log of logs) if (matches(filter, log)) found.push(log);
      from = to + 1;
      span = Math.min(FIRST_SPAN, span * 2);
    } catch (cause) {
      if (!(cause instanceof RpcRefused) || to === from) throw cause;
      span = Math.max(1, Math.floor((to - from + 1) / 4));
    }
  }
  return found;
}

function logsBetween(fleet: Fleet, { from, to }: { from: number; to: number }, filter: LogFilter): Promise<Log[]> {
  return concur(fleet, {
    method: "eth_getLogs",
    params: [{ fromBlock: toQuantity(from), toBlock: toQuantity(to), ...toRpcFilter(filter) }],
    parse(result) {
      const logs = parseLogs(result);
      const stray = logs.find(({ blockNumber }) => blockNumber < from || blockNumber > to);
      if (stray !== undefined)
        throw new FieldMalformed(`a log of block ${stray.blockNumber}`, `logs of ${from} to ${to}`);
      return logs;
    },
    minHead: to,
  });
}
