import { keccak256 } from "ethers";
import { z } from "zod";
import type { Address, Hex } from "../../units.js";
import { addFact, type Facts, factName, type Json } from "./facts.js";
import { hex } from "./transaction.js";

/** What the objects of an archive are about; each is one file. */
export const KINDS = ["blocks", "accounts", "codes", "logs", "calls", "answers"] as const;
export type Kind = (typeof KINDS)[number];

/** The content of every object, by its kind and what it is about: a hash, or an address. */
export type Objects = Readonly<Record<Kind, ReadonlyMap<string, Json>>>;

/** `number` where the block is known to be the chain's. */
type BlockObject = {
  number?: number;
  block?: Json;
  transactions?: Json;
};
type AccountObject = {
  balance?: Json;
  nonce?: Json;
  codeHash?: Json;
  slots: Record<string, Json>;
};

const json = z.json();
const BlockSchema = z.strictObject({ number: z.int().optional(), block: json, transactions: json.optional() });
const AccountSchema = z.strictObject({
  balance: hex.optional(),
  nonce: hex.optional(),
  codeHash: z.string().optional(),
  slots: z.record(hex, hex),
});
const CodeSchema = z.strictObject({ code: hex });
const QuestionSchema = z.record(z.string(), json);

const QUESTIONS = { logs: "logs", call: "calls", answer: "answers" } as const;

/** Sort facts into the objects that hold them. The order of the facts does not matter. */
export function objectsOf(facts: Facts): Objects {
  const blocks = new Map<string, BlockObject>();
  const accounts = new Map<string, AccountObject>();
  const others = { codes: new Map<string, Json>(), logs: new Map(), calls: new Map(), answers: new Map() };
  const block = (hash: string): BlockObject => entry(blocks, hash, () => ({}));
  const account = (address: string): AccountObject => entry(accounts, address, () => ({ slots: {} }));
  for (const [name, value] of [...facts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [kind = "", id = "", slot = ""] = name.split(" ");
    if (kind === "balance" || kind === "nonce" || kind === "codeHash") account(id)[kind] = value;
    else if (kind === "slot") account(id).slots[slot] = value;
    else if (kind === "code") others.codes.set(id, { code: value });
    else if (kind === "number") block(String(value)).number = Number(id);
    else if (kind === "block" || kind === "transactions") block(id)[kind] = value;
    else if (kind === "logs" || kind === "call" || kind === "answer") others[QUESTIONS[kind]].set(id, value);
  }
  return { ...others, blocks, accounts };
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

/**
 * Add the facts of an object. **Throws** ZodError for a wrong shape, Error for code that is not what its hash says,
 * {@link RecordingConflict} where objects contradict each other.
 */
export function addObject(facts: Map<string, Json>, kind: Kind, id: string, content: unknown): void {
  const add = (name: string, value: Json | undefined): void => {
    if (value !== undefined) addFact(facts, [name, value]);
  };
  if (kind === "blocks") {
    const { number, block, transactions } = BlockSchema.parse(content) as BlockObject;
    if (number !== undefined) add(factName.number(number), id);
    add(factName.block(id as Hex), block);
    add(factName.transactions(id as Hex), transactions);
  } else if (kind === "accounts") {
    const { slots, ...fields } = AccountSchema.parse(content);
    for (const field of ["balance", "nonce", "codeHash"] as const)
      add(factName.account(field, id as Address), fields[field]);
    for (const [slot, value] of Object.entries(slots)) add(factName.slot(id as Address, slot as Hex), value);
  } else if (kind === "codes") {
    const { code } = CodeSchema.parse(content);
    const computed = keccak256(code);
    if (computed !== id) throw new Error(`code under ${id} hashes to ${computed}`);
    add(factName.code(id as Hex), code);
  } else {
    const question = { logs: "logs", calls: "call", answers: "answer" } as const;
    add(factName.question(question[kind], id as Hex), QuestionSchema.parse(content));
  }
}
