import type { Hex } from "../../units.js";
import { isRecord } from "../json-rpc.js";
import { FieldMalformed, parseAddress, parseCount, parseHex, toQuantity } from "../parse.js";
import { canonicalJson, factName, type Json, textHash } from "./facts.js";
import { pastNumber, type Pin } from "./pin.js";
import { type Read, result } from "./read.js";
import { learn } from "./read-state.js";

interface Filter {
  readonly address?: readonly Hex[];
  readonly topics?: readonly (readonly Hex[] | null)[];
  readonly blockHash?: Hex;
  readonly fromBlock?: Hex;
  readonly toBlock?: Hex;
}

/** Fields of a log that every node gives. */
const FIELDS = [
  ...["address", "topics", "data", "blockNumber", "blockHash"],
  ...["transactionHash", "transactionIndex", "logIndex", "removed"],
];

/** Logs by filter. Equal filters, however written, are one question; a narrower one is another. */
export function readLogs([given]: readonly unknown[], pin: Pin): Read {
  const filter = normalise(given, pin);
  const text = canonicalJson(filter);
  const name = factName.question("logs", textHash(text));
  return {
    what: `eth_getLogs ${text}`,
    look: (facts) => {
      const kept = facts.get(name);
      return isRecord(kept) ? result(kept["logs"]) : undefined;
    },
    request: { method: "eth_getLogs", params: [filter] },
    learn: (answer) =>
      learn(answer, (value) => {
        if (!Array.isArray(value)) throw new FieldMalformed(JSON.stringify(value).slice(0, 80), "a list of logs");
        const logs = value.map((log) => checkedLog(log, filter, pin));
        return [[name, { filter: filter as Json, logs }]];
      }),
  };
}

function normalise(given: unknown, pin: Pin): Filter {
  if (!isRecord(given)) throw new FieldMalformed(JSON.stringify(given) ?? "nothing", "a filter of logs");
  const addresses = [given["address"] ?? []].flat().map((one) => parseAddress(one, "address of a filter"));
  const topics = (Array.isArray(given["topics"]) ? given["topics"] : []).map(topic);
  while (topics.at(-1) === null) topics.pop();
  const { blockHash } = given;
  const span =
    blockHash === undefined || blockHash === null
      ? {
          fromBlock: toQuantity(pastNumber(pin, given["fromBlock"], "eth_getLogs from")),
          toBlock: toQuantity(pastNumber(pin, given["toBlock"], "eth_getLogs to")),
        }
      : { blockHash: parseHex(blockHash, "block hash", 32) };
  return {
    ...(addresses.length === 0 ? {} : { address: [...new Set(addresses)].sort() }),
    ...(topics.length === 0 ? {} : { topics }),
    ...span,
  };
}

function topic(given: unknown): Hex[] | null {
  if (given === null || given === undefined) return null;
  const either = [given].flat().map((one) => parseHex(one, "topic", 32));
  return either.length === 0 ? null : [...new Set(either)].sort();
}

/** A log with the fields that every node gives. **Throws** {@link FieldMalformed} where it is not what the filter asked for. */
function checkedLog(log: unknown, filter: Filter, pin: Pin): Json {
  if (!isRecord(log)) throw new FieldMalformed(JSON.stringify(log).slice(0, 80), "a log");
  const address = parseAddress(log["address"], "address of a log");
  const number = parseCount(log["blockNumber"], "block of a log");
  const hash = parseHex(log["blockHash"], "block hash of a log", 32);
  const { fromBlock, toBlock, blockHash } = filter;
  const isInside =
    blockHash === undefined ? number >= Number(fromBlock) && number <= Number(toBlock) : hash === blockHash;
  if (!isInside) throw new FieldMalformed(`a log of block ${number} (${hash})`, `logs of ${blockHash ?? "the span"}`);
  if (number === pin.number && hash !== pin.hash) throw new FieldMalformed(`block hash ${hash}`, pin.hash);
  if (filter.address !== undefined && !filter.address.includes(address)) {
    throw new FieldMalformed(`a log of ${address}`, `logs of ${filter.address.join(", ")}`);
  }
  return Object.fromEntries(FIELDS.flatMap((field) => (field in log ? [[field, log[field] as Json]] : [])));
}
