import { isRecord, type RpcAnswer } from "../json-rpc.js";
import { FieldMalformed, parseCount, parseHex, toQuantity } from "../parse.js";
import { canonicalJson, factName, type Fact, type Facts, type Json, textHash } from "./facts.js";
import { pastNumber, type Pin, pinned, requirePin } from "./pin.js";
import { type Read, result } from "./read.js";

type Params = readonly unknown[];
type Build = (params: Params, pin: Pin) => Read;

/** Calls, and questions whose answers are kept as they came, by method. */
export const questionReads: Readonly<Record<string, Build>> = {
  ...Object.fromEntries(
    ["eth_call", "eth_estimateGas", "eth_createAccessList"].map((method) => [method, call(method)]),
  ),
  eth_getTransactionByHash: mined("eth_getTransactionByHash"),
  eth_getTransactionReceipt: mined("eth_getTransactionReceipt"),
  eth_getBlockReceipts: atNumber("eth_getBlockReceipts", 0),
  eth_feeHistory: atNumber("eth_feeHistory", 1),
  debug_executionWitness: atNumber("debug_executionWitness", 0),
  eth_getProof: proof,
};

function ask(method: string, params: Params, what: string): Omit<Read, "learn"> & { readonly name: string } {
  const name = factName.question("answer", textHash(lower(canonicalJson([method, params]))));
  const look = (facts: Facts): RpcAnswer | undefined => {
    const kept = facts.get(name);
    return isRecord(kept) ? result(kept["result"]) : undefined;
  };
  return { what, name, look, request: { method, params } };
}

const keep = (name: string, method: string, params: Params, value: unknown): Fact[] => [
  [name, { method, params: params as Json[], result: value as Json }],
];

/** Transactions of later blocks are not there yet. */
function mined(method: string): Build {
  return ([asked], pin) => {
    const hash = parseHex(asked, "transaction hash", 32);
    const { name, ...read } = ask(method, [hash], `${method} of ${hash}`);
    const learn: Read["learn"] = (answer) => {
      if (answer.kind === "error") return [];
      const { result: value } = answer;
      const isLater =
        isRecord(value) && !(parseCount(value["blockNumber"] ?? "0x1fffffffffffff", "block") <= pin.number);
      return keep(name, method, [hash], isLater ? null : value);
    };
    return { ...read, learn };
  };
}

function atNumber(method: string, at: number): Build {
  return (given, pin) => {
    const number = pastNumber(pin, given[at], method);
    const params = given.map((param, index) => (index === at ? toQuantity(number) : param));
    const { name, ...read } = ask(method, params, `${method} of block ${number}`);
    return { ...read, learn: (answer) => (answer.kind === "error" ? [] : keep(name, method, params, answer.result)) };
  };
}

function proof([address, slots, tag]: Params, pin: Pin): Read {
  const of = parseHex(address, "address", 20);
  requirePin(pin, tag, `eth_getProof of ${of}`);
  const params = [of, slots, pinned(pin)];
  const { name, ...read } = ask("eth_getProof", params, `eth_getProof of ${of} at block ${pin.number}`);
  return {
    ...read,
    learn: (answer) => (answer.kind === "error" ? [] : keep(name, "eth_getProof", params, answer.result)),
  };
}

/** What nodes say of a call that ran and failed, as opposed to one that they did not run. */
const RAN_AND_FAILED = /revert|invalid (opcode|jump)|out of gas|stack (under|over)flow|call depth|write protection/i;
const REVERT_CODE = 3;

function call(method: string): Build {
  return ([given, tag, ...overrides], pin) => {
    const { input, data, ...rest } = isRecord(given) ? given : {};
    const transaction = { ...rest, ...((data ?? input) === undefined ? {} : { data: data ?? input }) };
    const question = [method, transaction, ...overrides];
    const id = textHash(lower(canonicalJson(question)));
    const what = `${method} ${describeCall(transaction)} at block ${pin.number}`;
    requirePin(pin, tag, what);
    const name = factName.question("call", id);
    return {
      what: `${what} (${id.slice(0, 18)}…)`,
      look: (facts) => outcome(facts.get(name)),
      request: { method, params: [transaction, pinned(pin), ...overrides] },
      learn: (answer) => {
        if (answer.kind === "result") return [[name, { question: question as Json, result: resultOf(method, answer) }]];
        const { code, message, data: said } = answer;
        if (code !== REVERT_CODE && !RAN_AND_FAILED.test(message)) return [];
        return [[name, { question: question as Json, error: { code, message, data: (said ?? null) as Json } }]];
      },
    };
  };
}

function resultOf(method: string, { result: value }: RpcAnswer & { readonly kind: "result" }): Json {
  return method === "eth_call" ? parseHex(value, "call result") : (value as Json);
}

function outcome(kept: Json | undefined): RpcAnswer | undefined {
  if (!isRecord(kept)) return undefined;
  const { error } = kept;
  if (!isRecord(error)) return result(kept["result"]);
  const { code, message, data } = error;
  if (typeof code !== "number") throw new FieldMalformed(JSON.stringify(code), "the code of an error");
  return { kind: "error", code, message: String(message), data: data ?? undefined };
}

function describeCall(transaction: Readonly<Record<string, unknown>>): string {
  const data = typeof transaction["data"] === "string" ? transaction["data"] : "0x";
  const to = typeof transaction["to"] === "string" ? `to ${transaction["to"].toLowerCase()}` : "of init code";
  return `${to}, data ${data.slice(0, 10)} of ${Math.max(0, (data.length - 2) / 2)} bytes`;
}

const lower = (text: string): string => text.toLowerCase();
