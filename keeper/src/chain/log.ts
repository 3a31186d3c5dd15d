import type { Address, Hex } from "../units.js";
import { isRecord } from "./json-rpc.js";
import { FieldMalformed, parseAddress, parseCount, parseHex } from "./parse.js";

const ZERO: Address = "0x0000000000000000000000000000000000000000";

/** One event, as it stands in a block. */
export interface Log {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly logIndex: number;
}

/** Events by who emits them and by their first topic. Groups are joined by "or"; inside a group both must hold. */
export type LogFilter = readonly LogGroup[];

export interface LogGroup {
  readonly addresses: readonly Address[];
  /** Hashes of event signatures. */
  readonly topics: readonly Hex[];
}

/** Read an array of logs. Throws {@link FieldMalformed}. */
export function parseLogs(value: unknown): Log[] {
  if (!Array.isArray(value)) throw new FieldMalformed(typeof value, "an array of logs");
  return value.map(parseLog).sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
}

function parseLog(value: unknown): Log {
  if (!isRecord(value) || !Array.isArray(value["topics"])) throw new FieldMalformed(String(value), "a log");
  return {
    address: parseAddress(value["address"], "log address"),
    topics: value["topics"].map((topic) => parseHex(topic, "topic", 32)),
    data: parseHex(value["data"], "log data"),
    blockNumber: parseCount(value["blockNumber"], "block number of a log"),
    blockHash: parseHex(value["blockHash"], "block hash of a log", 32),
    logIndex: parseCount(value["logIndex"], "log index"),
  };
}

/** Whether a log is one of those that a filter asks for. */
export function matches(filter: LogFilter, log: Pick<Log, "address" | "topics">): boolean {
  const [topic] = log.topics;
  if (topic === undefined) return false;
  return filter.some((group) => group.topics.includes(topic) && group.addresses.includes(log.address));
}

/** The address that an indexed argument is. */
export function addressInTopic(topic: Hex): Address {
  return `0x${topic.slice(-40)}` as Address;
}

/** The `index`-th word of a log's data, as an unsigned integer. */
export function wordInData(data: Hex, index: number): bigint {
  return BigInt(`0x${data.slice(2 + 64 * index, 66 + 64 * index)}`);
}

/** The address in the `index`-th word of a log's data. */
export function addressInData(data: Hex, index: number): Address {
  return `0x${data.slice(26 + 64 * index, 66 + 64 * index)}` as Address;
}

/** Addresses that logs name, ascending: `topicsOf` says which topics of which event are one. The zero address is none. */
export function addressesNamed(logs: readonly Log[], topicsOf: ReadonlyMap<Hex, readonly number[]>): Address[] {
  const found = new Set<Address>();
  for (const { topics } of logs) {
    for (const at of topicsOf.get(topics[0]!) ?? []) {
      const topic = topics[at];
      if (topic !== undefined) found.add(addressInTopic(topic));
    }
  }
  found.delete(ZERO);
  return [...found].sort();
}

/** The smallest single eth_getLogs filter that covers all groups: it may answer more than they ask for. */
export function toRpcFilter(filter: LogFilter): { address: Address[]; topics: [Hex[]] } {
  const address = [...new Set(filter.flatMap((group) => group.addresses))];
  return { address, topics: [[...new Set(filter.flatMap((group) => group.topics))]] };
}
