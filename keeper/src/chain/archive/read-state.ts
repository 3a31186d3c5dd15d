import { keccak256 } from "ethers";
import type { Hex } from "../../units.js";
import type { RpcAnswer } from "../json-rpc.js";
import { FieldMalformed, parseAddress, parseHex, parseQuantity } from "../parse.js";
import { toHex, toWord } from "./archive.js";
import { type Fact, type Facts, factName, type Json } from "./facts.js";
import { type Pin, pinned, requirePin } from "./pin.js";
import { type Read, result } from "./read.js";

type Params = readonly unknown[];

/** Reads of accounts, by method. */
export const stateReads: Readonly<Record<string, (params: Params, pin: Pin) => Read>> = {
  eth_getBalance: (params, pin) => quantity("balance", params, pin),
  eth_getTransactionCount: (params, pin) => quantity("nonce", params, pin),
  eth_getCode: code,
  eth_getStorageAt: slot,
};

const METHODS = { balance: "eth_getBalance", nonce: "eth_getTransactionCount" };

/** What an account without code has for its code's hash. */
const NO_CODE = "none";

function quantity(field: "balance" | "nonce", [address, tag]: Params, pin: Pin): Read {
  const of = parseAddress(address, "address");
  const what = `${field} of ${of} at block ${pin.number}`;
  requirePin(pin, tag, `${field} of ${of}`);
  const name = factName.account(field, of);
  return {
    what,
    look: (facts) => known(facts, name),
    request: { method: METHODS[field], params: [of, pinned(pin)] },
    learn: (answer) => learn(answer, (value) => [[name, toHex(parseQuantity(value, field))]]),
  };
}

function code([address, tag]: Params, pin: Pin): Read {
  const of = parseAddress(address, "address");
  requirePin(pin, tag, `code of ${of}`);
  const name = factName.account("codeHash", of);
  return {
    what: `code of ${of} at block ${pin.number}`,
    look: (facts) => {
      const hash = facts.get(name);
      if (hash === NO_CODE) return result("0x");
      return hash === undefined ? undefined : known(facts, factName.code(hash as Hex));
    },
    request: { method: "eth_getCode", params: [of, pinned(pin)] },
    learn: (answer) => learn(answer, (value) => codeFacts(name, parseHex(value, "code"))),
  };
}

function codeFacts(name: string, bytes: Hex): Fact[] {
  if (bytes === "0x") return [[name, NO_CODE]];
  const hash = keccak256(bytes) as Hex;
  return [
    [name, hash],
    [factName.code(hash), bytes],
  ];
}

function slot([address, key, tag]: Params, pin: Pin): Read {
  const of = parseAddress(address, "address");
  const index = parseQuantity(key, "slot");
  const name = factName.slot(of, toWord(index));
  const what = `slot ${toHex(index)} of ${of}`;
  requirePin(pin, tag, what);
  return {
    what: `${what} at block ${pin.number}`,
    look: (facts) => known(facts, name),
    request: { method: "eth_getStorageAt", params: [of, toWord(index), pinned(pin)] },
    learn: (answer) => learn(answer, (value) => [[name, word(value)]]),
  };
}

/** A storage word; some nodes leave its leading zeros out. */
function word(value: unknown): Hex {
  const number = parseQuantity(value, "storage word");
  if (number >= 1n << 256n) throw new FieldMalformed(String(value).slice(0, 80), "a storage word of 32 bytes");
  return toWord(number);
}

/** A recorded value as it is. */
export function known(facts: Facts, name: string): RpcAnswer | undefined {
  const value: Json | undefined = facts.get(name);
  return value === undefined ? undefined : result(value);
}

/** The facts of a result; an endpoint's error teaches nothing. */
export function learn(answer: RpcAnswer, facts: (value: unknown) => readonly Fact[]): readonly Fact[] {
  return answer.kind === "error" ? [] : facts(answer.result);
}
